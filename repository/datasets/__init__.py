"""Datasets that members submit.

``template`` is the table to fill in, ``reading`` takes what comes back, ``checking`` says whether
its figures are valid, and ``forms`` is what is said of them.
"""

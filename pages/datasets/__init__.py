"""Datasets: dated versions of figures that members and the editorial team publish.

``figures`` is what a dataset says, ``publishing`` which version counts, ``tables`` its columns.
"""

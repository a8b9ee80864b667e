"""The statistics centre: what an address chooses, and the pages, charts, maps and files of it.

A ``Selection`` is read from the address. Everything shown or handed out is made from it, so that
page, chart, table, download and API give the same figures.
"""

"""Datasets that members submit: the template to fill in (``template``), the table that comes back
(``reading``), whether its figures are valid (``checking``), what they change (``changes``)."""

"""A map: which router of which app answers where under ``/api/v3/``."""

from wagtail.api.v3.api import api

__all__ = ["api"]

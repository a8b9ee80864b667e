"""What the repository adds to the admin."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from .dashboard import PublicationsToComplete


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(PublicationsToComplete())

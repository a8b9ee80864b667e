"""What the repository adds to the admin."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks

from .dashboard import PublicationsToComplete
from .submissions import ACTIONS, ON_PUBLICATIONS, PREFIX


@hooks.register("construct_homepage_panels")
def panels(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(PublicationsToComplete())


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, label in ACTIONS.items():
        actions.register_action(f"{PREFIX}{name}", label, label)
    for name, label in ON_PUBLICATIONS.items():
        actions.register_action(name, label, label)

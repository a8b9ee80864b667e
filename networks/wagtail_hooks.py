"""What the networks add to the admin."""

from typing import Any

from wagtail import hooks

from .forum.discussing import ACTIONS, PREFIX


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, label in ACTIONS.items():
        actions.register_action(f"{PREFIX}{name}", label, label)

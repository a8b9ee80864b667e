"""What the networks add to the admin."""

from typing import Any

from wagtail import hooks

from .forum import desk
from .forum.discussing import ACTIONS, PREFIX


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, label in ACTIONS.items():
        actions.register_action(f"{PREFIX}{name}", label, label)


@hooks.register("register_admin_urls")
def forum_desk() -> list[Any]:
    return desk.urlpatterns


@hooks.register("register_admin_menu_item")
def forum_desk_in_menu() -> desk.ForumMenuItem:
    return desk.ForumMenuItem()

"""What the networks add to the admin."""

from __future__ import annotations

from typing import Any

from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from .forum import desk as forum_desk
from .forum import discussing
from .membership import audit, desk


@hooks.register("register_admin_urls")
def members() -> list[Any]:
    return desk.urlpatterns


@hooks.register("register_admin_menu_item")
def members_in_menu() -> desk.MembersMenuItem:
    return desk.MembersMenuItem()


@hooks.register("register_log_actions")
def log_actions(registry: LogActionRegistry) -> None:
    for name, label in discussing.ACTIONS.items():
        registry.register_action(f"{discussing.PREFIX}{name}", label, label)
    for name, label in audit.ACTIONS.items():
        registry.register_action(f"{audit.PREFIX}{name}", label, label)


@hooks.register("register_admin_urls")
def forum_desk_pages() -> list[Any]:
    return forum_desk.urlpatterns


@hooks.register("register_admin_menu_item")
def forum_desk_in_menu() -> forum_desk.ForumMenuItem:
    return forum_desk.ForumMenuItem()

"""The end of a review. Wagtail imports this module before its own models are there, so it imports
nothing itself."""

from typing import Any


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publishes the revision that was approved, and no newer one."""
    from .review import publish_approved

    publish_approved(workflow_state, user)

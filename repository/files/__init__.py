"""What happens to files: from the upload to the reader.

Nothing is imported here: ``extract`` runs in a process of its own, without Django.
"""

from __future__ import annotations

from typing import Any


def blocked(document: Any) -> str | None:
    """Why nobody may have the file of ``document`` now, in words for its owner; None if it may be
    handed out. What can't be had can't be submitted or approved either."""
    from .checking import reason_against

    return reason_against(document)


def problem_of(document: Any) -> str | None:
    """What is wrong with a file that may be handed out all the same, in words for its owner."""
    from .checking import problem_with

    return problem_with(document)

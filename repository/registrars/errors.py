"""Why a registrar did not confirm."""

from __future__ import annotations


class RegistrarError(Exception):
    """Says why, for the editorial team. ``is_final`` when asking again is pointless until somebody
    changes something; ``after`` is how many seconds the registrar wants to be left alone."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        is_final: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.is_final, self.after = status, is_final, after

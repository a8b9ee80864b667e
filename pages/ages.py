"""Age groups by SDMX code list CL_AGE: ``_T``, ``Y20``, ``Y15T24``, ``Y_LT5``, ``Y_GE65``."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

TOTAL = "_T"
_CODE = re.compile(r"Y(?:(\d{1,3})(?:T(\d{1,3}))?|_(LT|GE)(\d{1,3}))")


def is_code(code: str) -> bool:
    if code == TOTAL:
        return True
    found = _CODE.fullmatch(code)
    return found is not None and (not found[2] or int(found[1]) < int(found[2]))


def validate(code: str) -> None:
    if not is_code(code):
        raise ValidationError(
            _("“%(code)s” is no age group. Valid: _T, Y20, Y15T24, Y_LT5, Y_GE65.")
            % {"code": code[:40]}
        )


def label(code: str) -> str:
    """The age group in words, in the reader's language."""
    found = _CODE.fullmatch(code)
    if not found:
        return _("all ages") if code == TOTAL else code
    if found[2]:
        return _("%(youngest)s–%(oldest)s years") % {"youngest": found[1], "oldest": found[2]}
    if found[1]:
        return ngettext("%(years)s year", "%(years)s years", int(found[1])) % {"years": found[1]}
    if found[3] == "LT":
        return _("under %(years)s years") % {"years": found[4]}
    return _("%(years)s years and over") % {"years": found[4]}

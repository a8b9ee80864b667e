"""Languages by ISO 639: Dublin Core gets codes of ISO 639-3, MARC those of ISO 639-2/B."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

#: ISO 639-2 for bibliographies, where it differs from the code for terminology (ISO 639-3).
BIBLIOGRAPHIC = {
    "bod": "tib",
    "ces": "cze",
    "cym": "wel",
    "deu": "ger",
    "ell": "gre",
    "eus": "baq",
    "fas": "per",
    "fra": "fre",
    "hye": "arm",
    "isl": "ice",
    "kat": "geo",
    "mkd": "mac",
    "mri": "mao",
    "msa": "may",
    "mya": "bur",
    "nld": "dut",
    "ron": "rum",
    "slk": "slo",
    "sqi": "alb",
    "zho": "chi",
}
UNDETERMINED = "und"


@cache
def _three_letters() -> dict[str, str]:
    """ISO 639-3 by ISO 639-1. Source: Unicode CLDR, as Babel carries it."""
    codes: dict[str, str] = {}
    for three, two in get_global("language_aliases").items():
        if len(three) == 3 and len(two) == 2 and three not in BIBLIOGRAPHIC.values():
            codes.setdefault(two, three)
    # A macrolanguage goes by its own code, not by that of its largest member.
    return codes | {"zh": "zho", "ar": "ara", "sq": "sqi", "ms": "msa", "fa": "fas"}


def iso639_3(code: str) -> str:
    """``eng`` for ``en``; ``und`` for what has no code."""
    code = code.lower().split("-")[0]
    return _three_letters().get(code, code if len(code) == 3 else UNDETERMINED)


def iso639_2b(code: str) -> str:
    """``fre`` for ``fr``: the code that MARC wants."""
    three = iso639_3(code)
    return BIBLIOGRAPHIC.get(three, three)

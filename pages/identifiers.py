"""Identifiers of people and organisations: ORCID and ROR, checked and brought into one form."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: The alphabet of ROR, Crockford's base 32: no i, l, o and u.
_ROR_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def normalise_orcid(value: str) -> str:
    """``0000-0002-1825-0097`` from any usual way of writing an ORCID iD.

    Raises ``ValidationError`` when ``value`` is none. Source: ORCID, "Structure of the ORCID
    identifier"; the last character is a checksum by ISO/IEC 7064 MOD 11-2.
    """
    text = re.sub(r"^(https?://)?(www\.)?orcid\.org/", "", value.strip(), flags=re.I)
    digits = re.sub(r"[\s‐–-]", "", text).upper()
    if not digits:
        return ""
    if re.fullmatch(r"[0-9]{15}[0-9X]", digits):
        total = 0
        for digit in digits[:15]:
            total = (total + int(digit)) * 2
        if "0123456789X"[(12 - total % 11) % 11] == digits[15]:
            return "-".join(digits[at : at + 4] for at in range(0, 16, 4))
    raise ValidationError(
        _("An ORCID iD looks like 0000-0002-1825-0097, and its last character is a check digit.")
    )


def normalise_ror(value: str) -> str:
    """``03yrm5c26`` from the address or the bare form of a ROR identifier.

    Raises ``ValidationError`` when ``value`` is none. Source: ROR, "ROR identifier pattern"; the
    last two digits are a checksum by ISO/IEC 7064 MOD 97-10.
    """
    text = re.sub(r"^(https?://)?(www\.)?ror\.org/", "", value.strip(), flags=re.I).lower()
    if not text:
        return ""
    if re.fullmatch(rf"0[{_ROR_DIGITS}]{{6}}[0-9]{{2}}", text):
        number = 0
        for digit in text[:7]:
            number = number * 32 + _ROR_DIGITS.index(digit)
        if 98 - number * 100 % 97 == int(text[7:]):
            return text
    raise ValidationError(
        _("A ROR identifier looks like https://ror.org/03yrm5c26, and ends in two check digits.")
    )


def validate_orcid(value: str) -> None:
    normalise_orcid(value)


def validate_ror(value: str) -> None:
    normalise_ror(value)

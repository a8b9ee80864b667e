"""Identifiers of publications: DOI and ISBN, checked and brought into one form."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DOI = re.compile(r"^10\.\d{4,9}/\S+$")


def normalise_doi(value: str) -> str:
    """``10.…/…`` in lower case, from any usual way of writing a DOI.

    Raises ``ValidationError`` when ``value`` is none. Source: DOI Handbook, section 2.
    """
    doi = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value.strip(), flags=re.I).lower()
    if doi and not DOI.match(doi):
        raise ValidationError(_("A DOI looks like 10.1000/182."))
    return doi


def normalise_isbn(value: str) -> str:
    """The digits of an ISBN-10 or ISBN-13 whose check digit is right.

    Raises ``ValidationError`` otherwise. Source: ISO 2108.
    """
    isbn = re.sub(r"[\s–-]", "", value).upper()
    if not isbn:
        return ""
    if re.fullmatch(r"\d{9}[\dX]", isbn):
        remainder = sum((10 - i) * (10 if c == "X" else int(c)) for i, c in enumerate(isbn)) % 11
    elif re.fullmatch(r"97[89]\d{10}", isbn):
        remainder = sum((1, 3)[i % 2] * int(c) for i, c in enumerate(isbn)) % 10
    else:
        remainder = -1
    if remainder == 0:
        return isbn
    raise ValidationError(
        _("An ISBN has 10 or 13 digits and a check digit; this one does not add up.")
    )


def validate_doi(value: str) -> None:
    normalise_doi(value)


def validate_isbn(value: str) -> None:
    normalise_isbn(value)

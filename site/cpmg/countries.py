"""Codes of countries and territories, and their names in the reader's language."""

import re

from babel import Locale

#: Codes of CLDR in the form of country codes that ISO 3166-1 does not assign.
NOT_COUNTRIES = {
    "AC",
    "CP",
    "CQ",
    "DG",
    "EA",
    "EU",
    "EZ",
    "IC",
    "QO",
    "TA",
    "UN",
    "XA",
    "XB",
    "XK",
    "ZZ",
}


def names(language: str) -> dict[str, str]:
    """Every ISO 3166-1 alpha-2 code, in capitals, with its name in ``language``."""
    return {
        code: name
        for code, name in Locale(language).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in NOT_COUNTRIES
    }


def is_country_code(code: str) -> bool:
    """Whether ``code`` is an ISO 3166-1 alpha-2 code of a country or territory, in capitals."""
    return code in names("en")

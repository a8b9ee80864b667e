"""``/vocabularies/`` and ``/locales/``: the codes that the API speaks, and their names."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import override
from ninja import Schema
from pydantic import Field

from ..models import EventOrganisation, EventPage, FactKey, HomePage, Sex, Unit
from ..models.assessments import AssessedArea
from ..models.base import language_order
from ..models.statistics import Heading, ObservationStatus
from ..models.vocabularies import VOCABULARIES, Country, Organisation, Term, collation_key
from .reading import LANGUAGES, Query, answers, list_of, missing, resource

router = resource("vocabularies")
locales = resource("locales")

#: Lists of choices by name; they are part of the platform and nobody edits them.
ENUMERATIONS: dict[str, Any] = {
    "area-status": AssessedArea.Status,
    "attendance": EventPage.Attendance,
    "country-status": Country.Status,
    "event-role": EventOrganisation.Role,
    "event-state": EventPage.State,
    "fact-kind": FactKey,
    "heading": Heading,
    "membership": Country.Membership,
    "observation-status": ObservationStatus,
    "organisation-kind": Organisation.Kind,
    "sex": Sex,
    "unit": Unit,
}


def terms_by_name() -> dict[str, type[Term]]:
    """Vocabularies by the name of their model, ``EventType`` as ``event-type``."""
    return {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "-", model.__name__).lower(): model for model in VOCABULARIES
    }


class VocabularyItem(Schema):
    name: str = Field(examples=["theme"])
    url: str = Field(description="Its address in the API.")


class TermItem(Schema):
    code: str
    name: str = Field(description="In the language asked for.")
    names: dict[str, str] = Field(description="In each language.")
    ror: str = Field("", description="Of an organisation.", examples=["https://ror.org/03yrm5c26"])


class LocaleItem(Schema):
    code: str = Field(examples=["es"])
    name: str = Field(description="In the language asked for.", examples=["Spanish"])
    own_name: str = Field(description="In the language itself.", examples=["español"])
    is_default: bool
    fallbacks: list[str] = Field(
        description="In which languages, in this order, a page is given that it does not have.",
        examples=[["en", "fr", "nl"]],
    )
    url: str | None = Field(description="Its home page on the reader site.")


@answers(
    router,
    "/",
    list_of(VocabularyItem),
    id="vocabularies_list",
    summary="List vocabularies",
)
def list_vocabularies(request: HttpRequest, query: Query) -> Any:
    def present(name: str, query: Query) -> dict[str, str]:
        return {"name": name, "url": request.build_absolute_uri(f"{request.path}{name}/")}

    return query.page(sorted([*terms_by_name(), *ENUMERATIONS]), present)


@answers(
    router,
    "/{name}/",
    list_of(TermItem),
    id="vocabularies_detail",
    summary="The terms of a vocabulary",
)
def list_terms(request: HttpRequest, query: Query, name: str) -> Any:
    if enumeration := ENUMERATIONS.get(name):
        names = _labels_of(enumeration)
    elif model := terms_by_name().get(name):
        names = _names_of(model)
    else:
        raise missing()
    source = settings.LANGUAGE_CODE
    rors = _rors() if not enumeration and model is Organisation else {}
    terms: list[dict[str, Any]] = [
        {
            "code": code,
            "name": known.get(query.language) or known[source],
            "names": {language: known.get(language) or known[source] for language in LANGUAGES},
            "ror": rors.get(code, ""),
        }
        for code, known in names.items()
    ]
    if not enumeration:
        terms.sort(key=lambda term: collation_key(term["name"]))
    return query.page(terms, lambda term, query: term)


def _rors() -> dict[str, str]:
    rows = Organisation._base_manager.exclude(ror="").values_list("code", "ror")
    return {code: f"https://ror.org/{ror}" for code, ror in rows}


def _labels_of(enumeration: Any) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        with override(language):
            for value, label in enumeration.choices:
                names.setdefault(value, {})[language] = str(label)
    return names


def _names_of(model: type[Term]) -> dict[str, dict[str, str]]:
    """Names by code and language, in one query; terms without a source name left out."""
    names: dict[str, dict[str, str]] = {}
    rows = model._base_manager.values_list("code", "locale__language_code", "name")
    for code, language, name in rows:
        names.setdefault(code, {})[language] = name
    return {code: known for code, known in names.items() if settings.LANGUAGE_CODE in known}


@answers(
    locales,
    "/",
    list_of(LocaleItem),
    id="locales_list",
    summary="List languages",
)
def list_locales(request: HttpRequest, query: Query) -> Any:
    homes = {
        page.language: page
        for page in HomePage.objects.readable_by(request.user).select_related("locale")
    }

    def present(language: str, query: Query) -> dict[str, Any]:
        label = dict(settings.LANGUAGES)[language]
        with override(language):
            own_name = str(label)
        home = homes.get(language)
        return {
            "code": language,
            "name": str(label),
            "own_name": own_name,
            "fallbacks": list(language_order(language)[1:]),
            "is_default": language == settings.LANGUAGE_CODE,
            "url": request.build_absolute_uri(home.get_url(request)) if home else None,
        }

    return query.page(LANGUAGES, present)

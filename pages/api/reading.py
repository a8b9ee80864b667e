"""How the API reads a request and answers it: language, parameters, paging, errors, headers.

A resource is a router made by ``resource`` and functions registered with ``answers``::

    router = resource("countries")

    @answers(router, "/", list_of(CountryItem), id="countries_list", filters=CountryFilter)
    def list_countries(request, query):
        return query.page(query.filter.narrow(...), present_country)

What a list understands is written once, in its ``Filter``: the same class reads the address on
the reader site, reads the request here, and describes the parameters in the OpenAPI document.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import Router, Schema
from ninja.decorators import decorate_view
from pydantic import Field, create_model
from wagtail.api.v3.errors import problem_response
from wagtail.models import Page

from .. import access
from ..addresses import Addresses, Place
from ..filters import Choice, Day, Filter, Year
from ..models.base import active_language
from ..translating.facts import text_names
from .auth import ReaderAuth

DEFAULT_LIMIT = 20
MAX_LIMIT: int = settings.WAGTAILAPI_LIMIT_MAX
MAX_OFFSET = 1_000_000
LANGUAGES = list(dict(settings.LANGUAGES))
#: What an answer with chosen fields is: all of its schema, but nothing required.
PARTIAL_JSON = "application/vnd.cpmg.partial+json"
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


# What is wrong with a request --------------------------------------------------------


class BadQuery(Exception):
    """The parameters of a request that are unknown or malformed, each with the reason."""

    #: Where in the request they are.
    place = "query"

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def refuse(request: HttpRequest, exception: Any) -> HttpResponse:
    """400 as problem+json: the reasons in the reader's language, and by parameter."""
    errors = [
        {"loc": [exception.place, name], "msg": message}
        for name, message in exception.errors.items()
    ]
    return problem_response(status=400, detail=str(exception), errors=errors)


def missing() -> Http404:
    """The one answer for what is not there, not published, or not for this reader."""
    return Http404(_("There is nothing here."))


def nothing_here(request: HttpRequest) -> HttpResponse:
    """For addresses of the API that lead nowhere."""
    with override(asked_language(request)):
        return problem_response(status=404, detail=str(missing()))


PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "What went wrong, by RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In the language asked for."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                },
            },
        },
    },
}


def problem(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {"description": description, "content": content}


# What a request asks for --------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    """A parameter that holds words, at most ``max_length`` characters."""

    name: str
    description: str
    max_length: int = 200


def asked_language(request: HttpRequest) -> str:
    """``locale`` in the address, else the language of the ``path`` that is looked for, else the
    best of ``Accept-Language``, else English."""
    for wanted in (request.GET.get("locale", ""), *request.GET.get("path", "").split("/", 2)[:2]):
        if wanted in LANGUAGES:
            return wanted
    header = request.headers.get("Accept-Language", "")[:500]
    for code, _quality in parse_accept_lang_header(header.lower()):
        if (language := code.split("-")[0]) in LANGUAGES:
            return language
    return settings.LANGUAGE_CODE


class Query:
    """What a request asks for, read and checked. Raises ``BadQuery``."""

    def __init__(
        self,
        request: HttpRequest,
        filters: type[Filter] | None = None,
        texts: tuple[Text, ...] = (),
        *,
        paged: bool = False,
        selectable: tuple[str, ...] = (),
    ) -> None:
        self.request = request
        self.language = active_language()
        self.errors: dict[str, str] = {}
        #: The list's own filter; lists without one never look.
        self.filter: Any = None
        self.texts = {text.name: "" for text in texts}
        self.limit, self.offset = DEFAULT_LIMIT, 0
        known = known_names(filters, texts, paged=paged)
        if selectable:
            known.insert(-1, "fields")
        self._read_names(known, filters)
        self._read_fields(selectable)
        if (locale := self._value("locale")) and locale not in LANGUAGES:
            self.errors["locale"] = _("%(value)s is not known here. Valid: %(valid)s.") % {
                "value": locale[:40],
                "valid": ", ".join(LANGUAGES),
            }
        if paged:
            self.limit = self._whole_number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
            self.offset = self._whole_number("offset", 0, 0, MAX_OFFSET)
            self._after: Any = None
            if "cursor" not in self.texts and (cursor := self._value("cursor")):
                self._read_cursor(cursor)
        for text in texts:
            value = self._value(text.name).strip()
            if len(value) > text.max_length:
                self.errors[text.name] = _("Give at most %(count)s characters.") % {
                    "count": text.max_length
                }
            self.texts[text.name] = value
        if filters and not self.errors:
            self.filter = filters(request.GET)
            self.errors |= self.filter.errors
        if self.errors:
            raise BadQuery(self.errors)

    def _value(self, name: str) -> str:
        return self.request.GET.get(name, "")

    def _read_names(self, known: list[str], filters: type[Filter] | None) -> None:
        """Refuses names that mean nothing here, and values that can mean nothing."""
        several = {
            parameter.name
            for parameter in (filters.parameters if filters else ())
            if isinstance(parameter, Choice) and parameter.multiple
        }
        unknown = [name for name in self.request.GET if name not in known]
        for name in unknown[:10]:
            self.errors[name[:40].replace("\0", "�")] = _(
                "%(name)s is not a parameter here. Valid: %(valid)s."
            ) % {"name": name[:40].replace("\0", "�"), "valid": ", ".join(known)}
        for name in known:
            values = self.request.GET.getlist(name)
            if len(values) > 1 and name not in several:
                self.errors[name] = _("Give %(name)s only once.") % {"name": name}
            elif any("\0" in value for value in values):
                self.errors[name] = _("%(name)s holds a character that is not allowed.") % {
                    "name": name
                }
            elif name not in self.texts and any(not value.strip() for value in values):
                self.errors[name] = _("Give %(name)s a value, or leave it out.") % {"name": name}

    def _whole_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        given = self._value(name)
        if not given or name in self.errors:
            return default
        if _WHOLE_NUMBER.fullmatch(given) and lowest <= int(given) <= highest:
            return int(given)
        self.errors[name] = _("%(name)s is a whole number from %(lowest)s to %(highest)s.") % {
            "name": name,
            "lowest": lowest,
            "highest": highest,
        }
        return default

    def _read_fields(self, selectable: tuple[str, ...]) -> None:
        """``fields``: the names of what is wanted, between commas."""
        given = self._value("fields") if selectable and "fields" not in self.errors else ""
        names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
        unknown = [name[:40] for name in names if name not in selectable]
        if unknown or (given and not names):
            self.errors["fields"] = _("%(value)s is not known here. Valid: %(valid)s.") % {
                "value": ", ".join(unknown[:5]) or given[:40],
                "valid": ", ".join(selectable),
            }
        self.request.chosen_fields = names  # type: ignore[attr-defined]

    # Cursors ---------------------------------------------------------------------------

    @property
    def _question(self) -> str:
        """A fingerprint of what is asked for, wherever one is in the list."""
        asked = self.request.GET.copy()
        for name in ("cursor", "limit", "offset", "fields"):
            asked.pop(name, None)
        text = f"{self.request.path}?{asked.urlencode()}&{self.language}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _read_cursor(self, cursor: str) -> None:
        try:
            offset, after, question = signing.loads(cursor[:500], salt="pages.api.cursor")
        except (signing.BadSignature, ValueError, TypeError):
            question = None
        if question is None or question != self._question:
            self.errors["cursor"] = _("This is not the cursor of this question.")
        else:
            self.offset, self._after = offset, after

    def _find_place(self, rows: QuerySet) -> None:
        """Has the page begin after the last row of the page before, wherever that is now: what
        was added or taken away meanwhile makes no row come twice, or not at all."""
        before = rows[self.offset - 1 : self.offset].values_list("pk", flat=True)
        if list(before) != [self._after]:
            there = list(rows.values_list("pk", flat=True))
            self.offset = there.index(self._after) + 1 if self._after in there else self.offset

    # What answers need -----------------------------------------------------------------

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses.of_request(self.request, self.language)

    def url(self, page: Page) -> str:
        """The absolute address on the reader site in the language asked for."""
        return self.request.build_absolute_uri(self.addresses.of(page))

    def page(self, rows: Any, present: Callable[[Any, Query], Any]) -> dict[str, Any]:
        """``count`` of all rows, the ``items`` from offset or cursor to limit, each by
        ``present``, and the cursor of what follows."""
        in_database = isinstance(rows, QuerySet)
        count = rows.count() if in_database else len(rows)
        if in_database and self._after is not None:
            self._find_place(rows)
        chosen = list(rows[self.offset : self.offset + self.limit])
        self.gather([row for row in chosen if isinstance(row, Page)])
        end = self.offset + len(chosen)
        cursor = ""
        if chosen and end < count:
            last = chosen[-1].pk if in_database else None
            place = [end, last, self._question]
            cursor = signing.dumps(place, salt="pages.api.cursor")
        items = [present(row, self) for row in chosen]
        return {"count": count, "items": items, "next_cursor": cursor}

    def gather(self, pages: list[Any]) -> None:
        """Fetches the other languages of ``pages``, in a constant number of queries."""
        self._versions: dict[Any, list[Place]] = {}
        self._states: dict[int, dict[str, str]] = {}
        if not pages:
            return
        versions = Page.objects.filter(translation_key__in={p.translation_key for p in pages})
        readable = access.readable_by(versions, self.request.user).order_by()
        for *place, states in readable.values_list(*Place.columns, "translation_record__fields"):
            version = Place(*place)
            self._versions.setdefault(version.translation_key, []).append(version)
            self._states[version.pk] = states or {}

    def translations(self, page: Any) -> list[dict[str, str]]:
        """The other languages in which a gathered page can be read, with its address there."""
        there = {v.language: v for v in self._versions.get(page.translation_key, ())}
        return [
            {
                "locale": language,
                "url": self.request.build_absolute_uri(self.addresses.own(there[language])),
            }
            for language in LANGUAGES
            if language in there and language != page.language
        ]

    def text_states(self, page: Any) -> dict[str, str]:
        """What each text of a gathered page is to a reader of the language asked for."""
        names = ["title", *text_names(type(page))]
        if page.language != self.language:
            return dict.fromkeys(names, "fallback")
        versions = self._versions.get(page.translation_key, ())
        if all(page.pk <= version.pk for version in versions):
            return dict.fromkeys(names, "original")
        states = self._states.get(page.pk, {})
        return {name: states.get(name, "human") for name in names}

    def version(self, pages: Any, page_id: str) -> Any:
        """The page of the queryset ``pages`` with this id, in the language asked for, or in the
        nearest one that it has. Raises ``Http404`` when the reader has none."""
        if not _WHOLE_NUMBER.fullmatch(page_id):
            raise missing()
        readable = pages.readable_by(self.request.user)
        key = readable.filter(pk=int(page_id)).values("translation_key")
        return self.only(readable.filter(translation_key__in=key))

    def only(self, readable: Any) -> Any:
        """The one page of ``readable`` in the language asked for; ``Http404`` without one."""
        page = readable.in_language(self.language).select_related("locale").first()
        if page is None:
            raise missing()
        self.gather([page])
        self.request.last_modified = page.last_published_at  # type: ignore[attr-defined]
        return page


def known_names(
    filters: type[Filter] | None, texts: tuple[Text, ...] = (), *, paged: bool = False
) -> list[str]:
    """The names of all parameters that a resource understands."""
    names = [text.name for text in texts]
    if filters:
        names += [parameter.name for parameter in filters.parameters]
        names += ["order"] if filters.orders else []
    if paged:
        names += ["limit", "offset", *([] if "cursor" in names else ["cursor"])]
    return [*names, "locale"]


# How a resource is made ---------------------------------------------------------------


def resource(name: str) -> Router:
    """A router whose readers are anonymous or bring a token."""
    return Router(tags=[name], auth=ReaderAuth())


def list_of(item: type[Schema]) -> type[Schema]:
    """The schema of a list: ``{"count", "items", "next_cursor"}``."""
    fields: dict[str, Any] = {
        "count": (int, Field(description="Of all that is listed.")),
        "items": (list[item], ...),  # type: ignore[valid-type]
        "next_cursor": (
            str,
            Field(description="`cursor` of what follows; empty at the end.", examples=[""]),
        ),
    }
    return create_model(f"{item.__name__}List", __base__=Schema, **fields)


def answers(
    router: Router,
    path: str,
    response: Any,
    *,
    id: str,
    summary: str,
    filters: type[Filter] | None = None,
    texts: tuple[Text, ...] = (),
    paged: bool = True,
) -> Callable:
    """Registers a view ``(request, query, **path)`` at ``path``.

    Its parameters are checked before it is called, it runs in the language asked for, and its
    answer carries the headers of a public or of a private answer. ``paged`` is for lists.
    """
    listed = what_is_listed(response)
    selectable = tuple(listed.model_fields) if listed else ()

    def register(view: Callable) -> Callable:
        @functools.wraps(view)
        def read(request: HttpRequest, **path_values: Any) -> Any:
            query = Query(request, filters, texts, paged=paged, selectable=selectable)
            return view(request, query, **path_values)

        del read.__wrapped__
        signature = inspect.signature(view, eval_str=True)
        read.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[p for p in signature.parameters.values() if p.name != "query"]
        )
        responses: dict[str | int, Any] = {
            400: problem("A parameter is unknown or malformed."),
            401: problem("The token is not valid."),
        }
        if "{" in path or not paged:
            responses[404] = problem("Missing, not published, or not for this reader.")
        router.get(
            path,
            response=response,
            operation_id=id,
            url_name=id,
            summary=summary,
            openapi_extra={
                "parameters": describe(filters, texts, paged=paged, selectable=selectable),
                "responses": responses,
                "security": [{}],
            },
        )(decorate_view(in_language_asked)(read))
        return view

    return register


def what_is_listed(response: Any) -> type[Schema] | None:
    """The schema of the items of an answer that is a list, or that of the answer itself; none
    for a file or a specification, of which nobody takes a part."""
    if get_origin(response) is list:
        return get_args(response)[0]
    if not isinstance(response, type) or not issubclass(response, Schema):
        return None
    items = response.model_fields.get("items")
    if items is not None and get_origin(items.annotation) is list:
        return get_args(items.annotation)[0]
    return response


def select(response: HttpResponse, names: tuple[str, ...]) -> None:
    """Leaves of each item, or of the answer that is none of a list, only ``names``."""
    answer = json.loads(response.content)

    def part(whole: dict[str, Any]) -> dict[str, Any]:
        return {name: whole[name] for name in names}

    if isinstance(answer, list):
        answer = [part(item) for item in answer]
    elif "items" in answer and "items" not in names:
        answer["items"] = [part(item) for item in answer["items"]]
    else:
        answer = part(answer)
    response.content = json.dumps(answer, ensure_ascii=False).encode()
    response.headers["Content-Type"] = PARTIAL_JSON


def in_language_asked(run: Callable) -> Callable:
    """Runs an operation, errors included, in the language asked for, and sets the headers."""

    @functools.wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = asked_language(request)
        with override(language):
            response = run(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        if response.status_code == 200 and (chosen := getattr(request, "chosen_fields", ())):
            select(response, chosen)
        if response.status_code == 200 and (changed := getattr(request, "last_modified", None)):
            response.headers["Last-Modified"] = http_date(changed.timestamp())
        if response.status_code == 200 and (tag := getattr(request, "etag_of", None)):
            response.headers["ETag"] = tag(response.content)
        if "Authorization" in request.headers or getattr(request, "is_private", False):
            asks_again = response.status_code == 200 and request.method == "GET"
            response.headers["Cache-Control"] = (
                f"private, {'no-cache' if asks_again else 'no-store'}"
            )
        elif response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=60"
        else:
            response.headers["Cache-Control"] = "no-store"
        if getattr(request, "is_draft", False):
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["X-Robots-Tag"] = "noindex"
            response.headers["Referrer-Policy"] = "no-referrer"
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response

    return answer


def describe(
    filters: type[Filter] | None,
    texts: tuple[Text, ...],
    *,
    paged: bool,
    selectable: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """The parameters of a resource for the OpenAPI document, in English."""
    with override(settings.LANGUAGE_CODE):
        described = [
            _parameter(t.name, t.description, {"type": "string", "maxLength": t.max_length})
            for t in texts
        ]
        for parameter in filters.parameters if filters else ():
            described.append(_filter_parameter(parameter))
        if filters and filters.orders:
            codes = list(filters.orders)
            labels = [f"{code}: {label}" for code, (label, _method) in filters.orders.items()]
            described.append(
                _parameter(
                    "order",
                    "; ".join(labels) + ".",
                    {"type": "string", "enum": codes, "default": codes[0]},
                )
            )
    if paged:
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        offset = {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
        described.append(_parameter("limit", "How many items to answer with.", limit))
        described.append(_parameter("offset", "How many items to leave out first.", offset))
        if not any(text.name == "cursor" for text in texts):
            cursor = {"type": "string", "maxLength": 500}
            meaning = "`next_cursor` of the answer before, in place of `offset`."
            described.append(_parameter("cursor", meaning, cursor))
    if selectable:
        names = {"type": "array", "items": {"type": "string", "enum": list(selectable)}}
        meaning = (
            "The fields that are wanted of each item, or of the one thing: names between commas."
        )
        described.append(_parameter("fields", meaning, names) | {"style": "form", "explode": False})
    described.append(
        _parameter(
            "locale",
            "The language of the answer. Without it Accept-Language decides, then English.",
            {"type": "string", "enum": LANGUAGES},
        )
    )
    return described


def _filter_parameter(parameter: Choice | Year | Day) -> dict[str, Any]:
    if isinstance(parameter, Day):
        day = {"type": "string", "format": "date"}
        return _parameter(parameter.name, f"{parameter.label}.", day)
    if isinstance(parameter, Year):
        year = {"type": "integer", "minimum": 1000, "maximum": 9999}
        return _parameter(parameter.name, f"{parameter.label}.", year)
    if not parameter.multiple:
        return _parameter(parameter.name, f"{parameter.label}, by code.", {"type": "string"})
    codes = {"type": "array", "items": {"type": "string"}}
    description = f"{parameter.label}, by code. Repeat it to allow several."
    return _parameter(parameter.name, description, codes)


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }

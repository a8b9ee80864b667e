"""A provider of OAI-PMH 2.0. Source: The Open Archives Initiative Protocol for Metadata Harvesting,
version 2.0; the six verbs, by GET and by POST.

Harvesters get what everybody may read and nothing else. Each page of a list takes a constant
number of queries.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from lxml import etree

from pages.models import Country, Network, Theme

from ..citations import datacite, dublin_core
from ..citations.record import Record
from ..citations.xml import DECLARATION, Element
from ..models import DocumentType, Harvested, HarvestedIn
from . import ledger, tokens

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
#: Records of one answer.
PAGE = 100
#: The container in which harvesters of DataCite's records expect them.
OAI_DATACITE = "http://schema.datacite.org/oai/oai-1.1/"
OAI_DATACITE_SCHEMA = "http://schema.datacite.org/oai/oai-1.1/oai.xsd"


def _oai_datacite(record: Record) -> Any:
    root = Element.root("oai_datacite", {None: OAI_DATACITE}, OAI_DATACITE_SCHEMA)
    root.add("schemaVersion", "4.5")
    root.add("datacentreSymbol", domain())
    root.add("payload").put(datacite.element(record))
    return root.element


@dataclass(frozen=True)
class MetadataFormat:
    schema: str
    namespace: str
    element: Callable[[Record], Any]


FORMATS = {
    "oai_dc": MetadataFormat(dublin_core.SCHEMA, dublin_core.NAMESPACE, dublin_core.element),
    "oai_datacite": MetadataFormat(OAI_DATACITE_SCHEMA, OAI_DATACITE, _oai_datacite),
}
#: What each verb takes: required, optional, and alone in the place of all others.
ARGUMENTS: dict[str, tuple[set[str], set[str], str]] = {
    "Identify": (set(), set(), ""),
    "ListMetadataFormats": (set(), {"identifier"}, ""),
    "ListSets": (set(), set(), "resumptionToken"),
    "GetRecord": ({"identifier", "metadataPrefix"}, set(), ""),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}, "resumptionToken"),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}, "resumptionToken"),
}
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
_SPEC = re.compile(r"([A-Za-z0-9\-_.!~*'()])+(:[A-Za-z0-9\-_.!~*'()]+)*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


#: The narrowest sets: being in them says that a record is in those around them.
_SETS = Prefetch("sets", HarvestedIn.objects.filter(spec__contains=":").order_by("spec"))


class Refused(Exception):
    """An error of the protocol, by its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def domain() -> str:
    """What identifiers are made with; it may not change when the site moves."""
    return settings.OAI_DOMAIN or urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"


def identifier(key: uuid.UUID) -> str:
    return f"oai:{domain()}:{key}"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def provide(request: HttpRequest) -> HttpResponse:
    """``/oai/?verb=…``: errors of the protocol are answers too, with status 200."""
    moment = timezone.now()  # before changes are entered: what comes later is newer than this
    given = request.POST if request.method == "POST" else request.GET
    address = request.build_absolute_uri(reverse("oai"))
    root = Element.root("OAI-PMH", {None: NAMESPACE}, SCHEMA)
    root.add("responseDate", stamp(moment))
    asked: dict[str, str] = {}
    try:
        asked = _arguments(given)
        answer = etree.Element(f"{{{NAMESPACE}}}{asked['verb']}")
        ledger.settle()
        VERBS[asked["verb"]](Element(answer, NAMESPACE), Asked(request, asked))
        root.add("request", address, **asked)
        root.put(answer)
    except Refused as refused:
        plain = refused.code in ("badVerb", "badArgument")
        root.add("request", address, **({} if plain else asked))
        root.add("error", str(refused), code=refused.code)
    response = HttpResponse(DECLARATION + root.text(), content_type="text/xml; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    add_never_cache_headers(response)
    return response


def _arguments(given: QueryDict) -> dict[str, str]:
    """What is asked for, if it is asked for in the right way."""
    verbs = given.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise Refused("badVerb", f"Give one verb: {', '.join(ARGUMENTS)}.")
    verb = verbs[0]
    required, optional, alone = ARGUMENTS[verb]
    asked = {"verb": verb}
    for name in given:
        values = given.getlist(name)
        if name == "verb":
            continue
        if name not in required | optional | {alone}:
            raise Refused("badArgument", f"{verb} does not take {_shown(name)}.")
        if len(values) != 1:
            raise Refused("badArgument", f"Give {name} only once.")
        if not values[0] or any(not sign.isprintable() for sign in values[0]):
            raise Refused("badArgument", f"{name} has no value, or one that can't be meant.")
        asked[name] = values[0]
    if alone and alone in asked:
        if len(asked) > 2:
            raise Refused("badArgument", f"{alone} stands alone.")
    elif missing := sorted(required - asked.keys()):
        raise Refused("badArgument", f"{verb} needs {', '.join(missing)}.")
    forms = (("metadataPrefix", _PREFIX), ("set", _SPEC), ("identifier", _URI))
    for name, form in forms:
        if name in asked and not form.fullmatch(asked[name]):
            raise Refused("badArgument", f"This is no {name}.")
    return asked


def _shown(text: str) -> str:
    return "".join(sign for sign in text[:60] if sign.isprintable())


@dataclass
class Asked:
    """The arguments of a request, read. ``from_`` and ``until`` are as they were given."""

    request: HttpRequest
    arguments: dict[str, str]
    verb: str = field(init=False)
    prefix: str = field(init=False)
    from_: str = field(init=False)
    until: str = field(init=False)
    spec: str = field(init=False)
    within: Q = field(init=False)
    token: tokens.Token | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        get = self.arguments.get
        self.verb = self.arguments["verb"]
        if "resumptionToken" in self.arguments:
            self.token = self._token(self.arguments["resumptionToken"])
            self.prefix, self.spec = self.token.prefix, self.token.spec
            self.from_, self.until = self.token.from_, self.token.until
        else:
            self.prefix, self.spec = get("metadataPrefix", ""), get("set", "")
            self.from_, self.until = get("from", ""), get("until", "")
        self.within = self._between()

    def _token(self, text: str) -> tokens.Token:
        try:
            token = tokens.read(text)
        except tokens.BadToken:
            token = None
        if token is None or token.verb != self.verb:
            raise Refused("badResumptionToken", "Not a token of this list, or older than a day.")
        return token

    def form(self) -> MetadataFormat:
        if self.prefix not in FORMATS:
            raise Refused("cannotDisseminateFormat", f"Known here: {', '.join(FORMATS)}.")
        return FORMATS[self.prefix]

    def _between(self) -> Q:
        """The datestamps asked for; both ends are included, to the day or to the second."""
        for text in (self.from_, self.until):
            if text and not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)):
                raise Refused("badArgument", "A date is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")
        if self.from_ and self.until and len(self.from_) != len(self.until):
            raise Refused("badArgument", "Give from and until in the same granularity.")
        first, last = _moment(self.from_), _moment(self.until)
        if first and last and first > last:
            raise Refused("badArgument", "From is later than until.")
        within = Q()
        if first:
            within &= Q(datestamp__gte=first)
        if last:
            one = timedelta(days=1) if len(self.until) == 10 else timedelta(seconds=1)
            within &= Q(datestamp__lt=last + one) if last.year < 9999 else Q()
        return within

    def rows(self) -> QuerySet[Harvested]:
        """All that is asked for, in the order in which it is given."""
        rows = Harvested.objects.filter(self.within)
        if self.spec:
            rows = rows.filter(pk__in=HarvestedIn.objects.filter(spec=self.spec).values("record"))
        return rows.order_by("datestamp", "key")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise Refused("badArgument", "There is no such date.") from None


# The verbs ----------------------------------------------------------------------------------


def identify(answer: Element, asked: Asked) -> None:
    answer.add("repositoryName", "Caribbean Platform for Migration Governance")
    answer.add("baseURL", asked.request.build_absolute_uri(reverse("oai")))
    answer.add("protocolVersion", "2.0")
    answer.add("adminEmail", settings.OAI_ADMIN_EMAIL)
    answer.add("earliestDatestamp", stamp(ledger.earliest()))
    answer.add("deletedRecord", "persistent")
    answer.add("granularity", "YYYY-MM-DDThh:mm:ssZ")
    answer.add("compression", "gzip")


def list_metadata_formats(answer: Element, asked: Asked) -> None:
    if "identifier" in asked.arguments:
        _row(asked.arguments["identifier"])  # every record has every format
    for prefix, form in FORMATS.items():
        one = answer.add("metadataFormat")
        one.add("metadataPrefix", prefix)
        one.add("schema", form.schema)
        one.add("metadataNamespace", form.namespace)


def list_sets(answer: Element, asked: Asked) -> None:
    """All at once: they are the terms of the vocabularies."""
    for spec, name in _sets():
        one = answer.add("set")
        one.add("setSpec", spec)
        one.add("setName", name)


def _sets() -> Iterator[tuple[str, str]]:
    families: dict[str, tuple[str, Any]] = {
        "country": ("By country", Country),
        "network": ("By thematic network", Network),
        "theme": ("By theme", Theme),
        "type": ("By type", DocumentType),
    }
    for family in ledger.FAMILIES:
        name, vocabulary = families[family]
        yield family, name
        for code, label in vocabulary.labels(settings.LANGUAGE_CODE).items():
            yield f"{family}:{code}", label


def get_record(answer: Element, asked: Asked) -> None:
    row = _row(asked.arguments["identifier"])
    form = asked.form()
    _records(answer, [row], form, asked.request)


def list_identifiers(answer: Element, asked: Asked) -> None:
    def put(rows: list[Harvested]) -> None:
        for row in rows:
            _header(answer, row, row.deleted)

    asked.form()
    _listed(answer, asked, put)


def list_records(answer: Element, asked: Asked) -> None:
    form = asked.form()
    _listed(answer, asked, lambda rows: _records(answer, rows, form, asked.request))


VERBS: dict[str, Callable[[Element, Asked], None]] = {
    "Identify": identify,
    "ListMetadataFormats": list_metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_identifiers,
    "ListRecords": list_records,
}


# Records and where lists go on --------------------------------------------------------------


def _row(text: str) -> Harvested:
    start = f"oai:{domain()}:"
    key = text.removeprefix(start)
    row = None
    if text.startswith(start) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key):
        row = Harvested.objects.filter(pk=uuid.UUID(key)).prefetch_related(_SETS).first()
    if row is None:
        raise Refused("idDoesNotExist", "No record has this identifier.")
    return row


def _listed(answer: Element, asked: Asked, put: Callable[[list[Harvested]], None]) -> None:
    """A page of the list, and where it goes on. The last page says so by an empty token."""
    rows, token = asked.rows(), asked.token
    given, size = (token.given, token.size) if token else (0, rows.count())
    if token:
        moment, key = token.after
        rows = rows.filter(Q(datestamp__gt=moment) | Q(datestamp=moment, key__gt=key))
    found = list(rows.prefetch_related(_SETS)[: PAGE + 1])
    if not found:
        raise Refused("noRecordsMatch", "Nothing is in the repository that answers this.")
    page, more = found[:PAGE], len(found) > PAGE
    put(page)
    if not more and not token:
        return
    text, attributes = "", {}
    if more:
        last = page[-1]
        onward = tokens.Token(
            *(asked.verb, asked.prefix, asked.from_, asked.until, asked.spec),
            *(last.datestamp.isoformat(), str(last.key), given + PAGE, size),
        )
        text = onward.written()
        attributes["expirationDate"] = stamp(timezone.now() + tokens.LIFETIME)
    size = max(size, given + len(found))  # it may have grown
    answer.add("resumptionToken", text, completeListSize=str(size), cursor=str(given), **attributes)


def _records(
    answer: Element, rows: list[Harvested], form: MetadataFormat, request: HttpRequest
) -> None:
    keys = [row.key for row in rows if not row.deleted]
    found = {record.key: record for record in ledger.public_records(keys, request)}
    for row in rows:
        one = answer.add("record")
        record = found.get(row.key)
        _header(one, row, record is None)  # or withdrawn a moment ago
        if record:
            one.add("metadata").put(form.element(record))


def _header(parent: Element, row: Harvested, deleted: bool) -> None:
    header = parent.add("header", **({"status": "deleted"} if deleted else {}))
    header.add("identifier", identifier(row.key))
    header.add("datestamp", stamp(row.datestamp))
    for one in row.sets.all():
        header.add("setSpec", one.spec)

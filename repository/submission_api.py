"""``/submissions/``: what a member does with submissions, as on the reader site.

The rules are those of ``repository.submissions``; nothing here publishes. Whoever writes says by
``If-Match`` which version was read: what was changed meanwhile is never written over (412).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import File, Form, Router, Schema, Status
from ninja.decorators import decorate_view
from ninja.files import UploadedFile
from pydantic import BaseModel, ConfigDict, Field, RootModel, WithJsonSchema
from pydantic import ValidationError as PydanticValidationError
from wagtail.api.v3.errors import problem_response
from wagtail.models import Page

from cpmg.users.models import Scope, User, without_hidden_characters
from pages.api import forms as api_forms
from pages.api.auth import Forbidden, PersonAuth
from pages.api.forms import BadBody, body_of
from pages.api.reading import (
    Query,
    answers,
    in_language_asked,
    list_of,
    missing,
    problem,
)
from pages.api.schemas import Coded, choice
from pages.filters import Choice, Filter
from pages.models import Language

from . import kinds, submissions
from .datasets import taking
from .datasets.forms import DescriptionForm, IndicatorsForm
from .datasets.forms import tidy as tidy_dataset
from .event_form import EventForm
from .event_form import tidy as tidy_event
from .files import blocked, problem_of, receiving
from .forms import FORMS, tidy
from .models import Submission, SubmissionFile
from .references import Unreadable
from .review import Changed, Refused
from .submissions import may_submit

router = Router(tags=["submissions"], auth=PersonAuth(Scope.READ))
WRITES = PersonAuth(Scope.SUBMIT)
State = Submission.State

Key = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
FileId = Annotated[str, WithJsonSchema({"type": "integer", "minimum": 1})]


# Shapes -----------------------------------------------------------------------------------


class ContributorRow(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Literal["author", "editor", "corporate-author", ""] = "author"
    family_name: str = Field("", description="Or the name of a body.")
    given_name: str = ""


class PublicationRecord(BaseModel):
    """The record of a publication as it is typed; everything may be missing until it is
    submitted. Codes are those of `/forms/submission/`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "title": "Free movement in the Caribbean",
                "record_language": "en",
                "document_type": "report",
                "contributors": [
                    {"role": "author", "family_name": "Charles", "given_name": "Maya"}
                ],
                "year": "2024",
                "languages": ["en"],
                "countries": ["JM"],
                "shelf": "public",
                "licence": "CC-BY-4.0",
                "external_url": "https://example.org/report.pdf",
            }
        },
    )
    title: str = ""
    record_language: str = Field("", description="Of title and abstract.", examples=["en"])
    document_type: str = ""
    contributors: list[ContributorRow] = []
    publisher: str = ""
    year: str = Field("", description="Four digits.", examples=["2024"])
    month: str = Field("", description="1 to 12.", examples=["6"])
    no_year: str = Field("", description="`on` when the publication does not say its year.")
    languages: list[str] = []
    abstract: str = Field("", description="Plain text; an empty line begins a paragraph.")
    doi: str = ""
    isbn: str = ""
    issn: str = ""
    external_url: str = ""
    container_title: str = ""
    volume: str = ""
    issue: str = ""
    page_range: str = ""
    series: str = ""
    series_number: str = ""
    extent: str = ""
    note: str = ""
    countries: list[str] = []
    themes: list[str] = []
    networks: list[str] = []
    tags: list[str] = []
    shelf: str = Field("", description="Who may read it.", examples=["public"])
    licence: str = ""


class EventRecord(BaseModel):
    """What is said of an event that is proposed, as it is typed. Codes are those of
    `/forms/submission-event/`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "title": "Regional meeting on labour migration",
                "record_language": "en",
                "event_type": "meeting",
                "start_date": "2026-03-08",
                "end_date": "2026-03-09",
                "start_time": "09:00",
                "end_time": "17:00",
                "time_zone": "America/Jamaica",
                "attendance": "on-site",
                "city": "Kingston",
                "country": "JM",
                "organisers": "International Organization for Migration",
            }
        },
    )
    title: str = ""
    record_language: str = Field("", description="Of title and description.", examples=["en"])
    event_type: str = ""
    summary: str = ""
    start_date: str = Field("", examples=["2026-03-08"])
    end_date: str = Field("", description="Empty for an event of one day.", examples=["2026-03-09"])
    start_time: str = Field("", examples=["09:00"])
    end_time: str = Field("", examples=["17:00"])
    time_zone: str = Field("", description="Needed with a time.", examples=["America/Jamaica"])
    attendance: str = ""
    city: str = ""
    country: str = ""
    venue: str = ""
    online_url: str = ""
    link: str = ""
    description: str = Field("", description="Plain text; an empty line begins a paragraph.")
    organisers: str = Field("", description="One on each line.")
    funders: str = Field("", description="One on each line.")
    partners: str = Field("", description="One on each line.")
    languages: list[str] = []
    countries: list[str] = []
    themes: list[str] = []
    networks: list[str] = []


class DatasetRecord(BaseModel):
    """What is said of a dataset, as it is typed; its figures are sent to `figures/`. Codes are
    those of `/forms/submission-dataset/`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "indicators": ["remittances-gdp"],
                "title": "Remittances to the Caribbean, 2020 to 2024",
                "record_language": "en",
                "creator": "Planning Institute of Jamaica",
                "source_name": "Balance of payments",
                "licence": "CC-BY-4.0",
            }
        },
    )
    indicators: list[str] = Field(
        [],
        description="What the figures measure. Changed, the figures have to be sent again.",
    )
    title: str = ""
    record_language: str = Field("", description="Of the title and the texts.", examples=["en"])
    summary: str = ""
    creator: str = Field("", description="The body that answers for the figures.")
    source: str = Field("", description="Of figures whose row names no other.")
    source_name: str = Field("", description="A source that is not in the list.")
    source_url: str = ""
    licence: str = ""
    note: str = Field("", description="What is new in this version.")
    citation: str = ""


def _dataset(given: dict[str, Any]) -> dict[str, Any]:
    data = tidy_dataset(given)
    if "indicators" in given:
        form = IndicatorsForm({"indicators": given["indicators"]})
        if given["indicators"] and not form.is_valid():
            raise BadBody({"data.indicators": " ".join(map(str, form.errors["indicators"]))})
        data["indicators"] = list(dict.fromkeys(given["indicators"]))
    return data


#: By kind: the schema of its record, and what brings a record into its shape.
RECORDS: dict[str, tuple[type[BaseModel], Callable[[Any], dict[str, Any]]]] = {
    "publication": (PublicationRecord, tidy),
    "event": (EventRecord, tidy_event),
    "dataset": (DatasetRecord, _dataset),
}


class Started(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: str
    key: Key | None = Field(
        None, description="One that you made: sent twice with it, one submission is started."
    )
    replaces: int | None = Field(
        None,
        description="The published one of which this is a new version; events have none.",
        examples=[None],
    )
    data: Any = None


class PublicationStarted(Started):
    """A new submission of a publication."""

    kind: Literal["publication"] = "publication"
    data: PublicationRecord = Field(default_factory=lambda: PublicationRecord.model_validate({}))


class EventStarted(Started):
    """An event that is proposed."""

    kind: Literal["event"]
    data: EventRecord = Field(default_factory=lambda: EventRecord.model_validate({}))


class DatasetStarted(Started):
    """A new submission of a dataset."""

    kind: Literal["dataset"]
    data: DatasetRecord = Field(default_factory=lambda: DatasetRecord.model_validate({}))


class AnyStarted(RootModel[PublicationStarted | EventStarted | DatasetStarted]):
    """A new submission, by its kind."""


class Typed(BaseModel):
    """What was typed, in the shape of the submission's kind; names that are left out stay as they
    are."""

    model_config = ConfigDict(extra="forbid")
    data: PublicationRecord | EventRecord | DatasetRecord


class Found(Schema):
    """What is wrong with a cell of a table."""

    cell: str = Field(examples=["C17"])
    column: str = Field(examples=["OBS_VALUE"])
    value: str = Field(examples=["1.234,5"])
    message: str = Field(description="What is wrong, and what would be valid.")


class FiguresReport(Schema):
    """What a table of figures says."""

    taken: bool = Field(description="Whether its figures are those of the submission now.")
    figures: int = Field(description="Rows that are valid.")
    empty: int = Field(description="Rows without a value: they are no figures.")
    problems: int = Field(description="How much is wrong; the first 500 are in `findings`.")
    findings: list[Found]
    notes: list[str] = Field(description="How the table was read, where that was not clear.")


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field("", max_length=2000, description="Needed for what is published.")


class FileDescribed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: str = Field("", description="A code of the vocabulary `language`.", examples=["en"])
    label: str = Field("", max_length=120)


class FileRow(Schema):
    id: int
    title: str
    language: str
    label: str
    size: int | None = Field(description="In bytes.")
    media_type: str
    problem: str = Field(description="Why it can't be submitted, or what could not be read.")


class Happened(Schema):
    at: str = Field(examples=["2026-01-31T12:00:00Z"])
    action: str = Field(examples=["submitted"])
    label: str
    comment: str


Action = Literal["change", "submit", "withdraw", "revise", "delete"]


class SubmissionItem(Schema):
    key: Key = Field(examples=["3f6c1f0a-6d0e-4c53-9a57-0f5a3a1d9c11"])
    kind: str = Field(examples=["publication"])
    title: str
    state: Coded
    version: int = Field(description="Grows with each change.")
    created_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    changed_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    submitted_at: str | None
    decided_at: str | None
    published_at: str | None
    may: list[Action] = Field(description="What can be done with it now.")


class SubmissionDetail(SubmissionItem):
    data: dict[str, Any] = Field(description="The record as it was typed.")
    files: list[FileRow]
    answer: str = Field(description="What the editorial team wrote, while it waits for an answer.")
    history: list[Happened]
    page: int | None = Field(description="The published page.")


class Checked(Schema):
    ready: bool = Field(description="Whether it can be submitted.")
    problems: dict[str, list[str]] = Field(
        description="What still prevents it, by the name of the field.",
        examples=[{"licence": ["Choose the licence."]}],
    )


class SubmissionsFilter(Filter):
    parameters = [
        Choice(
            "state",
            gettext_lazy("State"),
            lambda: {code: str(label) for code, label in State.choices},
            "state",
        ),
        Choice("kind", gettext_lazy("Kind"), lambda: dict.fromkeys(RECORDS, ""), "kind"),
    ]


# Errors -----------------------------------------------------------------------------------


def refuse_state(request: HttpRequest, error: Refused) -> HttpResponse:
    """``Refused`` and ``Changed`` of the domain: 409."""
    response = problem_response(status=409, detail=str(error))
    response.headers["Cache-Control"] = "private, no-store"
    return response


class VersionPassed(Exception):
    """It was changed since the version that was read: 412; 428 when none was named."""

    def __init__(self, status: int) -> None:
        self.status = status


def refuse_version(request: HttpRequest, error: VersionPassed) -> HttpResponse:
    details = {
        412: _("It was changed meanwhile. Read it again."),
        428: _("Send If-Match with the ETag of what you have read."),
    }
    return problem_response(status=error.status, detail=details[error.status])


def etag_of(submission: Submission, content: bytes = b"") -> str:
    return f'"{submission.version}-{hashlib.sha256(content).hexdigest()[:16]}"'


def _check_version(request: HttpRequest, submission: Submission, *, needed: bool = True) -> None:
    """``If-Match``: any of the tags that it names may be of the version that there is."""
    given = request.headers.get("If-Match", "")
    if not given:
        if needed:
            raise VersionPassed(428)
        return
    versions = re.findall(r'"(\d{1,9})-[0-9a-f]+"', given)
    if given.strip() != "*" and str(submission.version) not in versions:
        raise VersionPassed(412)


# Reading ----------------------------------------------------------------------------------


def person(request: HttpRequest) -> User:
    """Who asks; only those who may submit come in."""
    user: Any = request.user
    if not may_submit(user):
        raise Forbidden(_("Members submit. Request membership first."))
    return user


def own(request: HttpRequest, key: str) -> Submission:
    try:
        number = uuid.UUID(key)
    except ValueError:
        raise missing() from None
    found = Submission.objects.filter(submitter=person(request), key=number)
    submission = found.select_related("page").first()
    if submission is None:
        raise missing()
    return submission


@answers(
    router,
    "/",
    list_of(SubmissionItem),
    id="submissions_list",
    summary="List your submissions",
    filters=SubmissionsFilter,
)
def list_submissions(request: HttpRequest, query: Query) -> Any:
    """Those of the person whose token or session it is, the last changed first."""
    rows = Submission.objects.filter(submitter=person(request))
    return query.page(query.filter.narrow(rows), lambda row, query: present_item(row))


@answers(
    router,
    "/{key}/",
    SubmissionDetail,
    id="submissions_detail",
    summary="One of your submissions",
    paged=False,
)
def get_submission(request: HttpRequest, query: Query, key: Key) -> Any:
    """With its record, files and history. Its `ETag` is what writing asks for as `If-Match`."""
    submission = own(request, key)
    request.etag_of = lambda content: etag_of(submission, content)  # type: ignore[attr-defined]
    return present_detail(submission)


@answers(
    router,
    "/{key}/check/",
    Checked,
    id="submissions_check",
    summary="What is still missing",
    paged=False,
)
def check_submission(request: HttpRequest, query: Query, key: Key) -> Any:
    """What submitting would refuse."""
    problems = submissions.problems(own(request, key))
    return {"ready": not problems, "problems": problems}


def _time(moment: Any) -> str | None:
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def actions(submission: Submission) -> list[str]:
    found = ["change", "submit"] if submission.is_open else []
    withdrawable = kinds.of(submission).can_be_withdrawn
    if submission.state in (State.IN_REVIEW, State.CHANGES_REQUESTED) or (
        submission.state == State.PUBLISHED and withdrawable
    ):
        found.append("withdraw")
    if submission.state in (State.REJECTED, State.WITHDRAWN) and not submission.published_at:
        found.append("revise")
    if submission.state == State.DRAFT and not submission.page_id:
        found.append("delete")
    return found


def present_item(submission: Submission) -> dict[str, Any]:
    return {
        "key": str(submission.key),
        "kind": submission.kind,
        "title": submission.title,
        "state": choice(submission.state, State),
        "version": submission.version,
        **{
            name: _time(getattr(submission, name))
            for name in (
                *("created_at", "changed_at", "submitted_at", "decided_at", "published_at"),
            )
        },
        "may": actions(submission),
    }


def present_detail(submission: Submission) -> dict[str, Any]:
    from .views.submissions import answer

    events = submissions.history(submission)
    page = submission.page
    return present_item(submission) | {
        "data": submission.data,
        "files": [
            present_file(row) for row in submission.files.select_related("document__details")
        ],
        "answer": answer(submission, events),
        "history": [
            {
                "at": _time(event.at),
                "action": event.action,
                "label": event.label,
                "comment": event.comment,
            }
            for event in events
        ],
        "page": page.pk if page and page.live else None,
    }


def present_file(row: SubmissionFile) -> dict[str, Any]:
    document = row.document
    return {
        "id": row.pk,
        "title": document.title,
        "language": row.language,
        "label": row.label,
        "size": document.file_size,
        "media_type": document.content_type,
        "problem": str(blocked(document) or problem_of(document) or ""),
    }


# Writing ----------------------------------------------------------------------------------

_VERSION = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of what you have read; `*` writes over whatever there is.",
    "schema": {"type": "string", "maxLength": 500},
    "example": '"3-5c7a1f0e9b3d4c2a"',
}
CONFLICT = problem("It can't be done in this state.")


def writes(
    method: str,
    path: str,
    *,
    id: str,
    summary: str,
    body: type[BaseModel] | None = None,
    response: Any = SubmissionDetail,
    status: int = 200,
    version: Literal["needed", "heeded", ""] = "",
) -> Callable:
    """Registers ``view(request, submission or None, given, **path) -> answer``."""

    def register(view: Callable) -> Callable:
        extra: dict[str, Any] = {"responses": {400: problem("Malformed."), 409: CONFLICT}}
        if body is not None:
            schema = body.model_json_schema(ref_template="#/body/$defs/{model}")
            extra["requestBody"] = {
                "required": body is not Reason,
                "content": {"application/json": {"schema": schema}},
            }
        if version:
            extra["parameters"] = [_VERSION | {"required": version == "needed"}]
            extra["responses"][412] = problem("Changed meanwhile.")
            if version == "needed":
                extra["responses"][428] = problem("Name the version.")
        operation = getattr(router, method)(
            path,
            response={status: response},
            auth=WRITES,
            operation_id=id,
            url_name=id,
            summary=summary,
            openapi_extra=extra,
        )
        operation(decorate_view(in_language_asked)(view))
        return view

    return register


def given_body(request: HttpRequest, model: type[BaseModel]) -> Any:
    """The body, checked; ``BadBody`` says by name what is wrong."""
    known = set(model.model_fields)
    given = body_of(request, known)
    try:
        return model.model_validate(given)
    except PydanticValidationError as error:
        raise BadBody(
            {
                ".".join(map(str, each["loc"])) or "body": f"{each['loc'][-1]}: {each['msg']}."
                for each in error.errors()[:20]
            }
        ) from None


def typed(request: HttpRequest, kind: str) -> dict[str, Any]:
    """``data`` of the body as a record of ``kind``: the names that were sent, each in its shape."""
    given = body_of(request, {*Started.model_fields}).get("data", {})
    model, shape = RECORDS[kind]
    try:
        said = model.model_validate(given)
    except PydanticValidationError as error:
        raise BadBody(
            {
                ".".join(["data", *map(str, each["loc"])]): f"{each['loc'][-1]}: {each['msg']}."
                if each["loc"]
                else each["msg"]
                for each in error.errors()[:20]
            }
        ) from None
    return shape(said.model_dump(exclude_unset=True))


def answer_with(request: HttpRequest, submission: Submission, status: int = 200) -> HttpResponse:
    detail = SubmissionDetail.model_validate(present_detail(submission)).model_dump_json()
    content = json.dumps(json.loads(detail), ensure_ascii=False).encode()
    response = HttpResponse(content, status=status, content_type="application/json")
    response.headers["ETag"] = etag_of(submission, content)
    if status == 201:
        response.headers["Location"] = f"/api/v3/submissions/{submission.key}/"
    return response


def acts(view: Callable) -> Callable:
    """A view of one submission that is the person's own, and answers with it."""

    @wraps(view)
    def act(request: HttpRequest, key: Key) -> HttpResponse:
        submission = own(request, key)
        _check_version(request, submission, needed=view.__name__ == "change")
        view(request, submission)
        submission.refresh_from_db()
        return answer_with(request, submission)

    del act.__wrapped__
    act.__annotations__ = {"request": HttpRequest, "key": Key}
    return act


@writes(
    "post",
    "/",
    id="submissions_start",
    summary="Start a submission",
    body=AnyStarted,
    status=201,
)
def start(request: HttpRequest) -> HttpResponse:
    """A draft that only you see, with what is known of it so far. Nothing is published by this or
    any other operation: the editorial team decides."""
    user = person(request)
    sent = body_of(request, set(Started.model_fields))
    kind = sent.get("kind", "publication")
    if not isinstance(kind, str) or kind not in RECORDS:
        raise BadBody(
            {
                "kind": _("%(value)s is not known here. Valid: %(valid)s.")
                % {"value": str(kind)[:40], "valid": ", ".join(RECORDS)}
            }
        )
    data = typed(request, kind)
    given = given_body_without_data(sent | {"kind": kind})
    replaces = _replaced(user, kinds.of_code(kind), given.replaces)
    try:
        key = uuid.UUID(given.key) if given.key else None
    except ValueError:
        raise BadBody({"key": _("%(name)s is not a UUID.") % {"name": "key"}}) from None
    submission = submissions.start(user, data, kind=kind, replaces=replaces, key=key)
    return answer_with(request, submission, 201)


def _replaced(user: User, kind: kinds.Kind, number: int | None) -> Page | None:
    """The published page of which it is to be a new version."""
    if number is None:
        return None
    found: Any = None
    if kind.has_versions and number < 2**31:
        readable = kind.page_model.objects.readable_by(user)
        found = readable.filter(pk=number).first()
    if found is None:
        raise BadBody({"replaces": _("There is nothing here.")})
    return kind.to_replace(found)


def given_body_without_data(sent: dict[str, Any]) -> Started:
    try:
        return Started.model_validate({**sent, "data": None})
    except PydanticValidationError as error:
        raise BadBody(
            {str(each["loc"][0]): f"{each['loc'][0]}: {each['msg']}." for each in error.errors()}
        ) from None


@writes(
    "patch",
    "/{key}/",
    id="submissions_change",
    summary="Fill in a submission",
    body=Typed,
    version="needed",
)
@acts
def change(request: HttpRequest, submission: Submission) -> None:
    """Keeps what was typed, valid or not; `/check/` says what is missing."""
    body_of(request, set(Typed.model_fields))
    data = typed(request, submission.kind)
    has_figures = bool(submission.data.get("digest"))
    if has_figures and data.get("indicators", now := submission.data["indicators"]) != now:
        data |= taking.NO_FIGURES
    try:
        submissions.save(submission, data, version=submission.version, user=person(request))
    except Changed:
        submission.refresh_from_db()
        if submission.is_open:
            raise VersionPassed(412) from None
        raise


@writes(
    "delete",
    "/{key}/",
    id="submissions_delete",
    summary="Delete a draft",
    response=None,
    status=204,
    version="heeded",
)
def delete(request: HttpRequest, key: Key) -> HttpResponse:
    """A draft that was never submitted, with its files."""
    submission = own(request, key)
    _check_version(request, submission, needed=False)
    submissions.delete(submission, person(request))
    return HttpResponse(status=204)


@writes(
    "post",
    "/{key}/submit/",
    id="submissions_submit",
    summary="Submit for review",
    version="heeded",
)
@acts
def submit(request: HttpRequest, submission: Submission) -> None:
    """Hands it to the editorial team, who decides. Submitting twice is submitting once. What is
    missing is answered with 400, by field."""
    if submission.is_open and (problems := submissions.problems(submission)):
        raise BadBody({name: " ".join(texts) for name, texts in problems.items()})
    submissions.submit(submission, person(request))


@writes(
    "post",
    "/{key}/withdraw/",
    id="submissions_withdraw",
    summary="Take a submission back",
    body=Reason,
    version="heeded",
)
@acts
def withdraw(request: HttpRequest, submission: Submission) -> None:
    """What waits is taken back at once; for what is published the editorial team is asked, with a
    reason."""
    reason = given_body(request, Reason).reason
    if submission.state == State.PUBLISHED and not reason.strip():
        raise BadBody({"reason": _("Say why the publication should be withdrawn.")})
    submissions.withdraw(submission, person(request), without_hidden_characters(reason))


@writes(
    "post",
    "/{key}/revise/",
    id="submissions_revise",
    summary="Open a submission again",
    version="heeded",
)
@acts
def revise(request: HttpRequest, submission: Submission) -> None:
    """What was rejected or taken back, and never published, can be changed and submitted again."""
    submissions.revise(submission, person(request))


# Files ------------------------------------------------------------------------------------


@writes(
    "post",
    "/{key}/files/",
    id="submissions_add_file",
    summary="Attach a file",
    response=FileRow,
    status=201,
)
def add_file(
    request: HttpRequest,
    key: Key,
    file: UploadedFile = File(...),  # noqa: B008
    language: str = Form("", max_length=100),
    label: str = Form("", max_length=120),
) -> Any:
    """As `multipart/form-data`. Its kind is told by its content; it is scanned and read later."""
    submission = own(request, key)
    submissions.check_open(submission)
    submissions.check_takes_files(submission)
    _check_language(language)
    try:
        document = receiving.make_document(request.user, file, file.name or "")
    except ValidationError as error:
        raise BadBody({"file": " ".join(error.messages)}) from None
    row = submissions.attach(
        submission, document, user=person(request), language=language, label=_one_line(label)
    )
    return Status(201, present_file(row))


@writes(
    "patch",
    "/{key}/files/{id}/",
    id="submissions_describe_file",
    summary="Name a file and its language",
    body=FileDescribed,
    response=FileRow,
)
def describe_file(request: HttpRequest, key: Key, id: FileId) -> Any:
    """What is left out becomes empty."""
    submission = own(request, key)
    row = _row(submission, id)
    given = given_body(request, FileDescribed)
    _check_language(given.language)
    described = {row.pk: (given.language, _one_line(given.label))}
    submissions.describe(submission, described, user=person(request))
    row.refresh_from_db()
    return present_file(row)


@writes(
    "delete",
    "/{key}/files/{id}/",
    id="submissions_remove_file",
    summary="Take a file away",
    response=None,
    status=204,
)
def remove_file(request: HttpRequest, key: Key, id: FileId) -> HttpResponse:
    """The file is deleted where nothing else holds it."""
    submission = own(request, key)
    submissions.detach(submission, _row(submission, id), user=person(request))
    return HttpResponse(status=204)


def _row(submission: Submission, number: str) -> SubmissionFile:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise missing()
    row = submission.files.select_related("document").filter(pk=int(number)).first()
    if row is None:
        raise missing()
    return row


def _one_line(text: str) -> str:
    return " ".join(without_hidden_characters(text).split())


def _check_language(code: str) -> None:
    codes = Language.labels()
    if code and code not in codes:
        message = _("%(value)s is not known here. Valid: %(valid)s.")
        raise BadBody({"language": message % {"value": code[:40], "valid": ", ".join(codes)}})


# Figures ----------------------------------------------------------------------------------


@writes(
    "post",
    "/{key}/figures/",
    id="submissions_take_figures",
    summary="Send the figures of a dataset",
    response=FiguresReport,
)
def take_figures(
    request: HttpRequest,
    key: Key,
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """A table as CSV or XLSX, in the columns of the template, as `multipart/form-data`. It is
    checked row by row. Where nothing is wrong it takes the place of the figures that were there
    (`taken`); else nothing is taken over, and `findings` points to the cells."""
    submission = own(request, key)
    submissions.check_open(submission)
    if submission.kind != "dataset":
        raise Refused(_("Only datasets have figures."))
    try:
        report = taking.take(submission, file, person(request))
    except Unreadable as error:
        raise BadBody({"file": str(error)}) from None
    return {
        "taken": not report.number,
        "figures": len(report.figures),
        "empty": report.empty,
        "problems": report.number,
        "findings": [
            {"cell": one.place, "column": one.column, "value": one.value, "message": one.message}
            for one in report.findings
        ],
        "notes": report.notes,
    }


# The form ---------------------------------------------------------------------------------


def steps(request: HttpRequest) -> list[tuple[str, Any, Any]]:
    from .views.steps import STEPS

    return [(name, STEPS.get(name, name), form(user=request.user)) for name, form in FORMS.items()]


api_forms.offers("submission", gettext_lazy("Submit a publication"), steps)
api_forms.offers(
    "submission-event",
    gettext_lazy("Propose an event"),
    lambda request: [("event", gettext_lazy("Event"), EventForm(user=request.user))],
)
api_forms.offers(
    "submission-dataset",
    gettext_lazy("Submit a dataset"),
    lambda request: [
        ("indicators", gettext_lazy("Indicators"), IndicatorsForm()),
        ("description", gettext_lazy("Description"), DescriptionForm(user=request.user)),
    ],
)

"""``/forms/``: the fields of forms, their choices and limits, for a front end to draw; and what
is sent with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_str
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema
from ninja.decorators import decorate_view
from pydantic import Field
from wagtail.api.v3.errors import problem_response

from cpmg.users import membership
from cpmg.users.forms import MembershipRequestForm

from .reading import BadQuery, Query, answers, in_language_asked, missing, problem, resource
from .schemas import Coded

router = resource("forms")
requests = resource("membership")

#: More of a body is not read.
MOST_BYTES = 500_000
#: By name: what it is for, and the steps of the form for a reader: name, title, form.
Steps = Callable[[HttpRequest], list[tuple[str, Any, forms.BaseForm]]]
_forms: dict[str, tuple[Any, Steps]] = {}


def offers(name: str, title: Any, steps: Steps) -> None:
    """Makes a form known to front ends."""
    _forms[name] = (title, steps)


class FieldItem(Schema):
    name: str
    label: str
    help: str
    kind: str = Field(
        description="`text`, `long-text`, `email`, `url`, `number`, `yes-no`, `choice`, `choices`,"
        " `words` (a list of free words) or `contributors` (a list of role and names).",
        examples=["text"],
    )
    required: bool
    max_length: int | None
    choices: list[Coded] | None = Field(description="What may be chosen; null for free text.")


class StepItem(Schema):
    name: str
    title: str
    fields: list[FieldItem]


class FormDetail(Schema):
    name: str
    title: str
    steps: list[StepItem]


@answers(
    router,
    "/{name}/",
    FormDetail,
    id="forms_detail",
    summary="The fields of a form",
    paged=False,
)
def get_form(request: HttpRequest, query: Query, name: str) -> Any:
    """Labels, help, limits and choices in the language asked for, by step. `membership` is what
    one sends to `/membership-requests/`, `submission` the record of a submission; who may choose
    what depends on the reader."""
    if name not in _forms:
        raise missing()
    title, steps = _forms[name]
    return {
        "name": name,
        "title": str(title),
        "steps": [
            {
                "name": step,
                "title": str(label),
                "fields": [
                    present_field(key, field, key in getattr(form, "needed", ()))
                    for key, field in form.fields.items()
                    if not field.widget.is_hidden and key != "website"
                ],
            }
            for step, label, form in steps(request)
        ],
    }


def present_field(name: str, field: Any, needed: bool = False) -> dict[str, Any]:
    choices = getattr(field, "choices", None)
    return {
        "name": name,
        "label": str(field.label or name),
        "help": " ".join(strip_tags(force_str(field.help_text or "")).split()),
        "kind": kind_of(name, field),
        "required": bool(field.required or needed),
        "max_length": getattr(field, "max_length", None),
        "choices": [{"code": str(code), "name": str(label)} for code, label in choices if str(code)]
        if choices is not None
        else None,
    }


def kind_of(name: str, field: Any) -> str:
    kinds = (
        (forms.MultipleChoiceField, "choices"),
        (forms.ChoiceField, "choice"),
        (forms.BooleanField, "yes-no"),
        (forms.EmailField, "email"),
        (forms.URLField, "url"),
        (forms.IntegerField, "number"),
    )
    for kind, said in kinds:
        if isinstance(field, kind):
            return said
    if isinstance(field.widget, forms.Textarea):
        return "long-text"
    own = {"contributors": "contributors", "tags": "words"}
    return own.get(name, "text")


# Membership -------------------------------------------------------------------------------


class MembershipAsked(Schema):
    """What the person says; the choices are those of `/forms/membership/`."""

    first_name: str = Field(examples=["Maya"])
    last_name: str = Field(examples=["Charles"])
    email: str = Field(examples=["maya@example.org"])
    organisation: str = Field(examples=["Ministry of Home Affairs"])
    country: str = Field(examples=["JM"])
    interests: list[str] = Field([], examples=[["data"]])
    reason: str = Field(examples=["We work on labour migration."])
    language: str = Field(examples=["en"])


class Received(Schema):
    detail: str = Field(examples=["We have received your request for membership"])


class BadBody(BadQuery):
    """As ``BadQuery``, of the body."""

    place = "body"


def body_of(request: HttpRequest, known: set[str]) -> dict[str, Any]:
    """The JSON object that was sent. Raises ``BadBody``."""
    if len(request.body) > MOST_BYTES:
        raise BadBody({"body": _("Give at most %(count)s characters.") % {"count": MOST_BYTES}})
    try:
        given = json.loads(request.body or b"{}")
        text = json.dumps(given)
        text.encode()
        json.dumps(given, ensure_ascii=False).encode()  # no halves of characters
    except (ValueError, RecursionError):
        raise BadBody({"body": _("The body is not JSON.")}) from None
    if not isinstance(given, dict):
        raise BadBody({"body": _("The body is not a JSON object.")})
    if "\\u0000" in text:
        raise BadBody({"body": _("The body holds a character that is not allowed.")})
    message = _("%(name)s is not a parameter here. Valid: %(valid)s.")
    if unknown := [name for name in given if name not in known]:
        valid = ", ".join(sorted(known))
        raise BadBody(
            {name[:40]: message % {"name": name[:40], "valid": valid} for name in unknown[:10]}
        )
    return given


@requests.post(
    "/",
    response={202: Received},
    operation_id="membership_request",
    url_name="membership_request",
    summary="Request membership",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": MembershipAsked.model_json_schema()}},
        },
        "responses": {
            400: problem("Something is missing or malformed."),
            429: problem("Too many requests for membership."),
        },
    },
)
@decorate_view(in_language_asked)
def request_membership(request: HttpRequest) -> Any:
    """An editor decides, and the person gets a letter. The answer is the same whether or not the
    address has an account or a request already."""
    given = body_of(request, set(MembershipAsked.model_fields))
    if not ratelimit.consume(request, action="membership_request"):
        response = problem_response(status=429, detail=_("Too many attempts. Wait a little."))
        response.headers["Retry-After"] = "3600"
        return response
    errors = {
        name: _("%(name)s is not text.") % {"name": name}
        for name, value in given.items()
        if not isinstance(value, list if name == "interests" else str)
    }
    if errors:
        raise BadBody(errors)
    form = MembershipRequestForm(given)
    if not form.is_valid():
        raise BadBody({name: " ".join(map(str, found)) for name, found in form.errors.items()})
    membership.ask(form.fields_of_request())
    return HttpResponse(
        json.dumps({"detail": _("We have received your request for membership")}),
        status=202,
        content_type="application/json",
    )


offers(
    "membership",
    gettext_lazy("Request membership"),
    lambda request: [("person", gettext_lazy("Request membership"), MembershipRequestForm())],
)

"""``/memberships/``: one's own place in the networks, and the decisions of those who decide.

For people: with a token, or with the session of the reader site. What is done here is done by
``joining``, as on the pages; the rules and the letters are the same.
"""

from __future__ import annotations

import datetime
import functools
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.decorators import decorate_view
from pydantic import AfterValidator, Field, StringConstraints
from wagtail.api.v3.errors import problem_response

from cpmg.users.models import Scope
from pages.access import is_staff
from pages.api.auth import PersonAuth
from pages.api.reading import (
    LANGUAGES,
    BadQuery,
    Query,
    describe,
    in_language_asked,
    list_of,
    missing,
    problem,
)
from pages.api.schemas import Coded
from pages.models import Network
from pages.models.base import active_language

from . import current, decides_about, directory, joining
from .models import Membership

router = Router(tags=["memberships"])

State = Membership.State
READ, WRITE = PersonAuth(Scope.READ), PersonAuth(Scope.DISCUSS)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("This character is not allowed.")
    return text


def _email(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError as error:
        raise ValueError(error.message) from None
    return text.strip()


ROLES = "^(member|focal-point|moderator)$"
Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_without_nul),
]


class MembershipItem(Schema):
    """A person's place in a network."""

    id: int
    network: Coded
    role: Coded
    state: str = Field(description="`requested`, `invited`, `active` or `ended`.")
    ending: str = Field(description="How it ended, if it did; `term`: the term of office is over.")
    reason: str
    answer: str = Field(description="What those who decide wrote to the person.")
    asked_at: datetime.datetime
    since: datetime.date | None
    until: datetime.date | None = Field(description="The last day of the term of office.")
    is_listed: bool = Field(description="In the directory of members.")
    is_named: bool = Field(description="In public, as a focal point.")


class RequestItem(MembershipItem):
    """A membership, for those who decide about it."""

    name: str
    email: str
    organisation: str


class AskBody(Schema):
    network: str = Field(examples=["diaspora"], max_length=100)
    reason: Words
    is_listed: bool = False


class ConsentBody(Schema):
    is_listed: bool
    is_named: bool = False


class DecisionBody(Schema):
    """`approve` and `change` take a role and a last day; `decline` and `remove` need an answer."""

    decision: str = Field(pattern="^(approve|decline|change|remove)$", examples=["approve"])
    role: str = Field(Membership.Role.MEMBER, pattern=ROLES)
    until: datetime.date | None = None
    answer: str = Field("", max_length=2000)


class InviteBody(Schema):
    network: str = Field(examples=["diaspora"], max_length=100)
    email: Annotated[str, Field(max_length=254), AfterValidator(_email)]
    role: str = Field(Membership.Role.MEMBER, pattern=ROLES)
    message: Annotated[str, Field(max_length=2000), AfterValidator(_without_nul)] = ""
    language: str = Field(
        "", description="Of the letter to somebody without an account; else that asked for."
    )


class KeyBody(Schema):
    key: str = Field(description="From the address in the invitation's letter.", max_length=200)
    is_listed: bool = False


class InvitationItem(Schema):
    """An open invitation, for those who decide. Nothing tells whether there is an account; what
    was written to the person is theirs."""

    id: int
    network: Coded
    role: Coded
    email: str
    asked_at: datetime.datetime
    until: datetime.datetime = Field(description="Until when it can be accepted.")


class DirectoryItem(Schema):
    name: str
    organisation: str
    country: Coded | None
    role: Coded


REFUSED = {
    403: problem("Not allowed, with the reason."),
    404: problem("Missing, or not for this person."),
    409: problem("Somebody was faster, or it is done already."),
}


def operation(
    method: str,
    path: str,
    auth: PersonAuth,
    id: str,
    summary: str,
    answer: Any,
    *,
    of: Router = router,
    paged: bool = False,
) -> Any:
    """An operation in the language asked for; what it answers is the person's alone. ``paged``
    is for those that answer with ``Query.page``."""
    extra: dict[str, Any] = {"responses": REFUSED}
    if paged:
        extra["parameters"] = describe(None, (), paged=True)

    def register(view: Any) -> Any:
        kept = of.api_operation(
            [method],
            path,
            auth=auth,
            response=answer,
            operation_id=id,
            url_name=id,
            summary=summary,
            openapi_extra=extra,
        )
        return kept(decorate_view(_private)(decorate_view(in_language_asked)(view)))

    return register


def _private(run: Any) -> Any:
    @functools.wraps(run)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = run(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return answer


def refuse(request: HttpRequest, refusal: Any) -> HttpResponse:
    """409 for who was too late, 403 for who may not; in the words of the pages."""
    status = 409 if isinstance(refusal, joining.Changed) else 403
    return problem_response(status=status, detail=str(refusal))


def _network(code: str) -> Network:
    if "\0" in code:
        raise missing()
    found = Network.objects.filter(code=code, locale__language_code=settings.LANGUAGE_CODE)
    if (network := found.first()) is None:
        raise missing()
    return network


def present(membership: Membership) -> dict[str, Any]:
    lapsed = membership.has_lapsed
    network = membership.network
    return {
        "id": membership.pk,
        "network": {"code": network.code, "name": network.label},
        "role": {"code": membership.role, "name": str(membership.get_role_display())},
        "state": State.ENDED if lapsed else membership.state,
        "ending": Membership.Ending.TERM if lapsed else membership.ending,
        **{
            name: getattr(membership, name)
            for name in ("reason", "answer", "asked_at", "since", "until", "is_listed", "is_named")
        },
    }


def present_request(membership: Membership) -> dict[str, Any]:
    person = membership.person
    return present(membership) | {
        "name": membership.name,
        "email": person.email if person else membership.email,
        "organisation": person.organisation if person else "",
    }


@operation(
    "GET",
    "/",
    READ,
    "memberships_own",
    "One's own memberships",
    list_of(MembershipItem),
    paged=True,
)
def own(request: HttpRequest) -> Any:
    found = Membership.objects.filter(person_id=request.user.pk).select_related("network")
    return Query(request, paged=True).page(found, lambda row, query: present(row))


@operation("POST", "/", WRITE, "memberships_ask", "Request membership", {201: MembershipItem})
def ask(request: HttpRequest, body: AskBody) -> Any:
    network = _network(body.network)
    person: Any = request.user
    return Status(201, present(joining.ask(person, network, body.reason, is_listed=body.is_listed)))


def _own(request: HttpRequest, id: int) -> Membership:
    found = (
        Membership.objects.filter(pk=id, person_id=request.user.pk)
        .select_related("network")
        .first()
    )
    if found is None:
        raise missing()
    return found


@operation(
    "POST", "/{int:id}/accept/", WRITE, "memberships_accept", "Accept an invitation", MembershipItem
)
def accept(request: HttpRequest, id: int) -> Any:
    person: Any = request.user
    return present(joining.accept(_own(request, id), person))


@operation(
    "PUT", "/{int:id}/consent/", WRITE, "memberships_consent", "Agree to be shown", MembershipItem
)
def consent(request: HttpRequest, id: int, body: ConsentBody) -> Any:
    person: Any = request.user
    joining.consent(_own(request, id), person, is_listed=body.is_listed, is_named=body.is_named)
    return present(_own(request, id))


@operation("DELETE", "/{int:id}/", WRITE, "memberships_leave", "Leave or withdraw", {204: None})
def leave(request: HttpRequest, id: int) -> Any:
    """Leaves the network, takes back the request, or declines the invitation."""
    person: Any = request.user
    membership = _own(request, id)
    act = joining.leave if membership.state == State.ACTIVE else joining.withdraw
    act(membership, person)
    return Status(204, None)


@operation(
    "GET",
    "/waiting/",
    READ,
    "memberships_waiting",
    "Requests to decide",
    list_of(RequestItem),
    paged=True,
)
def waiting(request: HttpRequest) -> Any:
    """Requests that wait for this person, the oldest first."""
    found = Membership.objects.filter(
        network__in=decides_about(request.user), state=State.REQUESTED
    ).exclude(person_id=request.user.pk)
    oldest = found.select_related("network", "person").order_by("asked_at", "pk")
    return Query(request, paged=True).page(oldest, lambda row, query: present_request(row))


@operation("POST", "/{int:id}/decision/", WRITE, "memberships_decide", "Decide", RequestItem)
def decide(request: HttpRequest, id: int, body: DecisionBody) -> Any:
    """By a focal point of the network, or the editorial team."""
    person: Any = request.user
    before = Membership.objects.filter(network__in=decides_about(person), pk=id)
    if not before.exists():
        raise missing()
    if body.decision in ("decline", "remove"):
        answer = body.answer.strip().replace("\0", "")
        if not answer:
            raise joining.Refused(_("Say why: the person reads it."))
        act = joining.decline if body.decision == "decline" else joining.remove
        return present_request(act(id, person, answer))
    change = joining.approve if body.decision == "approve" else joining.change
    return present_request(change(id, person, role=body.role, until=body.until))


def present_invitation(membership: Membership) -> dict[str, Any]:
    return {
        "id": membership.pk,
        "network": {"code": membership.network.code, "name": membership.network.label},
        "role": {"code": membership.role, "name": str(membership.get_role_display())},
        "email": membership.email,
        "asked_at": membership.asked_at,
        "until": membership.asked_at + joining.INVITATION_LASTS,
    }


def _invitations(request: HttpRequest) -> Any:
    invited = Membership.objects.filter(state=State.INVITED)
    return invited.filter(network__in=decides_about(request.user)).select_related("network")


@operation(
    "GET",
    "/invitations/",
    READ,
    "invitations_list",
    "Open invitations to one's networks",
    list_of(InvitationItem),
    paged=True,
)
def invitations(request: HttpRequest) -> Any:
    """For focal points and the editorial team, the latest first."""
    found = _invitations(request).order_by("-asked_at", "-pk")
    return Query(request, paged=True).page(found, lambda row, query: present_invitation(row))


@operation(
    "POST", "/invitations/", WRITE, "invitations_make", "Invite somebody", {201: InvitationItem}
)
def invite(request: HttpRequest, body: InviteBody) -> Any:
    """Sent again, it makes the former letter's key useless. The answer is the same whether or not
    there is an account with this address."""
    person: Any = request.user
    language = body.language or active_language()
    if language not in LANGUAGES:
        raise BadQuery({"language": _("Valid: %(valid)s.") % {"valid": ", ".join(LANGUAGES)}})
    made = joining.invite(
        _network(body.network),
        body.email,
        person,
        role=body.role,
        message=body.message.strip(),
        language=language,
    )
    return Status(201, present_invitation(made))


@operation(
    "DELETE",
    "/invitations/{int:id}/",
    WRITE,
    "invitations_take_back",
    "Take back an invitation",
    {204: None},
)
def take_back(request: HttpRequest, id: int) -> Any:
    person: Any = request.user
    found = _invitations(request).filter(pk=id).first()
    if found is None:
        raise missing()
    joining.withdraw(found, person)
    return Status(204, None)


@operation(
    "POST",
    "/invitations/accept/",
    WRITE,
    "invitations_accept",
    "Accept by the key of a letter",
    MembershipItem,
)
def accept_by_key(request: HttpRequest, body: KeyBody) -> Any:
    """For whom it was sent to, also when there was no account then. What one's account knows of
    is accepted and declined at `/memberships/{id}/`."""
    person: Any = request.user
    found = joining.read_invitation(body.key)
    if found is None or not joining.is_for(found, person):
        raise missing()
    return present(joining.accept(found, person, is_listed=body.is_listed))


@operation(
    "GET",
    "/directory/{code}/",
    READ,
    "memberships_directory",
    "The directory of a network",
    list_of(DirectoryItem),
    paged=True,
)
def get_directory(request: HttpRequest, code: str) -> Any:
    """Members who agreed to be listed; for members of the network."""
    network = _network(code)
    belongs = current(request.user).filter(network=network).exists()
    if not (belongs or is_staff(request.user)):
        raise missing()
    return Query(request, paged=True).page(
        directory.listed(code), lambda row, query: present_person(directory.shown(row))
    )


def present_person(person: directory.Person) -> dict[str, Any]:
    country = {"code": person.country, "name": person.country_name} if person.country else None
    return {
        "name": person.name,
        "organisation": person.organisation,
        "country": country,
        "role": {"code": person.role, "name": str(person.role_label)},
    }

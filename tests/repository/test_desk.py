"""The moderator's desk: who sits there, what it shows to whom, and decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, TaskState, WorkflowState

from cpmg.users.models import User
from networks.membership import focal_points_of, group_of
from pages import factories as make
from repository import submissions, withdrawals
from repository.desk import duplicates, figures
from repository.factories import DocumentFactory, PublicationPageFactory, SubmissionFactory
from repository.models import Decision, DuplicateKey, PublicationPage, ReplyText, Submission

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def others(people: dict[str, User], person: Any) -> dict[str, User]:
    """The people, and a focal point of another network."""
    network = make.NetworkFactory(code="data", name="Migration data")
    people["of another network"] = person("fred", group_of(network), focal_points_of(network))
    return people


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def address(submission: Submission, name: str = "desk_submission") -> str:
    return reverse(name, kwargs={"key": submission.key})


def post(
    client: Client, submission: Submission, decision: str, comment: str = "", **data: Any
) -> Any:
    submission.refresh_from_db()
    sent = {"decision": decision, "comment": comment, "edition": submissions.edition(submission)}
    return client.post(address(submission), sent | data)


# Who ----------------------------------------------------------------------------------

LISTS = ["desk", "desk_review", "desk_all", "desk_asked"]


@pytest.mark.parametrize("name", LISTS + [f"{name}_results" for name in LISTS])
def test_who_sits_at_the_desk(others, signed_in, submitted, name):
    submitted()
    answers = {who: signed_in(who).get(reverse(name)).status_code for who in others}
    assert answers == {
        "member": 302,
        "other": 302,
        "editor": 200,
        "moderator": 200,
        "focal": 200,
        "of another network": 200,
        "admin": 200,
    }
    assert Client().get(reverse(name)).status_code == 302


def test_whoever_may_enter_the_admin_and_decides_nothing_finds_no_desk(person, signed_in, people):
    from django.contrib.auth.models import Permission

    translators = Group.objects.create(name="Translators")
    translators.permissions.add(Permission.objects.get(codename="access_admin"))
    people["translator"] = person("tara", translators)
    client = signed_in("translator")
    assert client.get(reverse("desk")).status_code == 404
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("desk") not in home


OF_ONE = ["desk_submission", "desk_preview"]


@pytest.mark.parametrize("name", OF_ONE)
def test_who_sees_one_submission(others, signed_in, submitted, name):
    submission = submitted("network:diaspora", title="Hidden words")
    answers = {who: signed_in(who).get(address(submission, name)) for who in others}
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "member": 302,
        "other": 302,
        "editor": 200,
        "moderator": 200,
        "focal": 200,
        "of another network": 404,
        "admin": 200,
    }
    for who in ("member", "other", "of another network"):
        assert "Hidden words" not in text_of(answers[who])


def test_focal_points_see_their_own_network_only(others, signed_in, submitted, shelves):
    submitted("public", title="For the public")
    submitted("members", title="For members")
    submitted("network:diaspora", title="For the network")
    for name in LISTS:
        html = text_of(signed_in("of another network").get(reverse(name)))
        assert "For " not in html.replace("For me", ""), name
        html = text_of(signed_in("focal").get(reverse(name)))
        assert "For the public" not in html
        assert "For members" not in html
    assert "For the network" in text_of(signed_in("focal").get(reverse("desk_review")))


def test_drafts_of_others_are_nobodys_business(people, signed_in):
    draft = SubmissionFactory(title="A draft")
    for who in ("editor", "moderator", "admin"):
        assert "A draft" not in text_of(signed_in(who).get(reverse("desk_all")))
        assert signed_in(who).get(address(draft)).status_code == 404


def test_a_group_that_was_given_a_step_sits_at_the_desk(submitted, people, person, signed_in):
    from django.contrib.auth.models import Permission

    from repository.models import EditorialReview

    lawyers = Group.objects.create(name="Lawyers")
    lawyers.permissions.add(Permission.objects.get(codename="access_admin"))
    EditorialReview.objects.get().groups.set([lawyers])
    submission = submitted()
    people["lawyer"] = person("lara", lawyers)
    assert "Return migration" in text_of(signed_in("lawyer").get(reverse("desk")))
    assert signed_in("lawyer").get(address(submission)).status_code == 200
    assert "Nothing waits for you" in text_of(signed_in("editor").get(reverse("desk")))


# The lists ----------------------------------------------------------------------------


def test_the_list_says_what_a_decision_needs(submitted, signed_in, people):
    submission = submitted()
    Submission.objects.update(submitted_at=timezone.now() - timedelta(days=9))
    html = text_of(signed_in("editor").get(reverse("desk")))
    for words in (
        "Return migration to Jamaica",
        "Report",
        "Repository",
        "Maya",
        "PIOJ",
        "9 days",
        "5 of 9",
        "Missing: themes, countries, identifier, file",
        "Editorial review",
    ):
        assert words in html, words
    assert address(submission) in html


def test_the_oldest_comes_first(submitted, signed_in):
    for number in range(3):
        one = submitted(title=f"Report number {number}")
        at = timezone.now() - timedelta(days=number)
        Submission.objects.filter(pk=one.pk).update(submitted_at=at)
    rows = signed_in("editor").get(reverse("desk")).context["object_list"]
    assert [row.title[-1] for row in rows] == ["2", "1", "0"]
    rows = signed_in("editor").get(reverse("desk") + "?ordering=-submitted_at")
    assert [row.title[-1] for row in rows.context["object_list"]] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", {"Jamaica", "Haiti"}),
        ("?q=hait", {"Haiti"}),
        ("?shelf_code=members", {"Haiti"}),
        ("?shelf_code=network:diaspora", set()),
        ("?type_code=report", {"Jamaica", "Haiti"}),
        ("?waits=7", {"Jamaica"}),
        ("?waits=30", set()),
        ("?warnings=yes", set()),
        ("?waits=x&type_code=none&p=x&ordering=none&state=x", {"Jamaica", "Haiti"}),
    ],
)
def test_filters(submitted, signed_in, question, expected):
    one = submitted(title="Jamaica")
    submitted("members", title="Haiti")
    Submission.objects.filter(pk=one.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    response = signed_in("editor").get(reverse("desk") + question)
    assert {row.title for row in response.context["object_list"]} == expected


def test_all_is_filtered_by_state(submitted, signed_in, people):
    submitted(title="Waiting")
    rejected = submitted(title="Rejected one")
    submissions.reject(
        rejected, people["editor"], edition=submissions.edition(rejected), comment="No"
    )
    client = signed_in("editor")
    response = client.get(reverse("desk_all") + "?state=rejected")
    assert [row.title for row in response.context["object_list"]] == ["Rejected one"]
    assert len(client.get(reverse("desk_all")).context["object_list"]) == 2
    assert [row.title for row in client.get(reverse("desk")).context["object_list"]] == ["Waiting"]


@pytest.fixture
def many(submitted: Any) -> Any:
    """Fills the desk: some with a publication and all that the list shows, the rest as rows."""

    def fill(number: int) -> None:
        one = submitted(title="The first of many reports on migration")
        fields = {"submitter": one.submitter, "state": State.IN_REVIEW, "task": one.task}
        for place in range(min(number, 30)):
            page = PublicationPageFactory(
                live=False,
                title="The first of many reports on migration",
                slug=f"many-{number}-{place}",
                doi="10.1000/182",
            )
            page.save_revision()
            SubmissionFactory(
                page=page,
                replaces=one.page,
                submitted_at=timezone.now() - timedelta(days=90 + place),
                **fields,
            )
        Submission.objects.bulk_create(
            SubmissionFactory.build(submitted_at=timezone.now() - timedelta(days=1), **fields)
            for place in range(number - 30)
        )

    return fill


@pytest.mark.parametrize("question", ["", "?warnings=yes&q=report&shelf_code=public&waits=7"])
@pytest.mark.parametrize("name", ["desk", "desk_all", "wagtailadmin_home"])
def test_queries_do_not_grow(many, signed_in, name, question):
    client = signed_in("editor")
    counted = []
    for number in (10, 1000):
        many(number)
        client.get(reverse(name) + question)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name) + question).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] < 60

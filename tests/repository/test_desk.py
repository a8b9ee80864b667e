"""The moderator's desk: who sits there, what it shows to whom, and decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cpmg.users.models import User
from networks.membership import focal_points_of, group_of
from pages import factories as make
from repository import submissions, withdrawals
from repository.desk import duplicates, figures
from repository.factories import DocumentFactory, PublicationPageFactory, SubmissionFactory
from repository.models import ReplyText, Submission

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


def test_queries_do_not_grow(many, signed_in):
    client = signed_in("editor")
    addresses = [
        reverse(name) + question
        for name in ("desk", "desk_all", "wagtailadmin_home")
        for question in ("", "?warnings=yes&q=report&shelf_code=public&waits=7")
    ]

    def counted() -> dict[str, int]:
        counts = {}
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts[address] = len(queries)
        return counts

    many(10)
    few = counted()
    many(1000)
    assert counted() == few
    assert max(few.values()) < 65


# One submission -----------------------------------------------------------------------


def test_the_page_says_all_that_a_decision_needs(submitted, signed_in, people):
    submission = submitted(title="Migration <b>and</b> 'law'", doi="10.1000/182")
    html = text_of(signed_in("editor").get(address(submission)))
    for words in (
        "Migration &lt;b&gt;and&lt;/b&gt; &#x27;law&#x27;",
        "Maya",
        "PIOJ",
        "Editorial review",
        "6 of 9",
        "The submitter reads Spanish",
        "Submitted for review",
        "There is no file",
    ):
        assert words in html, words
    assert f'src="{address(submission, "desk_preview")}"' in html
    assert 'sandbox="allow-same-origin"' in html


def test_the_preview_is_the_draft_and_runs_nothing(submitted, signed_in, people):
    submission = submitted("network:diaspora", title="Draft title", record_language="fr")
    response = signed_in("focal").get(address(submission, "desk_preview"))
    html = text_of(response)
    assert "Draft title" in html
    assert "<p>First paragraph.</p>" in html
    assert '<html lang="fr"' in html
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_files_with_what_was_found_about_them(submitted, people, signed_in, shelves):
    from repository.models import FileDetails

    document = DocumentFactory(title="The report", uploaded_by_user=people["member"])
    FileDetails.objects.filter(pk=document.pk).delete()
    FileDetails.objects.create(
        document=document,
        state="clean",
        page_count=12,
        language="es",
        text=["The text begins <here>", "second page"],
    )
    from .conftest import record

    submission = submissions.start(people["member"], record())
    submissions.attach(submission, document, user=people["member"], language="en", label="Annex")
    submissions.submit(submission, people["member"])
    html = text_of(signed_in("editor").get(address(submission)))
    for words in ("The report", "Annex", "PDF", "12 pages", "English", "looks like Spanish"):
        assert words in html, words
    assert "The text begins &lt;here&gt;" in html
    assert f'href="{document.url}"' in html
    FileDetails.objects.update(state="infected")
    html = text_of(signed_in("editor").get(address(submission)))
    assert f'href="{document.url}"' not in html
    assert "A virus was found" in html


def test_the_former_version_stands_beside_the_new_one(submitted, people, signed_in):
    submission = submitted(themes=[], tags=["old"])
    client = signed_in("editor")
    assert "What is different" not in text_of(client.get(address(submission)))
    post(client, submission, "changes", "Which year?")
    submission.refresh_from_db()
    submissions.save(
        submission,
        {
            "title": "Return migration to Haiti",
            "contributors": [{"role": "author", "family_name": "Green", "given_name": "Al"}],
        },
        version=submission.version,
        user=people["member"],
    )
    submissions.submit(submission, people["member"])
    response = client.get(address(submission))
    html = text_of(response)
    assert "What is different" in html
    assert '<span class="deletion">Jamaica</span>' in html
    assert '<span class="addition">Haiti</span>' in html
    assert "Brown" in html
    assert "Green" in html
    changed = [one.field_label() for one in response.context["differences"]]
    assert changed == ["Title", "Authors and editors"]


def test_a_new_version_stands_beside_the_record_that_it_replaces(submitted, people, signed_in):
    from .conftest import record

    first = submitted(doi="10.1000/182")
    post(signed_in("editor"), first, "approve")
    first.refresh_from_db()
    second = submissions.start(
        people["member"],
        record(title="Return migration to Jamaica", year="2025", doi="10.1000/182"),
        replaces=first.page,
    )
    submissions.submit(second, people["member"])
    response = signed_in("editor").get(address(second))
    html = text_of(response)
    assert "The record that it replaces" in html
    assert "Year of publication" in [one.field_label() for one in response.context["differences"]]
    assert response.context["duplicates"] == []  # a version is no duplicate of its former one


# Decisions ----------------------------------------------------------------------------


def test_approve(submitted, signed_in, people):
    submission = submitted()
    response = post(signed_in("editor"), submission, "approve", "Well done")
    assert response.status_code == 302
    assert response["Location"] == reverse("desk")
    submission.refresh_from_db()
    assert submission.state == State.PUBLISHED
    assert submission.page.live


def test_request_changes_and_reject(submitted, signed_in):
    one, two = submitted(title="First"), submitted(title="Second")
    client = signed_in("editor")
    assert post(client, one, "changes", "Which year?").status_code == 302
    assert post(client, two, "reject", "Not about migration").status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == (State.CHANGES_REQUESTED, State.REJECTED)
    texts = " ".join(sent.body for sent in mail.outbox if sent.to == ["maya@example.org"])
    assert "Which year?" in texts
    assert "Not about migration" in texts


@pytest.mark.parametrize("decision", ["changes", "reject"])
def test_without_a_reason_it_is_refused_on_the_page(submitted, signed_in, decision):
    submission = submitted()
    response = post(signed_in("editor"), submission, decision, "  ")
    assert response.status_code == 403
    assert "Write to the submitter why." in text_of(response)
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW


def test_of_two_who_decide_the_second_is_told_and_keeps_the_words(submitted, signed_in, people):
    submission = submitted()
    edition = submissions.edition(submission)
    client = signed_in("moderator")
    client.get(address(submission))
    post(signed_in("editor"), submission, "approve")
    sent = {"decision": "reject", "comment": "My long <reason>", "edition": edition}
    response = client.post(address(submission), sent)
    assert response.status_code == 409
    html = text_of(response)
    assert "Somebody else has decided about this already." in html
    assert "My long &lt;reason&gt;" in html
    submission.refresh_from_db()
    assert submission.state == State.PUBLISHED


def test_what_was_changed_meanwhile_is_looked_at_again(submitted, signed_in, people):
    submission = submitted()
    edition = submissions.edition(submission)
    page = submission.page.get_latest_revision_as_object()
    page.publisher = "Somebody else"
    page.save_revision(user=people["moderator"])
    client = signed_in("editor")
    sent = {"decision": "approve", "comment": "Fine", "edition": edition}
    response = client.post(address(submission), sent)
    assert response.status_code == 409
    assert "Look at it once more." in text_of(response)
    assert response.context["form"].initial["comment"] == "Fine"
    newer = response.context["form"].initial["edition"]
    assert newer != edition
    assert client.post(address(submission), sent | {"edition": newer}).status_code == 302
    submission.refresh_from_db()
    assert submission.state == State.PUBLISHED


def test_a_decision_needs_the_edition_that_was_looked_at(submitted, signed_in):
    submission = submitted()
    for edition in ("", "0-x"):
        response = post(signed_in("editor"), submission, "approve", edition=edition)
        assert response.status_code == 409
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW


def test_nobody_approves_their_own_work(submitted, signed_in, people):
    own = submitted(by="editor")
    client = signed_in("editor")
    html = text_of(client.get(address(own)))
    assert 'value="approve"' not in html
    assert "You submitted this: somebody else decides about it." in html
    assert post(client, own, "approve").status_code == 403
    edited = submitted(title="Edited")
    page = edited.page.get_latest_revision_as_object()
    page.save_revision(user=people["editor"])
    html = text_of(client.get(address(edited)))
    assert 'value="approve"' not in html
    assert 'value="changes"' in html
    assert "You edited this record last" in html
    assert post(client, edited, "approve").status_code == 403
    assert post(client, edited, "changes", "Please").status_code == 302


def test_nobody_decides_at_a_step_of_others(submitted, signed_in, people):
    submission = submitted("network:diaspora")
    html = text_of(signed_in("focal").get(address(submission)))
    assert 'name="decision"' not in html
    assert "At this step others decide." in html
    assert post(signed_in("focal"), submission, "approve").status_code == 403
    post(signed_in("editor"), submission, "approve")
    assert post(signed_in("moderator"), submission, "approve").status_code == 403
    assert post(signed_in("focal"), submission, "approve").status_code == 302
    submission.refresh_from_db()
    assert submission.state == State.PUBLISHED


@pytest.mark.parametrize("who", ["member", "other", "of another network"])
def test_others_decide_nothing(others, submitted, signed_in, who):
    submission = submitted("network:diaspora")
    response = post(signed_in(who), submission, "approve")
    assert response.status_code == (404 if who == "of another network" else 302)
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW


@pytest.mark.parametrize(
    "data",
    [
        {"decision": "publish"},
        {"comment": "x" * 5000},
        {"comment": "a\0b"},
        {"reply": "999"},
        {"reply": "x"},
        {"edition": "1-" + "x" * 500},
    ],
    ids=lambda data: next(iter(data)),
)
def test_bad_decisions_are_no_error(submitted, signed_in, data):
    submission = submitted()
    sent = {"decision": "approve", "comment": "", "edition": submissions.edition(submission)}
    response = signed_in("editor").post(address(submission), sent | data)
    assert response.status_code in (200, 400, 409)
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW


# Reply texts --------------------------------------------------------------------------


def test_six_reply_texts_in_four_languages_are_there():
    texts = list(ReplyText.objects.all())
    assert len(texts) == 6
    for text in texts:
        words = {text.in_language(language) for language in ("en", "es", "fr", "nl")}
        assert len(words) == 4


def test_a_reply_text_is_offered_in_the_submitters_language(submitted, signed_in):
    submission = submitted()  # by somebody who reads Spanish
    reply = ReplyText.objects.get(title="The abstract is missing")
    client = signed_in("editor")
    assert "The abstract is missing" in text_of(client.get(address(submission)))
    sent = {"decision": "", "reply": reply.pk, "comment": "Hola.", "edition": "x"}
    response = client.post(address(submission), sent)
    assert response.status_code == 200
    assert response.context["form"].initial["comment"] == f"Hola.\n\n{reply.text_es}"
    assert response.context["form"].initial["edition"] == submissions.edition(submission)
    reply.text_es = ""
    reply.save()
    response = client.post(address(submission), sent | {"comment": ""})
    assert response.context["form"].initial["comment"] == reply.text_en


def test_editors_keep_the_reply_texts(signed_in, people):
    listing = reverse(ReplyText.snippet_viewset.get_url_name("list"))
    assert "The abstract is missing" in text_of(signed_in("editor").get(listing))
    assert signed_in("focal").get(listing).status_code in (302, 404)


# Bulk ---------------------------------------------------------------------------------


def ticks(*ticked: Submission) -> dict[str, Any]:
    data: dict[str, Any] = {"key": [str(one.key) for one in ticked]}
    return data | {f"edition-{one.key}": submissions.edition(one) for one in ticked}


def test_several_are_decided_at_once(submitted, signed_in):
    one, two = submitted(title="First"), submitted(title="Second")
    client = signed_in("editor")
    asked = client.post(reverse("desk_bulk"), ticks(one, two))
    assert asked.status_code == 200
    assert "First" in text_of(asked)
    done = client.post(reverse("desk_bulk"), ticks(one, two) | {"decision": "approve"})
    assert "2 decided" in text_of(done)
    assert set(Submission.objects.values_list("state", flat=True)) == {State.PUBLISHED}


def test_each_is_decided_by_itself(submitted, signed_in, people):
    fine, decided = submitted(title="Fine"), submitted(title="Decided")
    own, changed = submitted(by="editor", title="Own"), submitted(title="Changed")
    data = ticks(fine, decided, own, changed)
    post(signed_in("moderator"), decided, "reject", "No")
    page = changed.page.get_latest_revision_as_object()
    page.publisher = "Other"
    page.save_revision(user=people["moderator"])
    response = signed_in("editor").post(reverse("desk_bulk"), data | {"decision": "approve"})
    outcomes = {str(one.submission): one.refusal for one in response.context["not_done"]}
    assert [str(one.submission) for one in response.context["done"]] == ["Fine"]
    assert set(outcomes) == {"Decided", "Own", "Changed"}
    assert "already" in outcomes["Decided"]
    assert "Nobody approves their own work" in outcomes["Own"]
    assert "Look at it once more" in outcomes["Changed"]
    states = dict(Submission.objects.values_list("title", "state"))
    assert states == {
        "Fine": "published",
        "Decided": "rejected",
        "Own": "in-review",
        "Changed": "in-review",
    }


def test_everybody_reads_the_reply_text_in_their_own_language(submitted, signed_in, people):
    spanish, english = submitted(title="First"), submitted(title="Second", by="other")
    reply = ReplyText.objects.get(title="The licence is not clear")
    data = ticks(spanish, english) | {
        "decision": "changes",
        "reply": reply.pk,
        "comment": "Regards",
    }
    signed_in("editor").post(reverse("desk_bulk"), data)
    said = [submissions.history(one)[-1].comment for one in (spanish, english)]
    assert said == [f"{reply.text_es}\n\nRegards", f"{reply.text_en}\n\nRegards"]


def test_bulk_decisions_have_limits(others, submitted, signed_in):
    import uuid

    one = submitted("network:diaspora")
    client = signed_in("editor")
    assert client.post(reverse("desk_bulk"), {}).status_code == 302
    keys = [str(uuid.uuid4()) for _ in range(101)]
    assert client.post(reverse("desk_bulk"), {"key": keys}).status_code == 302
    assert client.post(reverse("desk_bulk"), {"key": ["x", "\0"]}).status_code == 200
    data = ticks(one) | {"decision": "reject"}
    response = client.post(reverse("desk_bulk"), data)
    assert response.status_code == 400
    assert "Choose a reply text, or write why." in text_of(response)
    assert client.get(reverse("desk_bulk")).status_code == 405
    response = signed_in("of another network").post(
        reverse("desk_bulk"), ticks(one) | {"decision": "reject", "comment": "No"}
    )
    assert "Return migration" not in text_of(response)
    assert signed_in("member").post(reverse("desk_bulk"), data).status_code == 302
    one.refresh_from_db()
    assert one.state == State.IN_REVIEW


# Duplicates ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Return migration to Jamaica", "RETURN MIGRATION, to  Jamaica!", True),
        ("La migración de retorno", "Migracion del retorno", True),
        ("Migration governance in the Caribbean", "Migration governence in Caribbean", True),
        ("Refugees and work in Belize today", "Refugee and work in Belize today", True),
        ("Migration profile of Jamaica 2018", "Migration profile of Jamaica 2024", False),
        ("Migration governance: needs in Haiti", "Migration governance: needs in Aruba", False),
        ("Migration", "Migrants", False),
        ("Annual report", "Annual reports", False),
        ("", "", False),
    ],
)
def test_which_titles_are_very_similar(one, other, alike):
    assert bool(duplicates.title_keys(one) & duplicates.title_keys(other)) == alike


def test_duplicates_are_shown_with_links(submitted, signed_in, shelves):
    published = PublicationPageFactory(
        parent=shelves["public"]["en"], title="Migration to Jamaica: return", doi="10.1000/ABC"
    )
    PublicationPageFactory(parent=shelves["public"]["en"], title="Another report altogether")
    twin = submitted(title="Return-migration to Jamaica")
    submission = submitted(title="Return migration to Jamaica", doi="10.1000/abc")
    response = signed_in("editor").get(address(submission))
    found = {one.url: one.reasons for one in response.context["duplicates"]}
    assert found == {published.get_url(): {"doi", "title"}, address(twin): {"title"}}
    html = text_of(response)
    assert "Same DOI" in html
    client = signed_in("editor")
    listed = client.get(reverse("desk") + "?warnings=yes").context["object_list"]
    assert set(listed) == {submission, twin}


def test_the_same_file_is_found(submitted, people, signed_in):
    from repository.models import FileDetails

    from .conftest import record

    made = []
    for title in ("The first report of all", "Something that is quite different"):
        document = DocumentFactory(title=title, uploaded_by_user=people["member"])
        FileDetails.objects.update_or_create(
            document=document, defaults={"sha256": "a" * 64, "state": "clean"}
        )
        submission = submissions.start(people["member"], record(title=title))
        submissions.attach(submission, document, user=people["member"])
        made.append(submissions.submit(submission, people["member"]))
    submitted(title="Without a file")
    client = signed_in("editor")
    found = client.get(address(made[0])).context["duplicates"]
    assert [(one.url, one.reasons) for one in found] == [(address(made[1]), {"file"})]
    listed = client.get(reverse("desk") + "?warnings=yes").context["object_list"]
    assert set(listed) == set(made)


def test_translations_are_no_duplicates(submitted, signed_in, shelves, people):
    submission = submitted()
    submission.page.copy_for_translation(shelves["public"]["fr"].locale)
    assert duplicates.among([submission], people["editor"]) == {}


def test_a_focal_point_learns_of_no_duplicate_elsewhere(others, submitted, signed_in, shelves):
    submitted("members", title="Return migration to Jamaica", doi="10.1000/182")
    PublicationPageFactory(
        parent=shelves["public"]["en"],
        title="Return migration to Jamaica",
        slug="a-draft",
        live=False,
    )
    here = submitted("network:diaspora", doi="10.1000/182")
    client = signed_in("focal")
    assert client.get(address(here)).context["duplicates"] == []
    listed = client.get(reverse("desk_review") + "?warnings=yes").context["object_list"]
    assert list(listed) == []
    assert len(signed_in("editor").get(address(here)).context["duplicates"]) == 2


# After the decision -------------------------------------------------------------------


@pytest.fixture
def published(submitted: Any, signed_in: Any) -> Submission:
    submission: Submission = submitted()
    post(signed_in("editor"), submission, "approve")
    submission.refresh_from_db()
    return submission


def test_a_publication_is_withdrawn_and_published_again(published, signed_in):
    client = signed_in("moderator")
    page = published.page
    withdraw = reverse("desk_withdraw", args=[page.pk])
    assert withdraw in text_of(client.get(address(published)))
    assert withdraw in text_of(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert client.get(withdraw).status_code == 200
    assert client.post(withdraw, {"reason": " "}).status_code == 400
    assert client.post(withdraw, {"reason": "Withdrawn by <its> authors"}).status_code == 302
    page.refresh_from_db()
    assert not page.live
    notice = Client().get(page.get_url())
    assert notice.status_code == 410
    assert "Withdrawn by &lt;its&gt; authors" in text_of(notice)
    assert client.post(withdraw, {"reason": "Again"}).status_code == 403

    restore = reverse("desk_restore", args=[page.pk])
    assert restore in text_of(client.get(address(published)))
    assert restore in text_of(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert client.get(restore).status_code == 200
    assert client.post(restore).status_code == 302
    page.refresh_from_db()
    assert page.live


@pytest.mark.parametrize("name", ["desk_withdraw", "desk_restore"])
@pytest.mark.parametrize("who", ["editor", "focal", "of another network", "member"])
def test_only_those_who_publish_withdraw(others, published, signed_in, name, who):
    place = reverse(name, args=[published.page.pk])
    expected = 302 if who == "member" else 404
    assert signed_in(who).get(place).status_code == expected
    assert signed_in(who).post(place, {"reason": "x"}).status_code == expected
    published.page.refresh_from_db()
    assert published.page.live
    if who == "editor":
        assert place not in text_of(signed_in(who).get(address(published)))


def test_requests_to_withdraw_are_shown_and_answered(published, signed_in, people):
    client = signed_in("moderator")
    keep = address(published, "desk_keep")
    assert client.get(keep).status_code == 404
    submissions.withdraw(published, people["member"], "There is an error on page 3")
    assert list(client.get(reverse("desk_asked")).context["object_list"]) == [published]
    html = text_of(client.get(address(published)))
    assert "Its submitter asks to withdraw" in html
    assert "There is an error on page 3" in html
    assert signed_in("editor").get(keep).status_code == 404
    assert client.post(keep, {"answer": ""}).status_code == 400
    assert client.post(keep, {"answer": "Please send a new version"}).status_code == 302
    assert list(client.get(reverse("desk_asked")).context["object_list"]) == []
    assert any("Please send a new version" in sent.body for sent in mail.outbox)
    submissions.withdraw(published, people["member"], "Please do")
    assert list(client.get(reverse("desk_asked")).context["object_list"]) == [published]
    withdrawals.withdraw_publication(published.page, people["moderator"], "Error")
    assert list(client.get(reverse("desk_asked")).context["object_list"]) == []


# Figures, menu and first page ----------------------------------------------------------


def test_figures(submitted, people, signed_in):
    now = timezone.now()
    rows = [submitted(title=f"Report {number}") for number in range(3)]
    for days, one in zip((1, 4, 10), rows, strict=True):
        Submission.objects.filter(pk=one.pk).update(submitted_at=now - timedelta(days=days))
    done = submitted(title="Done")
    post(signed_in("editor"), done, "approve")
    Submission.objects.filter(pk=done.pk).update(
        submitted_at=now - timedelta(days=6), decided_at=now - timedelta(days=3)
    )
    found = figures.of(people["editor"])
    assert found.by_step == [("Editorial review", 3)]
    assert found.waiting == 3
    assert (found.median_wait.days, found.longest_wait.days) == (4, 10)
    assert (found.decided, found.median_decision) == (1, timedelta(days=3))
    html = text_of(signed_in("editor").get(reverse("desk")))
    assert "10 days" in html
    people["focal"].refresh_from_db()
    nothing = figures.of(people["focal"])
    assert (nothing.waiting, nothing.decided, nothing.median_wait) == (0, 0, None)


def test_the_menu_and_the_first_page_say_what_waits(submitted, signed_in, people):
    for number in range(7):
        submitted(title=f"Report {number}")
    html = text_of(signed_in("editor").get(reverse("wagtailadmin_home")))
    assert "Desk (7)" in html
    assert "Waits for me: 7" in html
    assert html.count("/admin/desk/") >= 5
    led = signed_in("focal").get(reverse("wagtailadmin_home"))
    assert led["Location"] == reverse("desk")


@pytest.mark.parametrize("language", ["en", "es", "fr", "nl"])
def test_the_desk_in_four_languages(submitted, signed_in, people, language):
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=people["editor"], preferred_language=language)
    submission = submitted()
    client = signed_in("editor")
    words = {"en": "Desk", "es": "Mesa", "fr": "Bureau", "nl": "Balie"}
    for place in (reverse("desk"), address(submission), reverse("desk_audit")):
        response = client.get(place)
        assert response.status_code == 200
        assert f'lang="{language}"' in text_of(response)
    assert words

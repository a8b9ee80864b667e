"""Submitting on the reader site, as a member without a script sees it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from repository import submissions
from repository.forms import FORMS
from repository.models import PublicationTag, Submission
from repository.views.steps import STEPS, seen

from .conftest import pdf, record

pytestmark = pytest.mark.django_db

State = Submission.State
LIST = "/en/account/submissions/"
NASTY = '<script>alert("xq")</script>'


def at(submission: Submission, name: str = "") -> str:
    return reverse(f"submission{'_' + name if name else ''}", kwargs={"key": submission.key})


def typed(submission: Submission, step: str, **others: Any) -> dict[str, Any]:
    """What the browser would send from a step as it is shown, with other values typed in."""
    data: dict[str, Any] = {"seen": seen(submission, step)}
    for name in FORMS[step].base_fields:
        value = others.get(name, submission.data.get(name, ""))
        if name == "contributors":
            for number, row in enumerate(value or []):
                data |= {f"contributors-{number}-{part}": text for part, text in row.items()}
        elif name == "tags":
            data[name] = value if isinstance(value, str) else ", ".join(value)
        elif value:
            data[name] = value
    return data | {name: value for name, value in others.items() if name not in data}


@pytest.fixture
def maya(signed_in: Any) -> Client:
    client: Client = signed_in("member")
    return client


@pytest.fixture
def draft(people: dict[str, Any]) -> Submission:
    return submissions.start(people["member"], {"title": "A draft"})


@pytest.fixture
def complete(people: dict[str, Any]) -> Submission:
    return submissions.start(people["member"], record())


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


# The whole way ----------------------------------------------------------------------------


def test_a_publication_is_submitted_without_a_script(maya: Client, people: Any) -> None:
    start = maya.get(f"{LIST}new/")
    key = re.search(r'name="key" value="([^"]+)"', text(start))[1]
    answer = maya.post(f"{LIST}new/", {"key": key})
    submission = Submission.objects.get(submitter=people["member"])
    assert answer.url == at(submission, "files")
    wanted = record(tags=["return", "remittances"])
    for step, following in zip(FORMS, [*list(FORMS)[1:], "check"], strict=True):
        values = {name: wanted[name] for name in FORMS[step].base_fields if name in wanted}
        page = maya.get(at(submission, step))
        assert page.status_code == 200
        answer = maya.post(at(submission, step), typed(submission, step, go="next", **values))
        assert answer.url == at(submission, following), text(maya.get(answer.url))
        submission.refresh_from_db()
    page = maya.get(at(submission, "check"))
    assert wanted["title"] in text(page)
    assert "Submit for review" in text(page)
    assert '<a href="/en/repository/?tag=remittances">remittances</a>' in text(page)
    assert not PublicationTag.tag_model().objects.filter(slug="remittances").exists()
    answer = maya.post(at(submission, "submit"))
    assert answer.url == at(submission)
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW
    publication: Any = submission.page
    publication = publication.get_latest_revision_as_object()
    assert [str(one) for one in publication.contributors.all()] == ["Brown, Carol"]
    assert {tag.name for tag in publication.tags.all()} == {"return", "remittances"}
    assert "In review" in text(maya.get(at(submission)))


def test_starting_twice_with_one_form_makes_one_draft(maya: Client) -> None:
    key = str(uuid.uuid4())
    first = maya.post(f"{LIST}new/", {"key": key})
    second = maya.post(f"{LIST}new/", {"key": key})
    assert first.url == second.url
    assert Submission.objects.count() == 1


def test_submitting_twice_submits_once(maya: Client, complete: Submission) -> None:
    for _time in range(3):
        assert maya.post(at(complete, "submit")).url == at(complete)
    assert maya.get(at(complete)).status_code == 200
    assert Submission.objects.get().state == State.IN_REVIEW
    actions = [event.action for event in submissions.history(complete)]
    assert actions.count("submitted") == 1


def test_what_is_incomplete_is_not_submitted(maya: Client, draft: Submission) -> None:
    assert maya.post(at(draft, "submit")).url == at(draft, "check")
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_the_check_leads_to_each_field_that_is_missing(maya: Client, draft: Submission) -> None:
    links = re.findall(r'href="([^"]+\?missing=1#[^"]+)"', text(maya.get(at(draft, "check"))))
    assert len(links) == 8
    for link in links:
        address, _hash, anchor = link.partition("#")
        page = text(maya.get(address))
        assert f'id="{anchor}"' in page
        assert 'id="faults"' in page


# Saving -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "name", "value"),
    [
        ("files", "external_url", "not an address"),
        ("publication", "year", "MMXX"),
        ("publication", "doi", "11.2/x"),
        ("publication", "title", "x" * 400),
        ("publication", "contributors", [{"role": "author", "given_name": "Ana"}]),
        ("subjects", "tags", "x" * 200),
    ],
)
def test_what_is_wrong_is_kept_and_said(
    maya: Client, draft: Submission, step: str, name: str, value: Any
) -> None:
    answer = maya.post(at(draft, step), typed(draft, step, go="next", **{name: value}))
    assert answer.url == at(draft, step) + "#faults"
    page = text(maya.get(at(draft, step)))
    assert 'id="faults"' in page
    assert (value if isinstance(value, str) else "Ana") in page
    assert re.search(r"<title>Error:", page)


def test_every_button_keeps_what_was_typed(maya: Client, draft: Submission) -> None:
    leads_to = {"leave": at(draft), "check": at(draft, "check"), "": at(draft, "publication")}
    for go, address in leads_to.items():
        title = f"Typed before {go or 'Enter'}"
        answer = maya.post(
            at(draft, "publication"), typed(draft, "publication", title=title, go=go)
        )
        assert answer.url == address
        draft.refresh_from_db()
        assert draft.data["title"] == draft.title == title


def test_rows_are_added_moved_and_removed_without_a_script(
    maya: Client, complete: Submission
) -> None:
    def press(wish: str) -> list[str]:
        complete.refresh_from_db()
        answer = maya.post(at(complete, "publication"), typed(complete, "publication", row=wish))
        assert answer.url.startswith(at(complete, "publication") + "#id_contributors-")
        complete.refresh_from_db()
        return [row["family_name"] for row in complete.data["contributors"]]

    assert press("add") == ["Brown", ""]
    assert press("up-1") == ["", "Brown"]
    assert press("down-0") == ["Brown", ""]
    assert press("down-1") == ["Brown", ""]
    assert press("remove-1") == ["Brown"]
    assert press("remove-0") == []
    for wish in ("remove-7", "up-x", "down-٣", "nonsense", "up-0"):
        maya.post(at(complete, "publication"), typed(complete, "publication", row=wish))


def test_a_script_saves_while_somebody_types(maya: Client, draft: Submission) -> None:
    data = typed(draft, "publication", title="Half a ti")
    answer = maya.post(at(draft, "publication"), data, headers={"X-While-Typing": "1"})
    draft.refresh_from_db()
    assert draft.data["title"] == "Half a ti"
    assert answer.json()["seen"] == seen(draft, "publication")
    assert answer.json()["message"].startswith("Saved")


@pytest.mark.parametrize(
    "path", ["files", "publication", "subjects", "readers", "submit", "revise"]
)
def test_nothing_is_changed_without_a_token(people: Any, draft: Submission, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["member"])
    for headers in ({}, {"X-While-Typing": "1"}):
        answer = client.post(at(draft, path), {"title": "Stolen"}, headers=headers)
        assert answer.status_code == 403
    draft.refresh_from_db()
    assert draft.title == "A draft"


# Two windows --------------------------------------------------------------------------------


def test_two_windows_show_both_texts_and_lose_none(maya: Client, draft: Submission) -> None:
    here = typed(draft, "publication", title="Typed here", publisher="IOM")
    maya.post(at(draft, "publication"), typed(draft, "publication", title="Saved there"))
    answer = maya.post(at(draft, "publication"), here)
    assert answer.status_code == 409
    page = text(answer)
    assert "Saved there" in page
    assert "Typed here" in page
    draft.refresh_from_db()
    assert draft.title == "Saved there"
    again = here | {"seen": re.search(r'name="seen" value="([^"]+)"', page)[1]}
    maya.post(at(draft, "publication"), again)
    draft.refresh_from_db()
    assert draft.title == "Typed here"
    assert draft.data["publisher"] == "IOM"


def test_two_windows_at_different_steps_are_no_conflict(maya: Client, draft: Submission) -> None:
    here = typed(draft, "subjects", tags="return")
    maya.post(at(draft, "publication"), typed(draft, "publication", title="Saved there"))
    assert maya.post(at(draft, "subjects"), here).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Saved there"
    assert draft.data["tags"] == ["return"]


def test_what_was_submitted_in_another_window_keeps_what_is_typed_in_sight(
    maya: Client, complete: Submission
) -> None:
    here = typed(complete, "publication", title="Typed too late")
    maya.post(at(complete, "submit"))
    answer = maya.post(at(complete, "publication"), here)
    assert answer.status_code == 409
    assert "Typed too late" in text(answer)
    late = maya.post(at(complete, "publication"), here, headers={"X-While-Typing": "1"})
    assert late.status_code == 409
    complete.refresh_from_db()
    assert complete.title == record()["title"]


# Files and references -----------------------------------------------------------------------


def upload(name: str = "report.pdf", content: bytes = b"%PDF-1.4 text") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def test_files_come_and_go_without_a_script(maya: Client, draft: Submission) -> None:
    data = typed(draft, "files", upload=[upload("one.pdf"), upload("two.pdf")])
    assert maya.post(at(draft, "files"), data).status_code == 302
    one, two = draft.files.order_by("pk")
    data = typed(draft, "files") | {
        f"file-{one.pk}-language": "es",
        f"file-{one.pk}-label": f"Annex\0 {NASTY}",
        f"file-{two.pk}-language": "klingon",
        "remove": str(two.pk),
    }
    maya.post(at(draft, "files"), data)
    assert [(file.language, file.label) for file in draft.files.all()] == [
        ("es", f"Annex {NASTY}"[:120])
    ]
    page = text(maya.get(at(draft, "files")))
    assert NASTY not in page


def test_a_file_that_is_not_taken_is_named_and_the_rest_is_kept(
    maya: Client, draft: Submission
) -> None:
    data = typed(draft, "files", external_url="https://example.org/x")
    data["upload"] = [upload(), upload("evil.exe", b"MZ")]
    answer = maya.post(at(draft, "files"), data)
    assert answer.status_code == 422
    assert "evil.exe" in text(answer)
    draft.refresh_from_db()
    assert draft.files.count() == 1
    assert draft.data["external_url"] == "https://example.org/x"


def test_somebody_elses_file_is_not_attached(maya: Client, draft: Submission, people: Any) -> None:
    from repository.files import receiving

    document = receiving.make_document(people["other"], pdf(), "secret.pdf")
    for number in (document.pk, 999999, "x", "-1", "9" * 40):
        maya.post(at(draft, "files"), typed(draft, "files", document=str(number)))
    assert not draft.files.exists()


def test_a_reference_fills_in_what_is_empty(maya: Client, draft: Submission) -> None:
    reference = "TY  - RPRT\nTI  - Another title\nPB  - IOM\nPY  - 2021\nER  - "
    answer = maya.post(at(draft, "files"), typed(draft, "files", reference=reference), follow=True)
    draft.refresh_from_db()
    assert draft.data["title"] == "A draft"
    assert draft.data["year"] == "2021"
    assert draft.data["publisher"] == "IOM"
    assert "Filled in" in text(answer)


@pytest.mark.parametrize("reference", ["@@@{", "\0\0", "{" * 5000, "TY  - RPRT\nTI  - A", NASTY])
def test_a_reference_that_can_not_be_read_is_said_so(
    maya: Client, draft: Submission, reference: str
) -> None:
    answer = maya.post(at(draft, "files"), typed(draft, "files", reference=reference))
    assert answer.status_code in (302, 422)
    assert NASTY not in text(answer)


# Bad input ------------------------------------------------------------------------------------


def test_html_is_text_on_every_page(maya: Client, people: Any) -> None:
    nasty: dict[str, Any] = {name: NASTY for form in FORMS.values() for name in form.base_fields}
    nasty |= {"contributors": [dict.fromkeys(("role", "family_name", "given_name"), NASTY)]}
    nasty |= {name: [NASTY] for name in ("languages", "countries", "themes", "networks", "tags")}
    broken = submissions.start(people["member"], nasty)
    harmless = {"document_type": "report", "record_language": "en"}
    pages = [LIST, at(broken), at(broken, "preview"), *(at(broken, step) for step in STEPS)]
    for data in ({}, harmless):
        submissions.save(broken, data, version=broken.version, user=people["member"])
        for address in pages:
            for query in ("", "?missing=1"):
                answer = maya.get(address + query)
                assert answer.status_code == 200, address
                assert NASTY not in text(answer), address


def test_nul_and_reordering_characters_do_not_arrive(maya: Client, draft: Submission) -> None:
    names = [name for name in FORMS["publication"].base_fields if name != "contributors"]
    data = typed(draft, "publication", **dict.fromkeys(names, "a\0\u202eb"))
    data |= {"contributors-0-family_name": "a\0\u202eb", "contributors-99999-role": "x"}
    maya.post(at(draft, "publication"), data)
    draft.refresh_from_db()
    assert "\0" not in str(draft.data)
    assert "\u202e" not in str(draft.data)
    assert draft.data["contributors"] == [{"role": "", "family_name": "ab", "given_name": ""}]
    for step in STEPS:
        assert maya.get(at(draft, step)).status_code == 200


@pytest.mark.parametrize(
    "query", ["?state=none", "?state=%00", "?page=0", "?page=9" * 9, "?page=x"]
)
def test_the_list_answers_any_question(maya: Client, draft: Submission, query: str) -> None:
    assert maya.get(LIST + query).status_code == 200


# Who ------------------------------------------------------------------------------------------


def addresses(submission: Submission) -> list[str]:
    names = ("", "preview", "submit", "withdraw", "revise", "delete", *STEPS)
    return [at(submission, name) for name in names]


def test_another_members_submission_does_not_exist(signed_in: Any, submitted: Any, draft: Any):
    waiting = submitted("network:diaspora", title="Waits")
    for submission in (draft, waiting):
        for address in addresses(submission):
            other = signed_in("other")
            assert {other.get(address).status_code, other.post(address).status_code} <= {404, 405}
        submission.refresh_from_db()
    assert (draft.state, waiting.state) == (State.DRAFT, State.IN_REVIEW)
    nowhere = reverse("submission", kwargs={"key": uuid.uuid4()})
    assert signed_in("other").get(nowhere).status_code == 404


def test_who_decides_looks_and_changes_nothing(signed_in: Any, submitted: Any, draft: Any) -> None:
    waiting = submitted("network:diaspora", title="Waits")
    for name in ("editor", "moderator", "focal"):
        client = signed_in(name)
        assert client.get(at(waiting)).status_code == 200
        assert client.get(at(waiting, "preview")).status_code == 200
        assert client.get(at(draft)).status_code == 404
        for way in ("submit", "withdraw", "revise", "delete", "publication"):
            assert client.post(at(waiting, way)).status_code in (403, 404), way


def test_strangers_are_led_to_sign_in_and_others_refused(person: Any, draft: Submission) -> None:
    for address in (LIST, f"{LIST}new/", *addresses(draft)):
        answer = Client().get(address)
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or "/login/" in answer.url
    client = Client()
    client.force_login(person("guest"))
    assert client.get(LIST).status_code == client.get(f"{LIST}new/").status_code == 403
    assert "/account/submissions/" not in text(client.get("/en/account/"))


def test_members_find_their_submissions(maya: Client) -> None:
    assert "/en/account/submissions/" in text(maya.get("/en/account/"))
    assert "/nl/account/" in text(maya.get("/nl/account/"))


def test_a_disabled_member_is_out_with_the_next_request(maya: Client, people: Any, draft: Any):
    people["member"].is_active = False
    people["member"].save()
    assert maya.get(at(draft)).status_code == 302


def test_people_of_the_editorial_team_are_not_named(
    maya: Client, signed_in: Any, submitted: Any, people: Any
) -> None:
    waiting = submitted()
    edition = submissions.edition(waiting)
    submissions.request_changes(
        waiting, people["editor"], edition=edition, comment="Add the <b>annex</b>."
    )
    page = text(maya.get(at(waiting)))
    assert "Edwin" not in page
    assert "Editorial team" in page
    assert "Add the &lt;b&gt;annex&lt;/b&gt;." in page
    assert "Edwin" in text(signed_in("moderator").get(at(waiting)))
    assert "annex" in text(maya.get(at(waiting, "publication")))


# Back and forth ---------------------------------------------------------------------------------


def test_a_submission_is_taken_back_revised_and_submitted_again(
    maya: Client, submitted: Any
) -> None:
    waiting = submitted()
    assert "Take it back" in text(maya.get(at(waiting, "withdraw")))
    maya.post(at(waiting, "withdraw"), {"reason": ""})
    waiting.refresh_from_db()
    assert waiting.state == State.WITHDRAWN
    maya.post(at(waiting, "revise"))
    waiting.refresh_from_db()
    assert waiting.state == State.DRAFT
    maya.post(at(waiting, "submit"))
    waiting.refresh_from_db()
    assert waiting.state == State.IN_REVIEW


def test_a_draft_is_deleted_after_asking(maya: Client, draft: Submission) -> None:
    assert "deleted for good" in text(maya.get(at(draft, "delete")))
    assert Submission.objects.exists()
    assert maya.post(at(draft, "delete")).url == LIST
    assert not Submission.objects.exists()
    assert maya.get(at(draft)).status_code == 404


def test_what_can_not_be_done_now_is_said(maya: Client, submitted: Any, draft: Submission) -> None:
    waiting = submitted()
    for submission, way in ((waiting, "revise"), (waiting, "delete"), (draft, "withdraw")):
        answer = maya.post(at(submission, way), {"reason": "x"}, follow=True)
        assert "can&#x27;t be done now" in text(answer), way
    assert maya.get(at(waiting, "publication")).url == at(waiting)


def test_a_new_version_is_proposed_by_the_submitter_of_a_published_record(
    maya: Client, signed_in: Any, submitted: Any, people: Any
) -> None:
    first = submitted("members")
    new = f"{LIST}new/?replaces={first.page.pk}"
    assert maya.get(new).status_code == 404  # not published yet
    submissions.approve(first, people["editor"], edition=submissions.edition(first))
    address = first.page.get_url()
    assert new in text(maya.get(address)).replace("&amp;", "&")
    assert new in text(maya.get(at(first))).replace("&amp;", "&")
    assert new not in text(signed_in("other").get(address))
    assert signed_in("other").get(new).status_code == 403
    key = re.search(r'name="key" value="([^"]+)"', text(maya.get(new)))[1]
    maya.post(f"{LIST}new/", {"key": key, "replaces": first.page.pk})
    second = Submission.objects.get(key=key)
    assert second.replaces == first.page
    assert second.data["title"] == record()["title"]
    for other in ("x", "-1", "999999", "9" * 30):
        assert maya.get(f"{LIST}new/?replaces={other}").status_code in (200, 404)


def test_the_withdrawal_of_what_is_published_is_asked_for_with_a_reason(
    maya: Client, submitted: Any, people: Any
) -> None:
    published = submitted()
    submissions.approve(published, people["editor"], edition=submissions.edition(published))
    assert "Ask for withdrawal" in text(maya.get(at(published)))
    assert maya.post(at(published, "withdraw"), {"reason": " "}).status_code == 200
    maya.post(at(published, "withdraw"), {"reason": "A wrong table"})
    assert "A wrong table" in text(maya.get(at(published)))
    published.refresh_from_db()
    assert published.state == State.PUBLISHED


@pytest.mark.parametrize("language", ["es", "fr", "nl"])
def test_every_page_speaks_the_language_of_the_reader(
    maya: Client, draft: Submission, language: str
) -> None:
    with translation.override(language):
        names = ("", "preview", "withdraw", "delete", *STEPS)
        pages = [reverse("submissions"), reverse("submission_new"), *(at(draft, n) for n in names)]
    for address in pages:
        assert address.startswith(f"/{language}/")
        page = text(maya.get(address))
        assert f'<html lang="{language}">' in page
        for word in ("Your submissions<", "Save and", "optional<", "to do<", "Start<"):
            assert word not in page, (address, word)


# Cost -----------------------------------------------------------------------------------------


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_costs_the_same_for_ten_and_for_a_thousand(
    maya: Client, people: Any, submitted: Any
) -> None:
    published = submitted()
    for name, edition in (("editor", submissions.edition(published)),):
        submissions.approve(published, people[name], edition=edition)

    def more(count: int) -> None:
        Submission.objects.bulk_create(
            Submission(submitter=people["member"], title=f"Number {n}", state=state)
            for n, state in zip(range(count), list(State.values) * count, strict=False)
        )

    more(10)
    few = queries(maya, LIST), queries(maya, f"{LIST}?state=draft")
    more(990)
    assert (queries(maya, LIST), queries(maya, f"{LIST}?state=draft")) == few
    assert max(few) < 30


def test_a_step_costs_the_same_for_one_and_for_many(
    maya: Client, complete: Submission, people: Any
):
    def fill(count: int) -> None:
        from repository.files import receiving

        rows = [{"role": "author", "family_name": f"Name {n}"} for n in range(count)]
        submissions.save(
            complete, {"contributors": rows}, version=complete.version, user=people["member"]
        )
        for number in range(count):
            document = receiving.make_document(people["member"], pdf(), f"{number}.pdf")
            submissions.attach(complete, document, user=people["member"])

    fill(1)
    few = {step: queries(maya, at(complete, step)) for step in STEPS}
    fill(8)
    assert {step: queries(maya, at(complete, step)) for step in STEPS} == few

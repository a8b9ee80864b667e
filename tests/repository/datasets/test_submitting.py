"""A dataset on its way: uploaded, corrected, described, submitted, approved, replaced."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cpmg.users.models import MEMBERS, User
from pages import factories as make
from pages.datasets import figures
from pages.datasets.figures import Figure
from pages.models import DatasetPage, FigureSet, Indicator, Observation, Source
from repository import submissions
from repository.datasets import upkeep
from repository.models import Submission
from repository.submissions import Refused

from .conftest import upload

pytestmark = pytest.mark.django_db
State = Submission.State
GOOD = "REF_AREA,TIME_PERIOD,OBS_VALUE\nJM,2020,1017\nHT,2020,20\n"
DESCRIBED = {
    "title": "Migrants, census of 2020",
    "record_language": "en",
    "summary": "Counted in the census.",
    "creator": "Statistical Institute",
    "source": "",
    "source_name": "Census 2020",
    "source_url": "https://example.org/census",
    "licence": "CC-BY-4.0",
    "note": "",
    "citation": "",
}


@pytest.fixture
def people(person: Any, stock: Indicator) -> dict[str, User]:
    for language in ("en", "es"):
        make.DatasetIndexPageFactory(locale=language)
    return {
        "member": person("maya", MEMBERS, organisation="Statistical Institute"),
        "other": person("otto", MEMBERS),
        "editor": person("edwin", "Editors"),
        "moderator": person("monique", "Moderators"),
    }


@pytest.fixture
def maya(people: dict[str, User]) -> Client:
    client = Client()
    client.force_login(people["member"])
    return client


def at(submission: Submission, step: str, **others: Any) -> str:
    return reverse(f"dataset_{step}", kwargs={"key": submission.key, **others})


def begin(client: Client, **data: Any) -> Any:
    key = uuid.uuid4()
    sent = {"key": key, "indicators": ["stock"], **data}
    response = client.post(reverse("dataset_new"), sent)
    assert response.status_code == 302, response.content.decode()
    return Submission.objects.get(key=key)


def fill_in(submission: Submission, content: str = GOOD, **others: Any) -> Submission:
    """Uploads a table and describes the dataset."""
    client = Client()
    client.force_login(submission.submitter)
    assert client.post(at(submission, "figures"), {"table": upload(content)}).status_code == 302
    submission.refresh_from_db()
    typed = DESCRIBED | {"version": submission.version, "go": "next"} | others
    response = client.post(at(submission, "description"), typed)
    assert response.status_code == 302, response.content.decode()
    submission.refresh_from_db()
    return submission


def decide(what: str, submission: Submission, user: User, **how: Any) -> None:
    submission.refresh_from_db()
    edition = submissions.edition(submission)
    getattr(submissions, what)(submission, user, edition=edition, **how)
    submission.refresh_from_db()


def published(client: Client, people: dict[str, User], content: str = GOOD, **others: Any) -> Any:
    submission = fill_in(begin(client), content, **others)
    submissions.submit(submission, submission.submitter)
    decide("approve", submission, people["editor"])
    return submission


# The way --------------------------------------------------------------------------------


def test_the_whole_way_of_a_dataset(maya: Client, people: dict[str, User]) -> None:
    submission = begin(maya)
    assert submission.data["creator"] == "Statistical Institute"
    assert maya.get(at(submission, "check")).content.decode().count("?missing=1#id_") >= 3

    wrong = maya.post(at(submission, "figures"), {"table": upload(GOOD.replace("JM", "XX"))})
    assert wrong.status_code == 422
    assert "A2" in wrong.content.decode()
    assert not FigureSet.objects.exists()

    fill_in(submission)
    check = maya.get(at(submission, "check")).content.decode()
    assert "1,017" in check
    assert "Everything is there" in check
    assert not Observation.objects.exists()
    maya.post(reverse("submission_submit", kwargs={"key": submission.key}))
    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW
    assert not Observation.objects.exists()

    desk = Client()
    desk.force_login(people["editor"])
    html = desk.get(reverse("desk_submission", kwargs={"key": submission.key})).content.decode()
    for text in (
        "nothing is wrong with the figures",
        "figures.csv",
        "1,017",
        "Census 2020",
        "2020",
    ):
        assert text in html
    assert "There is no file" not in html
    decide("approve", submission, people["editor"])
    assert submission.state == State.PUBLISHED
    page = DatasetPage.objects.get()
    assert (page.version, page.slug) == (1, "migrants-census-of-2020-v1")
    assert {row.value for row in Observation.objects.current()} == {1017, 20}
    assert Source.objects.get(pk=page.source_id).name == "Census 2020"


def test_a_new_version_shows_what_it_changes_and_the_old_address_stays(
    maya: Client, people: dict[str, User]
) -> None:
    first = published(maya, people).page.specific
    second = begin(maya, replaces=first.pk)
    filled = maya.get(at(second, "template", kind="csv") + "?filled=1").content.decode("utf-8-sig")
    assert "1017" in filled

    content = filled.replace("1017", "1019").replace(",HT,2020,_T,_T,20,", ",TT,2020,_T,_T,7,")
    fill_in(second, content, source=first.source.code, source_name="", source_url="")
    shown = maya.get(at(second, "figures")).content.decode()
    for text in ("1,017", "1,019", "What this version changes", ">removed<", ">new<", ">changed<"):
        assert text in shown
    submissions.submit(second, people["member"])
    desk = Client()
    desk.force_login(people["editor"])
    frame = desk.get(reverse("desk_preview", kwargs={"key": second.key})).content.decode()
    assert "What this version changes" in frame
    html = desk.get(reverse("desk_submission", kwargs={"key": second.key})).content.decode()
    shown = " ".join(html.split())
    assert "There is no file" not in shown
    for text in ("What this version changes", "1,017", "1,019", ">removed</b>"):
        assert text in shown
    decide("approve", second, people["editor"])
    # Decided, it still says what it changed then.
    shown = desk.get(reverse("desk_submission", kwargs={"key": second.key})).content.decode()
    assert ">changed</b>" in shown

    newest = second.page.specific
    assert (newest.version, newest.series, newest.replaces_id) == (2, first.series, first.pk)
    assert sorted(row.value for row in Observation.objects.current()) == [7, 1019]
    anonymous = Client()
    assert "1,017" in anonymous.get(first.url).content.decode()
    assert "1,019" in anonymous.get(newest.url).content.decode()


def test_a_form_that_is_sent_twice_begins_one_dataset(maya: Client) -> None:
    key = uuid.uuid4()
    for _time in range(2):
        maya.post(reverse("dataset_new"), {"key": key, "indicators": ["stock"]})
    assert Submission.objects.count() == 1


def test_a_dataset_begins_with_an_indicator(maya: Client) -> None:
    response = maya.post(reverse("dataset_new"), {"key": uuid.uuid4(), "indicators": []})
    assert response.status_code == 422
    assert "Choose at least one indicator." in response.content.decode()


# Who may --------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["figures", "description", "check"])
def test_somebody_elses_dataset_does_not_exist(
    maya: Client, people: dict[str, User], step: str
) -> None:
    submission = begin(maya)
    client = Client()
    assert client.get(at(submission, step)).status_code == 302
    client.force_login(people["other"])
    assert client.get(at(submission, step)).status_code == 404
    assert client.get(at(submission, "template", kind="csv")).status_code == 404


def test_a_new_version_is_proposed_by_who_submitted_it(
    maya: Client, people: dict[str, User]
) -> None:
    page = published(maya, people).page
    client = Client()
    client.force_login(people["other"])
    address = f"{reverse('dataset_new')}?replaces={page.pk}"
    assert client.get(address).status_code == 403
    assert (
        client.post(reverse("dataset_new"), {"key": uuid.uuid4(), "replaces": page.pk}).status_code
        == 403
    )
    assert maya.get(address).status_code == 200
    assert page.title in maya.get(reverse("dataset_new")).content.decode()


def test_nobody_approves_their_own_dataset(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["editor"])
    submission = fill_in(begin(client))
    submissions.submit(submission, people["editor"])
    with pytest.raises(Refused, match="Nobody approves"):
        decide("approve", submission, people["editor"])
    decide("approve", submission, people["moderator"])
    assert submission.state == State.PUBLISHED


# What exactly is approved ---------------------------------------------------------------


def test_an_approval_is_for_these_figures_and_no_others(
    maya: Client, people: dict[str, User]
) -> None:
    submission = fill_in(begin(maya))
    submissions.submit(submission, people["member"])
    edition = submissions.edition(submission)

    page = submission.page.specific.get_latest_revision_as_object()  # type: ignore[union-attr]
    page.digest = figures.keep([Figure("stock", "JM", 2020, Decimal(99))]).digest
    revision = page.latest_revision
    revision.content = page.serializable_data()
    revision.save()

    with pytest.raises(Refused, match="changed after you opened it"):
        submissions.approve(submission, people["editor"], edition=edition)
    assert not Observation.objects.exists()


def test_after_changes_were_asked_for_the_table_is_uploaded_again(
    maya: Client, people: dict[str, User]
) -> None:
    submission = fill_in(begin(maya))
    submissions.submit(submission, people["member"])
    decide("request_changes", submission, people["editor"], comment="Haiti is wrong.")
    assert submission.data["digest"]
    assert "Haiti is wrong." in maya.get(at(submission, "figures")).content.decode()

    fill_in(submission, GOOD.replace("20\n", "21\n"))
    submissions.submit(submission, people["member"])
    decide("approve", submission, people["editor"])
    assert sorted(row.value for row in Observation.objects.current()) == [21, 1017]
    assert DatasetPage.objects.get().version == 1


def test_the_same_figures_from_the_same_source_are_published_once(
    maya: Client, people: dict[str, User]
) -> None:
    source = published(maya, people).page.specific.source.code
    again = fill_in(begin(maya), source=source, source_name="", source_url="")
    with pytest.raises(Refused):
        submissions.submit(again, people["member"])
    assert "Another dataset" in maya.get(at(again, "check")).content.decode()


def test_of_two_new_versions_the_later_is_not_undone_by_the_earlier(
    maya: Client, people: dict[str, User]
) -> None:
    first = published(maya, people).page.specific
    same = {"source": first.source.code, "source_name": "", "source_url": ""}
    second, third = (begin(maya, replaces=first.pk) for _number in range(2))
    for submission, value in ((second, 2), (third, 3)):
        fill_in(submission, GOOD.replace("1017", str(value)), **same)
        submissions.submit(submission, people["member"])
    decide("approve", third, people["editor"])

    with pytest.raises(Refused, match="newer version"):
        decide("approve", second, people["editor"])
    assert Observation.objects.current().get(country__code="JM").value == 3


def test_two_windows_lose_nothing(maya: Client) -> None:
    submission = begin(maya)
    typed = DESCRIBED | {"version": submission.version}
    assert maya.post(at(submission, "description"), typed).status_code == 302
    late = maya.post(at(submission, "description"), typed | {"title": "Typed late"})
    assert late.status_code == 409
    assert "Typed late" in late.content.decode()
    submission.refresh_from_db()
    assert submission.data["title"] == DESCRIBED["title"]


def test_a_source_is_chosen_or_named(maya: Client) -> None:
    submission = begin(maya)
    typed = DESCRIBED | {"source": "census", "version": submission.version, "go": "next"}
    response = maya.post(at(submission, "description"), typed)
    assert response.status_code == 422
    assert "one of both" in response.content.decode()


def test_templates_are_files(maya: Client) -> None:
    submission = begin(maya)
    csv = maya.get(at(submission, "template", kind="csv"))
    xlsx = maya.get(at(submission, "template", kind="xlsx"))
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="stock.xlsx"' in xlsx["Content-Disposition"]
    assert maya.get(at(submission, "template", kind="ods")).status_code == 404


def test_a_published_version_can_be_neither_deleted_nor_edited_in_the_admin(
    maya: Client, people: dict[str, User]
) -> None:
    page = published(maya, people).page.specific
    admin = Client()
    admin.force_login(User.objects.create_superuser("root@example.org", "correct horse battery"))

    deleting = admin.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert deleting.status_code in (302, 403)
    assert DatasetPage.objects.filter(pk=page.pk).exists()
    one = page.observations.first()
    address = reverse("wagtailsnippets_pages_observation:edit", args=[one.pk])
    admin.post(address, {"value": "5"})
    one.refresh_from_db()
    assert one.value in (20, 1017)


def test_figures_that_nothing_names_are_removed_in_time(maya: Client) -> None:
    submission = begin(maya)
    maya.post(at(submission, "figures"), {"table": upload(GOOD)})
    maya.post(at(submission, "figures"), {"table": upload(GOOD.replace("1017", "1018"))})
    assert FigureSet.objects.count() == 2

    assert upkeep.tidy(timezone.now()) == 0
    assert upkeep.tidy(timezone.now() + timedelta(days=3)) == 1
    submission.refresh_from_db()
    assert FigureSet.objects.get().digest == submission.data["digest"]

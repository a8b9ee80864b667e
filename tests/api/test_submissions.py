"""A member's submissions by API: the rules of the reader site, versions, and no publishing."""

from __future__ import annotations

import json
import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cpmg.users import tokens
from cpmg.users.models import MEMBERS, User
from pages import factories as make
from pages.models import DatasetPage, EventPage
from repository import submissions
from repository.models import Submission, SubmissionFile
from repository.submission_api import DatasetRecord, EventRecord

PDF = b"%PDF-1.4 a report"
RECORD = {
    "title": "Free movement in the Caribbean",
    "record_language": "en",
    "document_type": "report",
    "contributors": [{"role": "author", "family_name": "Charles", "given_name": "Maya"}],
    "year": "2024",
    "languages": ["en"],
    "countries": ["JM"],
    "shelf": "public",
    "licence": "CC-BY-4.0",
    "external_url": "https://example.org/report.pdf",
}


def member(email="maya@example.org"):
    person = User.objects.create_user(email, "correct horse battery", organisation="Ministry")
    person.groups.add(Group.objects.get_or_create(name=MEMBERS)[0])
    return person


class Caller:
    """Sends JSON with a token, below ``/api/v3/submissions/``."""

    def __init__(self, person, *scopes):
        key = tokens.create(person, "test", list(scopes or ["submit"]), 7)
        self.headers = {"authorization": f"Bearer {key}"}

    def __call__(self, method, path="", data=None, **headers):
        address = f"/api/v3/submissions/{path}"
        more = {}
        if data is not None:
            text = data if isinstance(data, str) else json.dumps(data)
            more = {"data": text, "content_type": "application/json"}
        headers = self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        return getattr(Client(), method)(address, headers=headers, **more)


@pytest.fixture
def maya(world):
    return member()


@pytest.fixture
def call(maya):
    return Caller(maya)


def test_a_member_fills_in_attaches_checks_submits_and_withdraws(call, maya, world):
    started = call("post", data={"data": {"title": "Free movement"}})
    assert started.status_code == 201
    key = started.json()["key"]
    assert started["Location"] == f"/api/v3/submissions/{key}/"
    assert started.json()["state"] == {"code": "draft", "name": "Draft"}
    read = call("get", f"{key}/")
    assert read["Cache-Control"] == "private, no-cache"
    assert call("get", f"{key}/", if_none_match=read["ETag"]).status_code == 304

    changed = call("patch", f"{key}/", {"data": RECORD}, if_match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert changed.json()["data"]["contributors"] == RECORD["contributors"]
    assert changed.json()["version"] == 2
    again = call("patch", f"{key}/", {"data": {"title": "Lost"}}, if_match=read["ETag"])
    assert again.status_code == 412
    assert call("patch", f"{key}/", {"data": {}}).status_code == 428

    upload = Client().post(
        f"/api/v3/submissions/{key}/files/",
        {"file": SimpleUploadedFile("report.pdf", PDF), "language": "en", "label": "Full text"},
        headers=call.headers,
    )
    assert upload.status_code == 201, upload.content
    file = upload.json()
    assert (file["language"], file["label"]) == ("en", "Full text")
    named = call("patch", f"{key}/files/{file['id']}/", {"language": "nl", "label": "Text"})
    assert named.json()["label"] == "Text"
    assert call("delete", f"{key}/files/{file['id']}/").status_code == 204
    assert not SubmissionFile.objects.exists()

    assert call("get", f"{key}/check/").json() == {"ready": True, "problems": {}}
    sent = call("post", f"{key}/submit/")
    assert sent.status_code == 200, sent.content
    assert sent.json()["state"]["code"] == "in-review"
    assert call("post", f"{key}/submit/").status_code == 200  # twice is once
    submission = Submission.objects.get(key=key)
    assert not submission.page.live
    assert call("patch", f"{key}/", {"data": {}}, if_match="*").status_code == 409
    assert call("post", f"{key}/withdraw/", {}).json()["state"]["code"] == "withdrawn"
    assert call("post", f"{key}/revise/").json()["may"] == ["change", "submit"]
    listed = call("get", "?state=draft").json()
    assert [item["key"] for item in listed["items"]] == [key]
    assert call("delete", f"{key}/").status_code == 409  # it was submitted once


def test_what_is_missing_is_said_by_field(call):
    key = call("post", data={}).json()["key"]
    problems = call("get", f"{key}/check/").json()["problems"]
    assert {"title", "licence", "shelf", "files"} <= problems.keys()
    refused = call("post", f"{key}/submit/")
    assert refused.status_code == 400
    assert ["body", "title"] in [error["loc"] for error in refused.json()["errors"]]
    assert call("delete", f"{key}/").status_code == 204
    assert call("get", f"{key}/").status_code == 404


def test_started_twice_with_one_key_is_one_draft(call):
    key = str(uuid.uuid4())
    answers = [call("post", data={"key": key, "data": {}}) for _number in range(2)]
    assert [answer.json()["key"] for answer in answers] == [key, key]
    assert Submission.objects.count() == 1


def test_a_submission_is_its_submitter_s_alone(call, maya, world, client):
    key = call("post", data={"data": {"title": "Mine"}}).json()["key"]
    other = Caller(member("other@example.org"))
    for method, path, data in (
        ("get", "", None),
        ("patch", "", {"data": {}}),
        ("delete", "", None),
        ("get", "check/", None),
        ("post", "submit/", None),
        ("post", "withdraw/", {}),
        ("post", "revise/", None),
        ("patch", "files/1/", {}),
        ("delete", "files/1/", None),
    ):
        theirs = other(method, f"{key}/{path}", data, if_match="*")
        nothing = other(method, f"{uuid.uuid4()}/{path}", data, if_match="*")
        assert (theirs.status_code, theirs.content) == (404, nothing.content), path
    assert other("get").json()["count"] == 0
    assert Caller(maya, "discuss")("post", data={}).status_code == 403
    assert Caller(maya, "discuss")("get").status_code == 200
    stranger = User.objects.create_user("no@example.org", "correct horse battery")
    assert Caller(stranger)("post", data={}).status_code == 403
    assert client.get("/api/v3/submissions/").status_code == 401


def test_a_session_writes_with_a_proof_against_other_sites(maya):
    client = Client(enforce_csrf_checks=True)
    client.force_login(maya)
    send = {"data": "{}", "content_type": "application/json"}
    read = client.get("/api/v3/submissions/")
    assert read.status_code == 200
    assert read["Cache-Control"].startswith("private")
    assert client.post("/api/v3/submissions/", **send).status_code == 403
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post("/api/v3/submissions/", headers={"x-csrftoken": "a" * 32}, **send)
    assert answer.status_code == 201


def test_what_is_malformed_is_refused(call, world):
    key = call("post", data={}).json()["key"]
    for sent, named in (
        ("{", "body"),
        ({"data": {"colour": "blue"}}, "data.colour"),
        ({"data": {"title": ["x"]}}, "data.title"),
        ({"data": "x"}, "data"),
        ({"data": {"contributors": [{"role": "king"}]}}, "data.contributors.0.role"),
        ({"title": "x"}, "title"),
    ):
        answer = call("patch", f"{key}/", sent, if_match="*")
        assert answer.status_code == 400, sent
        assert ["body", named] in [error["loc"] for error in answer.json()["errors"]], sent
    for sent in ({"kind": "war"}, {"key": "x"}, {"replaces": 999999}, {"replaces": "x"}):
        assert call("post", data=sent).status_code == 400, sent
    for path in ("none/", f"{key}/files/x/", f"{key}/files/0/"):
        assert call("delete", path).status_code == 404
    refused = Client().post(
        f"/api/v3/submissions/{key}/files/",
        {"file": SimpleUploadedFile("virus.exe", b"MZ")},
        headers=call.headers,
    )
    assert refused.status_code == 400
    assert (
        Client().post(f"/api/v3/submissions/{key}/files/", {}, headers=call.headers).status_code
        == 400
    )


def test_the_form_of_a_submission_is_described(get, call):
    form = get("/forms/submission/").json()
    steps = {step["name"]: step["fields"] for step in form["steps"]}
    assert list(steps) == ["files", "publication", "subjects", "readers"]
    fields = {field["name"]: field for group in steps.values() for field in group}
    assert fields["title"]["required"]
    assert fields["title"]["max_length"] == 255
    assert fields["contributors"]["kind"] == "contributors"
    assert {"code": "public", "name": "Repository: everybody can read it"} in (
        fields["shelf"]["choices"]
    )
    assert set(RECORD) <= set(fields)


def test_the_list_takes_as_many_queries_for_a_hundred_as_for_ten(
    call, maya, django_assert_max_num_queries
):
    Submission.objects.bulk_create(
        Submission(kind="publication", submitter=maya, title=f"Number {n}") for n in range(1000)
    )
    with django_assert_max_num_queries(9):
        assert len(call("get", "?limit=100").json()["items"]) == 100


# Events and datasets ----------------------------------------------------------------------

EVENT = {
    "title": "Regional meeting",
    "record_language": "en",
    "event_type": "workshop",
    "start_date": "2031-03-10",
    "start_time": "09:00",
    "time_zone": "America/Jamaica",
    "attendance": "on-site",
    "city": "Kingston",
    "organisers": "IOM\nMinistry of Labour",
}


def test_an_event_is_proposed(call):
    make.EventTypeFactory(code="workshop")
    key = call("post", data={"kind": "event", "data": {"title": "Meeting"}}).json()["key"]
    problems = call("get", f"{key}/check/").json()["problems"]
    assert {"start_date", "event_type"} <= problems.keys()
    wrong = call("patch", f"{key}/", {"data": EVENT | {"end_date": "2031-03-09"}}, if_match="*")
    assert wrong.status_code == 200
    assert "end_date" in call("get", f"{key}/check/").json()["problems"]
    unknown = call("patch", f"{key}/", {"data": {"doi": "10.1000/182"}}, if_match="*")
    assert ["body", "data.doi"] in [error["loc"] for error in unknown.json()["errors"]]
    call("patch", f"{key}/", {"data": EVENT | {"end_date": ""}}, if_match="*")
    sent = call("post", f"{key}/submit/")
    assert sent.status_code == 200, sent.content
    assert (sent.json()["kind"], sent.json()["state"]["code"]) == ("event", "in-review")
    page = Submission.objects.get(key=key).page.specific
    assert isinstance(page, EventPage)
    assert not page.live
    assert (page.title, page.city, page.time_zone) == (
        "Regional meeting",
        "Kingston",
        "America/Jamaica",
    )
    assert [one["key"] for one in call("get", "?kind=event").json()["items"]] == [key]
    # It is an event of its own, and has no files.
    assert call("post", data={"kind": "event", "replaces": page.pk}).status_code == 400


def test_only_publications_have_files_and_only_datasets_figures(call):
    keys = {
        kind: call("post", data={"kind": kind}).json()["key"]
        for kind in ("publication", "event", "dataset")
    }
    for kind, key in keys.items():
        for path, file in (("files", ("report.pdf", PDF)), ("figures", ("a.csv", b"A,B\r\n1,2"))):
            answer = Client().post(
                f"/api/v3/submissions/{key}/{path}/",
                {"file": SimpleUploadedFile(*file)},
                headers=call.headers,
            )
            expected = {("publication", "files"): 201, ("dataset", "figures"): 400}
            assert answer.status_code == expected.get((kind, path), 409), (kind, path)
    assert SubmissionFile.objects.count() == 1


def test_a_dataset_is_submitted_with_its_figures(call, maya):
    make.DatasetIndexPageFactory(locale="en")
    make.IndicatorFactory(code="stock", name="Migrants")

    def send(*rows):
        text = "\r\n".join(("INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE", *rows)) + "\r\n"
        return Client().post(
            f"/api/v3/submissions/{key}/figures/",
            {"file": SimpleUploadedFile("figures.csv", text.encode())},
            headers=call.headers,
        )

    assert call("post", data={"kind": "dataset", "data": {"indicators": ["x"]}}).status_code == 400
    started = call("post", data={"kind": "dataset", "data": {"title": "Migrants"}})
    assert started.status_code == 201
    key = started.json()["key"]
    problems = call("get", f"{key}/check/").json()["problems"]
    assert {"indicators", "figures", "licence", "creator"} <= problems.keys()
    described = {
        "indicators": ["stock"],
        "record_language": "en",
        "creator": "Ministry",
        "source_name": "Register",
        "licence": "CC-BY-4.0",
    }
    changed = call("patch", f"{key}/", {"data": described}, if_match="*")
    assert changed.json()["data"] == {"title": "Migrants", **described}

    wrong = send("stock,JM,2020,many", "stock,JM,1800,5", "stock,JM,2021,7")
    assert wrong.status_code == 200, wrong.content
    report = wrong.json()
    assert (report["taken"], report["figures"], report["problems"]) == (False, 1, 2)
    assert [(one["cell"], one["column"]) for one in report["findings"]] == [
        ("D2", "OBS_VALUE"),
        ("C3", "TIME_PERIOD"),
    ]
    assert all(one["message"] for one in report["findings"])
    assert "digest" not in call("get", f"{key}/").json()["data"]

    right = send("stock,JM,2020,1200", "stock,JM,2021,")
    assert right.status_code == 200, right.content
    assert right.json() == {
        "taken": True,
        "figures": 1,
        "empty": 1,
        "problems": 0,
        "findings": [],
        "notes": [],
    }
    assert call("get", f"{key}/").json()["data"]["number"] == 1
    assert call("get", f"{key}/check/").json() == {"ready": True, "problems": {}}
    # A digest is no word of the record: nobody takes over what another one sent.
    assert call("patch", f"{key}/", {"data": {"digest": "x"}}, if_match="*").status_code == 400
    # About other indicators its figures have to be sent again.
    make.IndicatorFactory(code="share", name="Share")
    call("patch", f"{key}/", {"data": {"indicators": ["stock", "share"]}}, if_match="*")
    assert "figures" in call("get", f"{key}/check/").json()["problems"]
    send("stock,JM,2020,1200")
    sent = call("post", f"{key}/submit/")
    assert sent.status_code == 200, sent.content
    page = Submission.objects.get(key=key).page.specific
    assert isinstance(page, DatasetPage)
    assert (page.live, page.number, page.version) == (False, 1, 1)
    # A new version of what is published follows its newest version.
    submission = Submission.objects.get(key=key)
    root = User.objects.create_superuser("root@example.org", "correct horse battery")
    submissions.approve(submission, root, edition=submissions.edition(submission))
    newer = call("post", data={"kind": "dataset", "replaces": page.pk})
    assert newer.status_code == 201, newer.content
    assert newer.json()["data"]["indicators"] == ["stock", "share"]
    assert Submission.objects.get(key=newer.json()["key"]).replaces_id == page.pk
    other = Caller(member("other@example.org"))
    assert other("post", data={"kind": "dataset", "replaces": page.pk}).status_code == 409


def test_the_forms_of_events_and_datasets_are_described(get, call):
    for name, record in (("event", EventRecord), ("dataset", DatasetRecord)):
        steps = get(f"/forms/submission-{name}/").json()["steps"]
        fields = {field["name"]: field for step in steps for field in step["fields"]}
        assert fields.keys() == record.model_fields.keys()
        assert fields["title"]["required"]

"""The board: where each translation stands."""

from __future__ import annotations

import csv
import io

from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages import factories as make
from pages.models import ContentPage
from pages.translating import work
from pages.translating.coverage import Board, Chosen, State
from repository.factories import PublicationPageFactory

from .conftest import browser, filled, locale, person, posted, publish


def state(page, user, language="es"):
    board = Board(user, Chosen())
    row = next(row for row in board.all_rows if row.source == page.pk)
    return next(cell for cell in row.cells if cell.language == language)


def test_a_translation_from_missing_to_outdated(page, translator, moderator):
    assert state(page, moderator).state == State.MISSING
    client = browser(translator)
    client.post(f"/admin/translations/{page.pk}/es/")
    assert state(page, moderator).state == State.DRAFT
    posted(client, page, filled(page), "submit", right=["title#0"])
    assert state(page, moderator).state == State.REVIEW
    spanish = work.translation_of(page, locale("es")).specific
    spanish.current_workflow_task_state.approve(user=moderator)
    assert state(page, moderator).state == State.PUBLISHED
    publish(page, summary="Something else.")
    cell = state(page, moderator)
    assert cell.state == State.OUTDATED
    assert cell.since is not None
    assert state(page, moderator, "fr").state == State.MISSING


def test_the_board_is_narrowed_and_leads_on(page, translator):
    make.ContentPageFactory(title="About us")
    client = browser(translator)
    html = client.get("/admin/translations/").content.decode()
    assert f"/admin/translations/{page.pk}/es/" in html
    assert f"/admin/translations/{page.pk}/fr/" not in html, "not theirs"
    html = client.get("/admin/translations/?type=pages.contentpage").content.decode()
    assert "About us" in html
    assert ">Jamaica<" not in html
    html = client.get(f"/admin/translations/?section={page.path[:12]}").content.decode()
    assert "About us</th>" not in html.split("<h2>Pages</h2>")[1]
    html = client.get("/admin/translations/?state=published").content.decode()
    assert "Jamaica" not in html.split("<h2>Pages</h2>")[1]
    for wrong in ("section=%00", "state=nonsense", "p=nonsense", "language=xx", "type=%27"):
        assert client.get(f"/admin/translations/?{wrong}").status_code == 200


def test_totals_of_a_section(page, editor):
    totals = dict(Board(editor).totals())
    assert [total.pages for total in totals["Countries"]] == [0, 2, 2, 2]
    assert [total.published for total in totals["Countries"]] == [0, 1, 1, 1]


def test_publications_keep_their_language(page, editor):
    record = PublicationPageFactory(title="A report")
    assert record.pk not in {row.source for row in Board(editor).all_rows}
    chosen = Chosen(type="repository.publicationpage")
    assert [row.source for row in Board(editor, chosen).all_rows] == [record.pk]


def test_as_csv(page, editor):
    make.ContentPageFactory(title="=1+1")
    response = browser(editor).get("/admin/translations/?format=csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    mine = [row for row in rows if row["id"] == str(page.pk)]
    assert [(row["locale"], row["state"]) for row in mine] == [
        ("es", "missing"),
        ("fr", "missing"),
        ("nl", "missing"),
    ]
    assert "'=1+1" in {row["title"] for row in rows}


def test_the_board_costs_the_same_with_10_and_1000_pages(page, translator):
    editor = person("e@example.org", Group.objects.get(name="Editors"))
    clients = [browser(translator), browser(editor)]

    def costs():
        counted = []
        for client in clients:
            client.get("/admin/translations/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/admin/translations/").status_code == 200
            counted.append(len(queries))
        return counted

    index = page.get_parent().specific
    for number in range(10):
        make.ContentPageFactory(title=f"Page {number}")
    few = costs()
    home = make.HomePageFactory()
    for number in range(990):
        page = ContentPage(title=f"Many {number}", slug=f"many-{number}", locale=index.locale)
        home.add_child(instance=page)
    assert costs() == few


def test_the_dashboard_says_how_far_they_are(page, translator, editor):
    html = browser(editor).get("/admin/").content.decode()
    assert "/admin/translations/?language=es&amp;state=missing" in html
    assert browser(translator).get("/admin/")["Location"] == "/admin/translations/"

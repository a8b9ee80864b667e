"""What changes a publication is noted in the transaction of the change, once for each."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import transaction
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from pages.factories import CountryFactory, ThemeFactory
from pages.models import Theme
from repository.factories import (
    ContributorFactory,
    DocumentTypeFactory,
    PublicationPageFactory,
    RepositoryPageFactory,
)
from search import index, queue
from search.engines.elasticsearch import breaker
from search.models import IndexJob


@pytest.fixture
def noted(settings, db):
    """Forgets what was noted until now; then says whether something was."""
    settings.SEARCH_ENGINE = "elasticsearch"

    class Noted:
        def reset(self):
            IndexJob.objects.update(done=queue.F("version"))

        def __call__(self, *pages) -> bool:
            return {*queue.waiting().values_list("key", flat=True)} == {
                page.translation_key for page in pages
            }

    return Noted()


@pytest.fixture
def page(noted):
    page = PublicationPageFactory(
        countries=[CountryFactory(code="JM")],
        themes=[ThemeFactory(code="health")],
        tags=["Cruise ships"],
        contributors=[ContributorFactory.build(family_name="Joseph")],
    )
    PublicationPageFactory()
    noted.reset()
    return page


def translated_theme(page):
    ThemeFactory(code="health", locale="es", name="Salud")


def renamed_theme(page):
    Theme.objects.get(code="health").save()


def renamed_type(page):
    page.document_type.save()


def renamed_tag(page):
    Tag.objects.get(name="Cruise ships").save()


def deleted_tag(page):
    Tag.objects.get(name="Cruise ships").delete()


def renamed_contributor(page):
    page.contributors.first().save()


def deleted_page(page):
    page.delete()


CHANGES = [
    lambda page: page.save_revision().publish(),
    lambda page: page.unpublish(),
    deleted_page,
    translated_theme,
    renamed_theme,
    renamed_tag,
    deleted_tag,
    renamed_contributor,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_a_publication_is_noted_for_it_alone(noted, page, change):
    change(page)
    assert noted(page)


def test_a_draft_of_another_title_changes_no_document_of_others(noted, page):
    page.title = "Draft"
    page.save_revision()
    assert queue.waiting().count() <= 1


def test_a_type_of_many_is_noted_for_all_of_them(noted, page, django_assert_num_queries):
    kind = DocumentTypeFactory(code="thesis")
    pages = [PublicationPageFactory(document_type=kind) for _number in range(3)]
    noted.reset()
    with django_assert_num_queries(1):
        queue.changed(type(page)._base_manager.filter(document_type=kind))
    assert noted(*pages)


def test_sections_take_what_they_hold_along(noted, page):
    library = RepositoryPageFactory(
        parent=page.get_parent().get_parent().specific,
        slug="library",
        translation_key="7a1c1a6c-6a2c-4f0e-9a7d-5d2d5ba14a11",
    )
    inside = PublicationPageFactory(parent=library)
    noted.reset()
    restriction = PageViewRestriction.objects.create(
        page=library, restriction_type=PageViewRestriction.LOGIN
    )
    assert noted(inside)
    noted.reset()
    restriction.delete()
    assert noted(inside)
    noted.reset()
    page.move(library, pos="last-child")
    assert noted(page)
    noted.reset()
    page.refresh_from_db()
    library.refresh_from_db()
    library.delete()
    assert noted(page, inside)


def test_who_may_enter_a_section_needs_no_new_document(noted, page):
    restriction = PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.GROUPS
    )
    noted.reset()
    restriction.groups.add(Group.objects.create(name="One"))
    assert noted()


def test_a_change_that_is_rolled_back_leaves_no_trace(noted, page):
    with transaction.atomic():
        page.save()
        transaction.set_rollback(True)
    assert noted()


def test_changes_of_one_publication_are_one_row_with_a_growing_version(noted, page):
    (before,) = IndexJob.objects.filter(key=page.translation_key).values_list("version", flat=True)
    for _time in range(3):
        queue.changed_key(page.translation_key)
    (job,) = queue.waiting()
    assert job.version == before + 3


def test_the_database_engine_has_no_queue(settings, db):
    settings.SEARCH_ENGINE = "database"
    PublicationPageFactory().delete()
    assert not IndexJob.objects.exists()


def test_what_is_leased_is_taken_once(noted, page):
    queue.changed_key(page.translation_key)
    _lease, held = queue.take()
    assert list(held) == [page.translation_key]
    assert queue.take()[1] == {}


def test_what_changed_while_it_was_written_is_written_again(noted, page):
    queue.changed_key(page.translation_key)
    lease, held = queue.take()
    queue.changed_key(page.translation_key)
    queue._settle(lease, held, {})
    assert noted(page)
    assert queue.take()[1][page.translation_key] == held[page.translation_key] + 1


def test_a_lost_lease_settles_nothing(noted, page):
    queue.changed_key(page.translation_key)
    lease, held = queue.take()
    IndexJob.objects.update(leased_until=None)
    _second, taken = queue.take()
    assert taken == held
    queue._settle(lease, held, {})
    assert noted(page)


def test_nothing_is_written_inside_a_transaction(noted, transactional_db):
    with transaction.atomic(), pytest.raises(RuntimeError):
        queue.take()


def test_what_waits_is_hidden_from_who_may_not_read_it(elasticsearch, settings):
    """Before the index has heard of it: in the hits, in the count, in the facets."""
    from search.contract import FACETS, SearchRequest
    from search.engines import search

    page = PublicationPageFactory(title="Report on zanzibar", tags=["zanzibar"], year=1999)
    PublicationPageFactory(title="Other report", year=2001)
    queue.drain(elasticsearch, refresh=True)
    asked = SearchRequest("report", user=AnonymousUser(), facets=FACETS)
    assert search(asked).total == 2
    PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
    )
    for query in ("report", "zanzibar", "zanzibra", ""):
        results = search(SearchRequest(query, user=AnonymousUser(), facets=FACETS))
        assert (results.total, results.unfiltered, results.hits) == (0, 0, ())
        assert not any(bucket.count for facet in results.facets for bucket in facet.buckets)
        assert results.suggestion is None
        assert not results.degraded


def test_what_changes_while_others_are_written_is_of_the_next_pass(elasticsearch, monkeypatch):
    """Or steady changes of publications would keep the posts of the forum waiting for ever."""
    pages = PublicationPageFactory.create_batch(2)
    queue.drain(elasticsearch)
    queue.changed_key(pages[0].translation_key)
    write, passes = queue.write, []

    def meanwhile(es, name, versions, **more):
        passes.append(set(versions))
        queue.changed_key(pages[1].translation_key)
        return write(es, name, versions, **more)

    monkeypatch.setattr(queue, "write", meanwhile)
    for page in pages:
        assert queue.drain(elasticsearch).done == 1
        assert passes.pop() == {page.translation_key}
        assert not passes


def test_for_too_much_that_waits_the_database_answers(elasticsearch):
    from search.contract import SearchRequest
    from search.engines import search

    PublicationPageFactory(title="Report")
    queue.drain(elasticsearch, refresh=True)
    asked = SearchRequest("report", user=AnonymousUser())
    now = timezone.now()
    waiting = {"version": 1, "done": 0, "changed_at": now, "available_at": now}
    jobs = [IndexJob(key=uuid.uuid4(), **waiting) for _one in range(queue.MOST_WAITING + 1)]
    IndexJob.objects.bulk_create(jobs)
    assert (search(asked).degraded, search(asked).total) == (True, 1)
    jobs[0].delete()
    breaker.worked()
    assert (search(asked).degraded, search(asked).total) == (False, 1)


def test_the_last_changes_of_a_process_are_written(elasticsearch, settings, monkeypatch):
    settings.SEARCH_ENGINE = "elasticsearch"
    page = PublicationPageFactory()
    monkeypatch.setattr("concurrent.futures.thread._shutdown", True)  # as while Python ends
    assert not queue.drain(elasticsearch).failed
    assert elasticsearch.exists(index=index.alias(), id=str(page.translation_key))


def test_documents_cost_the_same_however_many_they_are(noted, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from search.documents import documents

    def queries(keys) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(documents(keys)) == len(keys)
        return len(captured)

    pages = PublicationPageFactory.create_batch(12, tags=["Cruise ships"])
    few = queries([page.translation_key])
    assert queries([page.translation_key for page in pages]) == few


def test_a_document_tells_nobody_what_is_not_for_them(noted, page):
    """Translations that lie on different shelves, against the rules, are not mixed."""
    from search.documents import documents

    library = RepositoryPageFactory(
        parent=page.get_parent().get_parent().specific,
        slug="library",
        translation_key="7a1c1a6c-6a2c-4f0e-9a7d-5d2d5ba14a11",
    )
    PageViewRestriction.objects.create(page=library, restriction_type=PageViewRestriction.LOGIN)
    PublicationPageFactory(
        title="Secreto", locale="es", translation_key=page.translation_key, parent=library
    )
    (document,) = documents([page.translation_key]).values()
    assert document["readers"] == ["public"]
    assert "Secreto" not in str(document)

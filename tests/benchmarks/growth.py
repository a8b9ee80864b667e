"""Makes a repository of any size quickly: records like the shipped ones, in bulk."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from modelcluster.models import get_all_child_relations
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from cpmg.users.models import User
from pages.models import Country, Language, Network, Theme
from pages.models.vocabularies import collation_key
from repository.desk import duplicates
from repository.models import (
    Contributor,
    DocumentType,
    EditorialReview,
    PublicationPage,
    RepositoryPage,
    Submission,
)

from . import wording

FAMILIES = ("Joseph", "Baptiste", "Williams", "Rodríguez", "de Vries", "Charles", "Pérez")


@transaction.atomic
def grow_publications(total: int, seed: int = 1) -> int:
    """Adds generated publications until there are ``total``; returns how many it added."""
    missing = total - PublicationPage.objects.count()
    if missing <= 0:
        return 0
    base = _plant(missing, random.Random(seed), live=True)
    index = get_search_backend().get_index_for_model(PublicationPage)
    for start in range(0, missing, 500):
        keys = [page.pk for page in base[start : start + 500]]
        index.add_items(PublicationPage, list(PublicationPage.objects.filter(pk__in=keys)))
    _look_again()
    return missing


@transaction.atomic
def grow_submissions(total: int, submitter: User, seed: int = 2) -> None:
    """Adds submissions that wait for the editors until there are ``total``, each with its draft
    and the keys of its duplicates. They have no revisions: lists ask for none."""
    missing = total - Submission.objects.count()
    if missing <= 0:
        return
    step = EditorialReview.objects.get()
    base = _plant(missing, random.Random(seed), live=False)
    now = timezone.now()
    Submission.objects.bulk_create(
        [
            Submission(
                submitter=submitter,
                state=Submission.State.IN_REVIEW,
                title=page.title,
                shelf_code="public",
                type_code="report",
                page_id=page.pk,
                task_id=step.pk,
                submitted_at=now - timedelta(minutes=number),
            )
            for number, page in enumerate(base)
        ],
        batch_size=500,
    )
    for publication in PublicationPage.objects.filter(pk__in=[page.pk for page in base]):
        duplicates.keep_keys(publication)
    _look_again()


@transaction.atomic
def copy_page(page: Page, number: int) -> None:
    """Adds ``number`` published copies of ``page`` beside it, with all that belongs to it."""
    parent, model, now = page.get_parent(), type(page), timezone.now()
    last = Page._str2int(parent.get_last_child().path[-Page.steplen :])
    base = []
    for count in range(1, number + 1):
        key = uuid.uuid4()
        base.append(
            Page(
                title=f"{page.title} {count}",
                draft_title=f"{page.title} {count}",
                slug=f"generated-{key}",
                path=Page._get_path(parent.path, page.depth, last + count),
                depth=page.depth,
                url_path=f"{parent.url_path}generated-{key}/",
                content_type=ContentType.objects.get_for_model(model),
                locale=page.locale,
                translation_key=key,
                live=True,
                first_published_at=now,
                last_published_at=now,
            )
        )
    Page.objects.bulk_create(base, batch_size=500)
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + number)
    own = {
        field.attname: getattr(page, field.attname) for field in model._meta.local_concrete_fields
    }
    for copied in base:
        row = model(page_ptr=copied)
        given = {k: v for k, v in copied.__dict__.items() if k != "_state"}
        row.__dict__.update(own | given | {"page_ptr_id": copied.pk})
        row.save_base(raw=True, force_insert=True)
    for field in model._meta.local_many_to_many:
        through, column = field.remote_field.through, field.m2m_column_name()
        _copy_rows(through.objects.filter(**{column: page.pk}), column, base)
    for relation in get_all_child_relations(model):
        column = relation.field.attname
        _copy_rows(relation.related_model.objects.filter(**{column: page.pk}), column, base)


def _copy_rows(rows: QuerySet, column: str, base: list[Page]) -> None:
    """The rows that point at one page by ``column``, for each page of ``base``."""
    kept = [
        field.attname
        for field in rows.model._meta.concrete_fields
        if not field.primary_key and field.attname not in (column, "translation_key")
    ]
    originals = list(rows.values(*kept))
    rows.model._base_manager.bulk_create(
        [rows.model(**original, **{column: page.pk}) for page in base for original in originals],
        batch_size=1000,
    )


def _look_again() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _plant(missing: int, chance: random.Random, *, live: bool) -> list[Page]:
    """Publications in the repositories that there are, each in the language of its own."""
    repositories = list(RepositoryPage.objects.select_related("locale").order_by("path"))
    types = list(DocumentType.objects.filter(locale__language_code="en"))
    steps, added = {}, Counter[int]()
    for repository in repositories:
        last = repository.get_children().order_by("-path").first()
        steps[repository.pk] = Page._str2int(last.path[-Page.steplen :]) if last else 0
    base = []
    for number in range(1, missing + 1):
        repository = chance.choice(repositories)
        added[repository.pk] += 1
        step = steps[repository.pk] + added[repository.pk]
        path = Page._get_path(repository.path, repository.depth + 1, step)
        language = repository.locale.language_code
        country = chance.choice(list(Country.labels(language).values()))
        title = wording.title(chance, language, country, number)
        key = uuid.uuid4()
        base.append(
            Page(
                title=title,
                draft_title=title,
                slug=f"generated-{key}",
                path=path,
                depth=repository.depth + 1,
                url_path=f"{repository.url_path}generated-{key}/",
                content_type=ContentType.objects.get_for_model(PublicationPage),
                locale=repository.locale,
                translation_key=key,
                live=live,
            )
        )
    Page.objects.bulk_create(base, batch_size=500)
    for pk, number in added.items():
        Page.objects.filter(pk=pk).update(numchild=F("numchild") + number)
    _insert_rows(base, types, chance)
    _link(base, chance)
    return base


def _insert_rows(base: list[Page], types: list[DocumentType], chance: random.Random) -> None:
    """The rows of the publications' own table; Django has no bulk insert for child models."""
    for page in base:
        publication = PublicationPage(
            page_ptr=page,
            document_type=chance.choice(types),
            year=chance.randint(1990, 2026),
            publisher="International Organization for Migration",
            abstract=wording.abstract(
                chance, page.locale.language_code, page.title.partition(": ")[2].partition(",")[0]
            ),
            sort_title=collation_key(page.title)[:255],
        )
        publication.__dict__.update({k: v for k, v in page.__dict__.items() if k != "_state"})
        publication.save_base(raw=True, force_insert=True)


def _link(base: list[Page], chance: random.Random) -> None:
    def link(name: str, terms: list, most: int) -> None:
        through = PublicationPage._meta.get_field(name).remote_field.through
        column = next(
            f.attname for f in through._meta.fields if f.is_relation and f.name != "publicationpage"
        )
        rows = [
            through(**{"publicationpage_id": page.pk, column: term.pk})
            for page in base
            for term in chance.sample(terms, chance.randint(1, most))
        ]
        through.objects.bulk_create(rows, batch_size=1000)

    source = {"locale__language_code": "en"}
    link("countries", list(Country.objects.filter(**source)), 3)
    link("themes", list(Theme.objects.filter(**source)), 2)
    link("networks", list(Network.objects.filter(**source)), 2)
    link("languages", list(Language.objects.filter(**source, code__in=["en", "es", "fr", "nl"])), 1)
    Contributor.objects.bulk_create(
        [
            Contributor(page_id=page.pk, family_name=chance.choice(FAMILIES), sort_order=0)
            for page in base
        ],
        batch_size=1000,
    )

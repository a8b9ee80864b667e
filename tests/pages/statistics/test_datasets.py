"""Versions of a dataset: which of their figures count, and that none is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from pages import factories as make
from pages.datasets import figures
from pages.datasets.figures import Figure
from pages.models import DatasetPage, FigureSet, Observation, Source

pytestmark = pytest.mark.django_db


def figure(value: Any, **others: Any) -> Figure:
    fields = {"indicator": "stock", "country": "JM", "period": 2020, **others}
    return Figure(value=Decimal(value), **fields)


@pytest.fixture
def terms() -> dict[str, Any]:
    return {
        "indicator": make.IndicatorFactory(code="stock"),
        "country": make.CountryFactory(code="JM"),
        "source": make.SourceFactory(code="census"),
    }


def version_of(former: DatasetPage, rows: list[Figure], **fields: Any) -> DatasetPage:
    return make.DatasetPageFactory(
        title=f"{former.title} again",
        series=former.series,
        version=former.version + 1,
        replaces=former,
        source=former.source,
        figures=rows,
        **fields,
    )


def values(rows: Any) -> list[Decimal]:
    return sorted(rows.values_list("value", flat=True))


def test_the_figures_of_a_new_version_count_and_those_of_the_old_stay(terms: Any) -> None:
    first = make.DatasetPageFactory(
        source=terms["source"], figures=[figure(10), figure(20, period=2021)]
    )
    second = version_of(first, [figure(11)])

    assert values(Observation.objects.current()) == [11]
    assert values(Observation.objects.of_dataset(first)) == [10, 20]
    assert values(Observation.objects.of_dataset(second)) == [11]


def test_a_draft_shows_no_figure(terms: Any) -> None:
    draft = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)], live=False)

    assert not Observation.objects.exists()
    assert [row.value for row in figures.read(draft.digest)] == [10]


def test_the_former_version_counts_again_when_the_newest_goes_offline(terms: Any) -> None:
    first = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)])
    second = version_of(first, [figure(11)])

    second.unpublish()

    assert values(Observation.objects.current()) == [10]
    first.unpublish()
    assert not Observation.objects.current().exists()
    assert values(Observation.objects.all()) == [10, 11]


def test_an_older_version_published_later_does_not_count(terms: Any) -> None:
    first = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)], live=False)
    version_of(first, [figure(11)])

    first.live = True
    first.first_published_at = first.latest_revision_created_at
    first.save()

    assert values(Observation.objects.current()) == [11]


def test_publishing_again_writes_no_figure_twice(terms: Any) -> None:
    dataset = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)])

    dataset.save_revision().publish()

    assert values(Observation.objects.all()) == [10]


def test_one_source_has_one_current_figure_of_a_kind(terms: Any) -> None:
    make.DatasetPageFactory(source=terms["source"], figures=[figure(10)])

    with pytest.raises(ValidationError, match="another dataset"):
        make.DatasetPageFactory(source=terms["source"], figures=[figure(12)])

    assert values(Observation.objects.all()) == [10]


def test_corridors_are_compared_with_corridors(terms: Any) -> None:
    make.PlaceFactory(code="HTI")
    make.PlaceFactory(code="CUB")
    make.DatasetPageFactory(source=terms["source"], figures=[figure(1, counterpart="HTI")])
    make.DatasetPageFactory(source=terms["source"], figures=[figure(2, counterpart="CUB")])
    make.DatasetPageFactory(source=terms["source"], figures=[figure(3)])

    with pytest.raises(ValidationError, match="another dataset"):
        make.DatasetPageFactory(source=terms["source"], figures=[figure(4, counterpart="HTI")])


def test_a_dataset_without_a_known_source_gets_its_own_once(terms: Any) -> None:
    first = make.DatasetPageFactory(source_name="Census 2020", figures=[figure(10)])
    second = version_of(first, [figure(11)])

    own = Source.objects.get(pk=first.source_id)
    assert (own.name, own.publisher) == ("Census 2020", "National Statistics Office")
    assert own.licence == "CC BY 4.0"
    assert second.source_id == own.pk
    assert set(Observation.objects.values_list("source", flat=True)) == {own.pk}


def test_published_figures_are_neither_changed_nor_deleted(terms: Any) -> None:
    dataset = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)])

    with pytest.raises(ValidationError, match="stays as it is"):
        dataset.observations.get().full_clean()
    with pytest.raises(ProtectedError):
        dataset.delete()


def test_the_same_figures_have_one_fingerprint_in_any_order(db: None) -> None:
    rows = [figure("10.50"), figure(20, period=2021)]

    assert figures.keep(rows) == figures.keep([rows[1], rows[0]._replace(value=Decimal("10.5"))])
    assert figures.keep(rows) != figures.keep([rows[0]])
    assert FigureSet.objects.count() == 2


def test_a_term_that_is_gone_stops_the_publication(terms: Any) -> None:
    with pytest.raises(ValidationError, match="not in use"):
        make.DatasetPageFactory(source=terms["source"], figures=[figure(1, indicator="gone")])

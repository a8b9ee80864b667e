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

from .test_indicators import structured_data

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


def version_of(former: DatasetPage, rows: list[Figure], **fields: Any) -> Any:
    of_series = {"series": former.series, "version": former.version + 1, "replaces": former}
    shared = {"title": f"{former.title} again", "source": former.source}
    return make.DatasetPageFactory(figures=rows, **(of_series | shared | fields))


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


# Pages ----------------------------------------------------------------------------------


def test_each_version_has_its_address_and_names_the_newest(terms: Any, client: Any) -> None:
    first = make.DatasetPageFactory(source=terms["source"], figures=[figure(1017)])
    second = version_of(first, [figure(1019)], note="A slip was put right.")

    old = client.get(first.url).content.decode()
    new = client.get(second.url).content.decode()

    assert "1,017" in old
    assert "There is a newer version" in old
    assert second.url in old
    assert "1,019" in new
    assert "1,017" not in new
    assert "A slip was put right." in new
    assert "newer version" not in new
    assert first.url in new
    assert "Dataset, version 2" in new


def test_the_table_of_a_version_stays_as_it_was(terms: Any, client: Any) -> None:
    rows = [figure("10.5", note="=1"), figure(3, sex="F", status="E")]
    first = make.DatasetPageFactory(source=terms["source"], figures=rows)
    before = b"".join(client.get(f"{first.url}?format=csv").streaming_content).decode()
    version_of(first, [figure(11)])
    after = client.get(f"{first.url}?format=csv")

    assert after["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(after.streaming_content).decode() == before
    lines = before.splitlines()
    assert lines[1].startswith("stock,JM,,2020,F,_T,3,persons,E,census,")
    assert lines[2].startswith("stock,JM,,2020,_T,_T,10.5,persons,A,census,")
    assert lines[2].endswith(",'=1")
    marked = client.get(f"{first.url}?format=csv&bom=1")
    assert b"".join(marked.streaming_content).startswith(b"\xef\xbb\xbfINDICATOR")


def test_a_dataset_is_read_in_all_languages(terms: Any, client: Any, home: Any) -> None:
    for language in ("es", "fr", "nl"):
        make.DatasetIndexPageFactory(locale=language)
    dataset = make.DatasetPageFactory(source=terms["source"], figures=[figure(1017)])
    address = f"/es/estadisticas/conjuntos-de-datos/{dataset.slug}/"

    assert (
        f'href="{address}"' in client.get("/es/estadisticas/conjuntos-de-datos/").content.decode()
    )
    page = client.get(address)
    table = client.get(f"{address}?format=csv")
    assert f'href="{address}"' in client.get(dataset.url).content.decode()

    assert "1\xa0017" in page.content.decode()
    assert 'lang="en"' in page.content.decode()
    assert table.status_code == 200


def test_a_draft_has_no_table(terms: Any, client: Any) -> None:
    draft = make.DatasetPageFactory(source=terms["source"], figures=[figure(10)], live=False)

    assert client.get(f"{draft.url}?format=csv").status_code == 404


def test_the_list_shows_the_newest_version_of_each(terms: Any, client: Any) -> None:
    first = make.DatasetPageFactory(
        title="Census figures", source=terms["source"], figures=[figure(1)]
    )
    version_of(first, [figure(2)], title="Census figures, corrected")
    make.DatasetPageFactory(title="Hidden", figures=[figure(3)], live=False)

    listed = client.get("/en/statistics/datasets/").content.decode()

    assert "Census figures, corrected" in listed
    assert "Hidden" not in listed
    assert listed.count("Census figures") == 1
    narrowed = client.get("/en/statistics/datasets/?source=census&indicator=nothing")
    assert "nothing is not known here" in narrowed.content.decode()


@pytest.mark.parametrize("address", ["", "datasets/"])
def test_pages_take_the_same_queries_with_many_figures(
    terms: Any, client: Any, address: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (10, 1000):
        rows = [figure(n, period=1900 + n % 100, age=f"Y{n // 100}") for n in range(number)]
        dataset = make.DatasetPageFactory(figures=rows)
        if address:
            for n in range(number // 50):
                make.DatasetPageFactory(title=f"More {number} {n}")
        url = "/en/statistics/datasets/" if address else dataset.url
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"{url}?year_to=2030").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_version_is_described_as_its_page_describes_it(terms: Any, client: Any) -> None:
    rows = [figure(10), figure(20, period=2018), figure(3, sex="F")]
    dataset = make.DatasetPageFactory(
        title="Figures <of> the census",
        summary="What was counted.",
        creator="Statistical Institute",
        source=terms["source"],
        indicators=[terms["indicator"]],
        licence="CC-BY-4.0",
        figures=rows,
    )
    page = client.get(dataset.url)
    (said,) = structured_data(page)
    address = f"http://testserver{dataset.url}"
    assert said["@type"] == "Dataset"
    assert said["url"] == address
    assert (said["name"], said["version"]) == ("Figures <of> the census", "1")
    assert said["description"] == "What was counted."
    assert said["creator"] == {"@type": "Organization", "name": "Statistical Institute"}
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["temporalCoverage"] == "2018/2020"
    assert [place["identifier"] for place in said["spatialCoverage"]] == ["JM"]
    assert [one["propertyID"] for one in said["variableMeasured"]] == ["stock"]
    assert said["creditText"] == dataset.suggested_citation
    (file,) = said["distribution"]
    assert f'href="{file["contentUrl"].removeprefix(address)}"' in page.content.decode()
    table = client.get(file["contentUrl"].removeprefix("http://testserver"))
    assert table["Content-Type"].startswith(file["encodingFormat"])

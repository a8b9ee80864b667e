"""Reports by the COUNTER Code of Practice 5.1: the use of each publication, as an Item Report.

The rows come one after the other, so a report of everything takes no more memory than a page.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from ..citations.record import Record, records, with_all
from ..models import PublicationPage, Usage
from .counting import FIELDS

PLATFORM = "CPMG"
NAME = "Caribbean Platform for Migration Governance"
RELEASE = "5.1"
METRICS = (
    "Total_Item_Investigations",
    "Total_Item_Requests",
    "Unique_Item_Investigations",
    "Unique_Item_Requests",
)
DATA_TYPES = {
    **dict.fromkeys(("article-journal", "article-magazine"), "Article"),
    "book": "Book",
    "chapter": "Book_Segment",
    "report": "Report",
    "dataset": "Dataset",
    "thesis": "Thesis_or_Dissertation",
    "paper-conference": "Conference_Item",
    "periodical": "Journal",
}
#: Publications that are in memory at a time.
AT_ONCE = 200


def metrics(row: dict[str, Any]) -> dict[str, int]:
    """An investigation is a view or a download, a request is a download."""
    values = (
        row["views"] + row["downloads"],
        row["downloads"],
        row["sessions"],
        row["download_sessions"],
    )
    return dict(zip(METRICS, values, strict=True))


@dataclass(frozen=True)
class Period:
    """Whole months, both included; by their first days."""

    first: date
    last: date

    @classmethod
    def year_until_now(cls) -> Period:
        last = timezone.now().date().replace(day=1)
        first = last.replace(year=last.year - 1) + timedelta(days=32)
        return cls(first.replace(day=1), last)

    @property
    def months(self) -> list[date]:
        found, month = [], self.first
        while month <= self.last:
            found.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        return found

    @property
    def end(self) -> date:
        return (self.last + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def totals(key: uuid.UUID) -> dict[str, int]:
    """``views`` and ``downloads`` of one publication, of all times; one query."""
    found = Usage.objects.filter(key=key).aggregate(Sum("views"), Sum("downloads"))
    return {"views": found["views__sum"] or 0, "downloads": found["downloads__sum"] or 0}


def rows(period: Period) -> QuerySet[Usage]:
    return Usage.objects.filter(month__gte=period.first, month__lte=period.last)


def ranked(period: Period) -> QuerySet[Usage, Any]:
    """Publications by what COUNTER calls total investigations, with all figures by our names."""
    return (
        rows(period)
        .values("key")
        .annotate(
            seen=Sum("views") + Sum("downloads"),
            taken=Sum("downloads"),
            seen_in=Sum("sessions"),
            taken_in=Sum("download_sessions"),
        )
        .order_by("-seen", "key")
    )


def sums(period: Period) -> dict[str, int]:
    """``views`` and ``downloads`` of all publications."""
    found = rows(period).aggregate(views=Sum("views"), downloads=Sum("downloads"))
    return {name: value or 0 for name, value in found.items()}


def titles(keys: list[uuid.UUID]) -> dict[uuid.UUID, PublicationPage]:
    """The page of each publication that is still there, its first language first; one query."""
    pages = PublicationPage._base_manager.filter(translation_key__in=keys)
    found: dict[uuid.UUID, PublicationPage] = {}
    for page in pages.order_by("-live", "pk").only("title", "translation_key", "live"):
        found.setdefault(page.translation_key, page)
    return found


def items(period: Period, by_country: bool = False) -> Iterator[dict[str, Any]]:
    """Each publication that was used, the most used first: its record, or none where the page is
    gone, and ``figures``: metrics by month, for each country or for all together."""
    keys = [row["key"] for row in ranked(period)]
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        pages = PublicationPage._base_manager.filter(translation_key__in=some)
        found: dict[uuid.UUID, Record] = {}
        for record in records(with_all(pages.order_by("-live", "pk"))):
            found.setdefault(record.key, record)
        figures = _figures(period, some, by_country)
        for key in some:
            yield {"key": key, "record": found.get(key), "figures": figures[key]}


def _figures(period: Period, keys: list[uuid.UUID], by_country: bool) -> dict[uuid.UUID, Any]:
    names = ["key", "month", *(["country"] if by_country else [])]
    summed = (
        rows(period)
        .filter(key__in=keys)
        .values(*names)
        .annotate(**{f"sum_{name}": Sum(name) for name in FIELDS})
        .order_by(*names)
    )
    figures: dict[uuid.UUID, dict[str, dict[str, dict[str, int]]]] = {key: {} for key in keys}
    for row in summed:
        by_metric = figures[row["key"]].setdefault(row.get("country", ""), {})
        values = metrics({name: row[f"sum_{name}"] for name in FIELDS})
        for metric, value in values.items():
            if value:
                by_metric.setdefault(metric, {})[f"{row['month']:%Y-%m}"] = value
    return figures


def _about(key: uuid.UUID, record: Record | None) -> dict[str, Any]:
    """What both forms of the report say of a publication."""
    if record is None:
        return {
            "title": str(key),
            "type": "Unspecified",
            "year": "",
            "publisher": "",
            "authors": "",
        }
    return {
        "title": record.title,
        "type": DATA_TYPES.get(record.csl_type, "Other"),
        "year": f"{record.year:04}" if record.year else "0001",
        "publisher": record.publisher,
        "authors": "; ".join(
            name.natural + (f" (ORCID:{name.orcid})" if name.orcid else "")
            for name in record.authors[:3]
        ),
        "access": "Open" if record.is_public else "Controlled",
    }


# JSON ---------------------------------------------------------------------------------------


def as_json(period: Period, by_country: bool = False) -> Iterator[str]:
    created = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    header = {
        "Release": RELEASE,
        "Report_ID": "IR",
        "Report_Name": "Item Report",
        "Created": created,
        "Created_By": NAME,
        "Institution_ID": {"Proprietary": [f"{PLATFORM}:world"]},
        "Institution_Name": "The World",
        "Report_Filters": {
            "Begin_Date": period.first.isoformat(),
            "End_Date": period.end.isoformat(),
            "Metric_Type": list(METRICS),
        },
        "Report_Attributes": {
            "Attributes_To_Show": [
                *("Authors", "Publication_Date", "YOP", "Access_Type"),
                *(["Country_Code"] if by_country else []),
            ]
        },
    }
    yield f'{{"Report_Header": {json.dumps(header)},\n"Report_Items": ['
    for number, item in enumerate(items(period, by_country)):
        yield (",\n" if number else "\n") + json.dumps(_item(item), ensure_ascii=False)
    yield "\n]}\n"


def _item(item: dict[str, Any]) -> dict[str, Any]:
    record, about = item["record"], _about(item["key"], item["record"])
    numbers: dict[str, Any] = {"Proprietary": [f"{PLATFORM}:{item['key']}"]}
    if record:
        numbers |= {"DOI": record.doi, "ISBN": record.isbn, "Online_ISSN": record.issn}
        numbers["URI"] = [record.permalink]
    attributes = {"Data_Type": about["type"], "YOP": about["year"] or "0001"}
    attributes |= {"Access_Type": about.get("access", "Open"), "Access_Method": "Regular"}
    found = {
        "Item": about["title"],
        "Item_ID": {name: value for name, value in numbers.items() if value},
        "Authors": [{"Name": name.natural} for name in record.authors[:3]] if record else [],
        "Publication_Date": _day(record),
        "Publisher": about["publisher"],
        "Platform": PLATFORM,
        "Attribute_Performance": [
            {
                **attributes,
                **({"Country_Code": country} if country else {}),
                "Performance": by_metric,
            }
            for country, by_metric in item["figures"].items()
        ],
    }
    return {"Items": [{name: value for name, value in found.items() if value}]}


def _day(record: Record | None) -> str:
    if record is None or not record.year:
        return ""
    return f"{record.year:04}-{record.month or 1:02}-01"


# CSV ----------------------------------------------------------------------------------------

COLUMNS = (
    *("Item", "Publisher", "Publisher_ID", "Platform", "Authors", "Publication_Date"),
    *("DOI", "Proprietary_ID", "ISBN", "Print_ISSN", "Online_ISSN", "URI"),
    *("Data_Type", "YOP", "Access_Type", "Access_Method"),
)


def as_csv(period: Period, by_country: bool = False) -> Iterator[str]:
    """The tabular form, in UTF-8 with a mark for spreadsheets."""
    yield "\ufeff"
    months = period.months
    begin, end = period.first.isoformat(), period.end.isoformat()
    shown = "|".join(["Authors", "Publication_Date", "YOP", "Access_Type"])
    for line in (
        ("Report_Name", "Item Report"),
        ("Report_ID", "IR"),
        ("Release", RELEASE),
        ("Institution_Name", "The World"),
        ("Institution_ID", f"{PLATFORM}:world"),
        ("Metric_Types", "; ".join(METRICS)),
        ("Report_Filters", ""),
        ("Report_Attributes", f"Attributes_To_Show={shown}"),
        ("Exceptions", ""),
        ("Reporting_Period", f"Begin_Date={begin}; End_Date={end}"),
        ("Created", timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("Created_By", NAME),
        ("Registry_Record", ""),
        (),
    ):
        yield _line(line)
    place = ["Country_Code"] if by_country else []
    months_named = [f"{_MONTHS[month.month - 1]}-{month.year}" for month in months]
    yield _line([*COLUMNS, *place, "Metric_Type", "Reporting_Period_Total", *months_named])
    for item in items(period, by_country):
        about, record = _about(item["key"], item["record"]), item["record"]
        start = [
            *(about["title"], about["publisher"], "", PLATFORM, about["authors"], _day(record)),
            *(record.doi if record else "", f"{PLATFORM}:{item['key']}"),
            *((record.isbn, "", record.issn, record.permalink) if record else ("",) * 4),
            *(about["type"], about["year"], about.get("access", "Open"), "Regular"),
        ]
        for country, by_metric in item["figures"].items():
            for metric, by_month in by_metric.items():
                values = [by_month.get(f"{month:%Y-%m}", 0) for month in months]
                where = [country] if by_country else []
                yield _line([*start, *where, metric, sum(values), *values])


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _line(values: Any) -> str:
    """A line of the table; a text that a spreadsheet would take for a formula stays a text."""
    line = io.StringIO()
    csv.writer(line).writerow(
        [f"'{v}" if isinstance(v, str) and v[:1] in "=+-@\t\r" and v else v for v in values]
    )
    return line.getvalue()

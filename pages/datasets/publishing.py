"""Which figures count. Each published version of a dataset keeps its own; those of the newest are
current, in one transaction with its publication."""

from __future__ import annotations

from itertools import islice

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Locale

from ..models.datasets import DatasetPage
from ..models.statistics import Indicator, Observation
from ..models.vocabularies import Country, Footnote, Place, Source, Term
from . import figures

#: What makes a current figure the only one of its kind.
IDENTITY = ("indicator_id", "country_id", "period", "sex", "age", "source_id")
_TERMS: dict[str, type[Term]] = {
    "indicator": Indicator,
    "country": Country,
    "counterpart": Place,
    "source": Source,
    "footnote": Footnote,
}


@transaction.atomic
def settle(dataset: DatasetPage) -> None:
    """After a version went live or offline: its figures are written, once, and those of the
    newest live version of its series count.

    Raises ``ValidationError`` when another dataset has one of them from the same source, or when
    a term that they name is gone.
    """
    # Two versions that are published at once take turns.
    versions = list(
        DatasetPage.objects.filter(series=dataset.series)
        .order_by("-version", "-pk")
        .select_for_update(of=("self",))
    )
    if dataset.live and dataset.digest and not dataset.observations.exists():
        source = source_of(dataset)
        if dataset.source_id != source.pk:
            dataset.source = source
            DatasetPage.objects.filter(pk=dataset.pk).update(source=source)
        Observation.objects.bulk_create(observations(dataset, source), batch_size=500)
    newest = next((version for version in versions if version.live), None)
    of_series = Observation.objects.filter(dataset__in=versions)
    former = of_series.current()
    if newest is None:
        former.update(current=False)
        return
    former.exclude(dataset=newest).update(current=False)
    waiting = of_series.of_dataset(newest).filter(current=False)
    if clash := clashes(waiting).first():
        raise ValidationError(refusal(clash))
    waiting.update(current=True)


def clashes(waiting: QuerySet[Observation]) -> QuerySet[Observation]:
    """Figures among ``waiting`` that are current elsewhere, from the same source."""
    there = Observation.objects.current().filter(**{name: OuterRef(name) for name in IDENTITY})
    return waiting.filter(
        Q(counterpart=None) & Exists(there.filter(counterpart=None))
        | Exists(there.filter(counterpart=OuterRef("counterpart")))
    ).select_related("indicator", "country")


def refusal(figure: Observation) -> str:
    return _(
        "%(indicator)s, %(country)s, %(period)s is published already in another dataset, from the"
        " same source. Make a new version of that dataset."
    ) % {
        "indicator": figure.indicator.label,
        "country": figure.country.label,
        "period": figure.period,
    }


def source_of(dataset: DatasetPage) -> Source:
    """The source that its figures cite: one of the vocabulary, or its own, made once for all
    versions."""
    if dataset.source:
        return dataset.source
    own = own_source(dataset)
    return Source.objects.get_or_create(
        code=own.code,
        locale=Locale.objects.get(language_code=settings.LANGUAGE_CODE),
        defaults={
            name: getattr(own, name)
            for name in ("name", "publisher", "url", "licence", "licence_url")
        },
    )[0]


def own_source(dataset: DatasetPage) -> Source:
    """A source made of what a dataset says of itself; it is not saved."""
    licence = dataset.licence_info
    return Source(
        code=f"dataset-{dataset.series.hex[:12]}",
        name=(dataset.source_name or dataset.title)[:255],
        publisher=dataset.creator,
        url=dataset.source_url,
        licence=str(licence.label) if licence else "",
        licence_url=licence.url if licence else "",
    )


def observations(
    dataset: DatasetPage, source: Source, most: int | None = None
) -> list[Observation]:
    """The figures that were submitted, as observations that are not saved: all, or the first."""
    terms = {
        name: {
            term.code: term
            for term in model._base_manager.filter(locale__language_code=settings.LANGUAGE_CODE)
        }
        for name, model in _TERMS.items()
    }
    at = dataset.first_published_at or timezone.now()
    released = timezone.localdate(at).isoformat()
    made = []
    for figure in islice(figures.read(dataset.digest), most):
        named: dict[str, Term | None] = {}
        for name in _TERMS:
            code = getattr(figure, name)
            if code and code not in terms[name]:
                raise ValidationError(
                    _("“%(code)s” is not in use any more. Upload the figures again.")
                    % {"code": code}
                )
            named[name] = terms[name][code] if code else None
        named["source"] = named["source"] or source
        made.append(
            Observation(
                **named,
                period=figure.period,
                sex=figure.sex,
                age=figure.age,
                value=figure.value,
                status=figure.status,
                source_date=figure.source_date or released,
                note=figure.note,
                dataset=dataset,
                current=False,
            )
        )
    return made

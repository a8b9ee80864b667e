"""Turns records into terms, pages and observations, each once.

What was loaded is remembered by the key of its record. People may have changed or deleted what it
became, and a later load leaves that alone. Terms, pages and their children are built by the
factories that the tests use.
"""

from __future__ import annotations

import html
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backend
from wagtail.search.index import get_indexed_models
from wagtail.signal_handlers import disable_reference_index_auto_update

from networks import factories as networks
from networks.forum.forums import make_missing
from networks.models import ConsultationProfile, NetworkPage
from pages import factories as pages
from pages.caching import content_changed
from pages.factories import PageFactory, TermFactory, translation_key
from pages.models import (
    Country,
    DatasetPage,
    EventOrganisation,
    EventPage,
    GlossaryTerm,
    HomePage,
    Indicator,
    LoadedRecord,
    Observation,
    Sex,
    Term,
)
from pages.models.vocabularies import forget_labels
from repository import factories as repository
from repository.models import Contributor, Licence, PublicationFile
from repository.shelves import unpublished
from search.models import SynonymSet

from . import records
from .guides import pdf_of
from .reading import Content, Problem, RefusedError, digest, read
from .records import LANGUAGES

TERM_FACTORIES: dict[str, type[TermFactory]] = {
    "languages": pages.LanguageFactory,
    "sources": pages.SourceFactory,
    "footnotes": pages.FootnoteFactory,
    "places": pages.PlaceFactory,
    "governance_areas": pages.GovernanceAreaFactory,
    "themes": pages.ThemeFactory,
    "networks": pages.NetworkFactory,
    "event_types": pages.EventTypeFactory,
    "document_types": repository.DocumentTypeFactory,
    "organisations": pages.OrganisationFactory,
    "countries": pages.CountryFactory,
    "indicators": pages.IndicatorFactory,
}

SECTION_FACTORIES: dict[str, type[PageFactory]] = {
    "countries": pages.CountryIndexPageFactory,
    "networks": networks.NetworkIndexPageFactory,
    "events": pages.EventCalendarPageFactory,
    "repository": repository.RepositoryPageFactory,
    "library": repository.LibraryPageFactory,
    "statistics": pages.StatisticsCentrePageFactory,
    "datasets": pages.DatasetIndexPageFactory,
    "assessments": pages.AssessmentIndexPageFactory,
}

#: The publications' records name licences as people do.
LICENCES = {str(licence.label): licence.value for licence in Licence}

#: Where the report of the needs assessments comes from, by code of the sources.
ASSESSMENT_SOURCE = "cmc-profile"

#: Called with the name of a step and its records; gives them back one by one.
Progress = Callable[[str, list[Any]], Iterable[Any]]


def quietly(step: str, of: list[Any]) -> Iterable[Any]:
    return of


def load(folder: Path, progress: Progress = quietly) -> Loading | None:
    """Loads what ``folder`` holds and was never loaded, or nothing at all.

    Gives ``None`` when these very files were loaded before. Raises ``RefusedError`` when a record
    is wrong.
    """
    state = f"data:{digest(folder)}"
    if LoadedRecord.objects.filter(key=state).exists():
        return None
    loading = Loading(read(folder), progress)
    with transaction.atomic():
        loading.run()
        LoadedRecord.objects.create(key=state)
    return loading


class LeftOutError(Exception):
    """The record needs a term that people have deleted."""


class Loading:
    """One load. ``counts`` says how many records were new, ``left_out`` which could not be made."""

    def __init__(self, content: Content, progress: Progress = quietly) -> None:
        self.content = content
        self.progress = progress
        self.counts: dict[str, int] = {}
        self.left_out: list[str] = []
        self.now = timezone.now()
        self.locales = {locale.language_code: locale for locale in Locale.objects.all()}
        self.pages: list[Page] = []
        self.terms: list[Term] = []
        self.documents: list[Any] = []
        self.observations: list[Observation] = []
        self._known = set(LoadedRecord.objects.values_list("key", flat=True))
        self._new_keys: list[str] = []
        self._rows: dict[str, dict[str, Term]] = {}
        self._sections: dict[tuple[str, str], Page] = {}

    def run(self) -> None:
        """Loads what is new. Belongs into a transaction."""
        content = self.content
        with _without_indexing():
            for name, factory in TERM_FACTORIES.items():
                self._add_terms(name, factory, content.vocabularies[name])
            forget_labels()
            self._glossary()
            self._each("home", "pages/home.json", [content.home], self._fill_home, lambda _: "home")
            self._each("section", "pages/sections.json", content.sections.sections, self._section)
            self._each("content", "pages/content.json", content.contents.pages, self._content)
            self._countries()
            self._networks()
            self._each("event", "pages/events.json", content.events.events, self._event)
            self._each("statistics", "pages/statistics.json", content.statistics.pages, self._theme)
            self._publications()
            guides = content.guides.guides
            self._each("guide", "guides/guides.json", guides, self._guide)
            self._assessments()
            self._each("synonyms", "search_synonyms.json", content.synonyms, self._synonyms)
            self._each("dataset", "datasets.json", content.datasets, self._dataset)
            self._add_observations()
        _write_history(self.pages, self.now)
        self._index()
        content_changed()
        LoadedRecord.objects.bulk_create(
            [LoadedRecord(key=key) for key in self._new_keys], batch_size=2000
        )

    def _each(
        self,
        kind: str,
        file: str,
        of: Iterable[Any],
        make: Callable[[Any], None],
        code: Callable[[Any], str] = lambda record: record.code,
    ) -> None:
        """Makes each record that was never loaded, and notes its key."""
        new = [record for record in of if f"{kind}:{code(record)}" not in self._known]
        for record in self.progress(kind, new) if new else ():
            key = f"{kind}:{code(record)}"
            made = len(self.pages)
            try:
                with transaction.atomic():
                    make(record)
            except LeftOutError as error:
                del self.pages[made:]
                self.left_out.append(f"{key}: {error}")
                continue
            except ValidationError as error:
                raise RefusedError(_problems(file, code(record), error)) from error
            self._new_keys.append(key)
            self.counts[kind] = self.counts.get(kind, 0) + 1

    # Terms ----------------------------------------------------------------------------

    def _add_terms(self, name: str, factory: type[TermFactory], of: list[Any]) -> None:
        model: type[Term] = factory._meta.model
        kind = str(model._meta.model_name)
        new = [record for record in of if f"{kind}:{record.code}" not in self._known]
        if new:
            there = set(model._base_manager.values_list("code", "locale__language_code"))
            rows = [
                factory.build(
                    code=record.code,
                    locale=self.locales[language],
                    **self._term_fields(name, record, language),
                )
                for record in self.progress(kind, new)
                for language in LANGUAGES
                if (record.code, language) not in there
            ]
            model._base_manager.bulk_create(rows)
            self.terms += rows
            self._new_keys += [f"{kind}:{record.code}" for record in new]
            self.counts[kind] = len(new)
        self._rows[name] = {
            row.code: row
            for row in model._base_manager.filter(locale=self.locales["en"]).order_by("pk")
        }
        if new and name == "countries":
            _join(Country.languages, rows, {r.code: r.official_languages for r in new}, self._rows)
        if new and name == "indicators":
            _join(Indicator.themes, rows, {r.code: r.themes for r in new}, self._rows)

    def _glossary(self) -> None:
        new = [
            record
            for record in self.content.glossary
            if f"glossary:{record.code}" not in self._known
        ]
        GlossaryTerm.objects.bulk_create(
            [
                GlossaryTerm(
                    code=record.code,
                    theme=record.theme,
                    note=record.note or "",
                    **{language: record.names[language] for language in LANGUAGES},
                )
                for record in new
            ],
            ignore_conflicts=True,
        )
        self._new_keys += [f"glossary:{record.code}" for record in new]
        if new:
            self.counts["glossary"] = len(new)

    def _term_fields(self, name: str, record: Any, language: str) -> dict[str, Any]:
        """The fields of a term in ``language``."""
        extra: dict[str, Any]
        match record:
            case records.FootnoteRecord():
                return {"name": record.text[language]}
            case records.SourceRecord():
                extra = {
                    "publisher": record.publisher,
                    "edition": record.edition or "",
                    "date": record.date or "",
                    "licence": record.licence,
                    "licence_url": record.licence_url or "",
                    "url": record.url or "",
                    "note": _in(record.note, language),
                }
            case records.OrganisationRecord():
                extra = {
                    "acronym": _in(record.acronym, language),
                    "kind": record.kind,
                    "role": _in(record.role, language),
                }
            case records.DocumentTypeRecord():
                extra = {"csl_type": record.csl_type}
            case records.IndicatorRecord():
                extra = {
                    "definition": record.definition[language],
                    "unit": record.unit,
                    "decimals": record.decimals,
                    "heading": record.heading or "",
                    "position": record.position,
                    "by_sex": record.by_sex,
                    "by_counterpart": record.by_counterpart,
                    "source": self._term("sources", record.source),
                }
            case records.CountryRecord():
                extra = self._country_fields(record, language)
            case _ if name == "governance_areas":
                texts = {area.code: area.description for area in self.content.assessments.areas}
                extra = {"description": _in(texts.get(record.code), language)}
            case _:
                extra = {}
        return {"name": record.names[language], **extra}

    def _country_fields(self, record: records.CountryRecord, language: str) -> dict[str, Any]:
        member = record.memberships
        return {
            "iso3": record.iso3,
            "m49": record.m49,
            "status": record.status,
            "sovereign": record.sovereign and self._term("places", record.sovereign),
            "capital": record.capital.name,
            "currency": record.currency,
            "area_km2": record.area_km2.value,
            "latitude": record.label_point.lat,
            "longitude": record.label_point.lon,
            "caricom": member.caricom or "",
            "oecs": member.oecs or "",
            "acs": member.acs or "",
            "cmc_participant": member.cmc is not None,
            "cmc_founding": member.cmc_founding,
            "membership_note": _in(member.note, language),
        }

    def _term(self, vocabulary: str, code: str) -> Any:
        """The source row of a term that a record needs."""
        try:
            return self._rows[vocabulary][code]
        except KeyError:
            raise LeftOutError(f"there is no “{code}” in {vocabulary} any more") from None

    def _present(self, vocabulary: str, codes: Iterable[str]) -> list[Any]:
        """The source rows of the terms that still exist."""
        rows = self._rows[vocabulary]
        return [rows[code] for code in codes if code in rows]

    # Pages ----------------------------------------------------------------------------

    def _add(
        self, factory: type[PageFactory], parent: Page, language: str, slug: str, **fields: Any
    ) -> None:
        """A live page with the dates of this load."""
        page = factory(
            parent=parent,
            locale=self.locales[language],
            slug=find_available_slug(parent, slug),
            first_published_at=self.now,
            last_published_at=self.now,
            **fields,
        )
        self.pages.append(page)

    def _sections_of(self, section: str) -> Iterator[tuple[str, Page]]:
        """The section in each language; not in one where people have deleted it."""
        for language in LANGUAGES:
            if (section, language) not in self._sections:
                found = Page.objects.filter(
                    translation_key=translation_key("section", section),
                    locale=self.locales[language],
                ).first()
                if found is None:
                    continue
                self._sections[section, language] = found
            yield language, self._sections[section, language]

    def _homes(self) -> Iterator[tuple[str, HomePage]]:
        homes = {
            home.locale_id: home
            for home in HomePage.objects.filter(translation_key=translation_key("page", "home"))
        }
        for language in LANGUAGES:
            if home := homes.get(self.locales[language].pk):
                yield language, home

    def _fill_home(self, record: records.Home) -> None:
        for language, home in self._homes():
            home.title = home.draft_title = record.title[language]
            home.summary = record.summary[language]
            home.introduction = record.intro[language]
            home.first_published_at = home.last_published_at = self.now
            home.save()
            self.pages.append(home)

    def _section(self, record: records.SectionRecord) -> None:
        above = self._sections_of("statistics") if record.code == "datasets" else self._homes()
        for language, parent in above:
            self._add(
                SECTION_FACTORIES[record.code],
                parent,
                language,
                **_page_fields("section", record, language),
                body=record.body[language],
                show_in_menus=record.code != "datasets",
            )

    def _content(self, record: records.ContentRecord) -> None:
        for language, home in self._homes():
            self._add(
                pages.ContentPageFactory,
                home,
                language,
                **_page_fields("content", record, language),
                body=[_block(block, language) for block in record.blocks],
                show_in_menus=False,
            )

    def _countries(self) -> None:
        texts = {text.code: text for text in self.content.country_texts.countries}
        facts: dict[str, list[records.FactRecord]] = defaultdict(list)
        for fact in self.content.facts:
            facts[fact.country].append(fact)

        def make(record: records.CountryRecord) -> None:
            country = self._term("countries", record.code)
            text = texts.get(record.code)
            for language, section in self._sections_of("countries"):
                self._add(
                    pages.CountryPageFactory,
                    section,
                    language,
                    record.slug[language],
                    translation_key=translation_key("country-page", record.code),
                    title=record.names[language],
                    country=country,
                    summary=text.summary[language] if text else "",
                    overview=text.overview[language] if text else "",
                    facts=list(self._facts(facts[record.code], language)),
                )

        countries = self.content.vocabularies["countries"]
        self._each("country-page", "vocabularies/countries.json", countries, make)

    def _facts(self, of: list[records.FactRecord], language: str) -> Iterator[Any]:
        numbers: dict[str, int] = defaultdict(int)
        for position, fact in enumerate(of):
            numbers[fact.key] += 1
            code = f"{fact.country}:{fact.key}:{numbers[fact.key]}"
            yield pages.CountryFactFactory.build(
                translation_key=translation_key("fact", code),
                locale=self.locales[language],
                sort_order=position,
                key=fact.key,
                text=_in(fact.text, language),
                date=fact.date,
                year=fact.year,
                source=self._term("sources", fact.source),
                source_date=fact.source_date or "",
                footnote=fact.footnote and self._term("footnotes", fact.footnote),
            )

    def _networks(self) -> None:
        make_missing()
        file = "pages/networks.json"
        self._each("consultations", file, [self.content.networks.cmc], self._consultations)
        self._each("network-page", file, self.content.networks.networks, self._network)
        self._each("network-library", file, self.content.networks.networks, self._network_library)

    def _consultations(self, record: records.ConsultationsRecord) -> None:
        participants = [
            country.code
            for country in self.content.vocabularies["countries"]
            if country.memberships.cmc
        ]
        for language, section in self._sections_of("networks"):
            self._add(
                networks.ConsultationsPageFactory,
                section,
                language,
                **_page_fields("consultations", record, language),
                **self._profile(record, language),
                countries=self._present("countries", participants),
            )

    def _network(self, record: records.NetworkPageRecord) -> None:
        for language, section in self._sections_of("networks"):
            self._add(
                networks.NetworkPageFactory,
                section,
                language,
                **_page_fields("network-page", record, language),
                **self._profile(record, language),
                network=self._term("networks", record.code),
            )

    def _network_library(self, record: records.NetworkPageRecord) -> None:
        """The library below the network's page, in each language in which there is one."""
        library = self.content.networks.library
        pages_by_locale = {
            page.locale_id: page
            for page in NetworkPage.objects.filter(
                translation_key=translation_key("network-page", record.code)
            )
        }
        for language in LANGUAGES:
            if parent := pages_by_locale.get(self.locales[language].pk):
                self._add(
                    repository.LibraryPageFactory,
                    parent,
                    language,
                    **_page_fields("network-page", library, language)
                    | {"translation_key": translation_key("network-library", record.code)},
                    body=library.body[language],
                )

    def _profile(self, record: records.ConsultationRecord, language: str) -> dict[str, Any]:
        texts = {name: _in(getattr(record, name), language) for name in ConsultationProfile.PROFILE}
        return {**texts, "partners": self._present("organisations", record.partners)}

    def _event(self, record: records.EventRecord) -> None:
        end = record.end_date or record.start_date
        over = end <= self.content.events.as_of
        for language, section in self._sections_of("events"):
            note = _in(record.note, language)
            self._add(
                pages.EventPageFactory,
                section,
                language,
                **_page_fields("event", record, language),
                event_type=self._term("event_types", record.type),
                state=EventPage.State.HELD if over else EventPage.State.PLANNED,
                start_date=record.start_date,
                end_date=end,
                date_precision=record.date_precision,
                city=_in(record.city, language),
                country=record.country and self._term("places", record.country),
                body=f"<p>{html.escape(note, quote=False)}</p>" if note else "",
                themes=self._present("themes", record.themes),
                networks=self._present("networks", record.networks),
                source_name=record.source[language],
                source_url=record.source_url or "",
                organisations=list(self._parties(record, language)),
            )

    def _parties(self, record: records.EventRecord, language: str) -> Iterator[EventOrganisation]:
        role = EventOrganisation.Role
        parties = [
            *((role.ORGANISER, party) for party in record.organisers),
            *((role.FUNDER, party) for party in record.funders),
            *((role.PARTNER, party) for party in record.partners),
        ]
        for position, (party_role, party) in enumerate(parties):
            yield pages.EventOrganisationFactory.build(
                translation_key=translation_key("event-organisation", f"{record.code}:{position}"),
                locale=self.locales[language],
                sort_order=position,
                role=party_role,
                organisation=self._term("organisations", party) if isinstance(party, str) else None,
                other_name="" if isinstance(party, str) else party[language],
            )

    def _theme(self, record: records.StatisticsRecord) -> None:
        for language, section in self._sections_of("statistics"):
            self._add(
                pages.StatisticsThemePageFactory,
                section,
                language,
                **_page_fields("statistics", record, language),
                theme=self._term("themes", record.code),
                body=record.body[language],
            )

    def _publications(self) -> None:
        self._each(
            "publication",
            "publications.json",
            self.content.publications.publications,
            self._publication,
            lambda record: record.id,
        )

    def _publication(self, record: records.PublicationRecord) -> None:
        container = record.container or records.Container()
        for language, section in self._sections_of("repository"):
            if language != record.language:
                continue
            self._add(
                repository.PublicationPageFactory,
                section,
                language,
                record.slug,
                translation_key=translation_key("publication", record.id),
                title=record.title,
                contributors=list(_contributors(record)),
                document_type=self._term("document_types", record.type),
                year=record.year,
                month=record.month,
                publisher=record.publisher,
                languages=self._present("languages", record.languages),
                container_title=container.journal or container.host_title or "",
                volume=container.volume or "",
                issue=container.issue or "",
                page_range=container.pages or "",
                series=record.series or "",
                series_number=record.series_number or "",
                extent=record.extent or "",
                doi=record.doi or "",
                isbn=record.isbn or "",
                issn=record.issn or "",
                external_url=record.url or "",
                licence=LICENCES.get(record.licence or "", ""),
                countries=self._present("countries", record.countries),
                themes=self._present("themes", record.themes),
                networks=self._present("networks", record.networks),
                tags=record.tags,
                evidence=record.evidence,
                note=record.note or "",
            )

    def _guide(self, record: records.GuideRecord) -> None:
        """A publication in all languages, with a file in each."""
        guides = self.content.guides
        files = {language: self._guide_file(record, language) for language in LANGUAGES}
        for language, section in self._sections_of("repository"):
            self._add(
                repository.PublicationPageFactory,
                section,
                language,
                **_page_fields("guide", record, language),
                contributors=[
                    repository.ContributorFactory.build(
                        role=Contributor.Role.CORPORATE, family_name=guides.author, given_name=""
                    )
                ],
                document_type=self._term("document_types", guides.type),
                year=guides.as_of.year,
                month=guides.as_of.month,
                publisher=guides.publisher,
                languages=self._present("languages", LANGUAGES),
                licence=LICENCES[guides.licence],
                themes=self._present("themes", record.themes),
                files=[
                    PublicationFile(
                        sort_order=position,
                        document=document,
                        language=self._term("languages", of),
                    )
                    for position, (of, document) in enumerate(files.items())
                ],
            )
        for document in files.values():
            document.refresh_from_db(fields=["collection"])  # it went where its page is
            self.documents.append(document)

    def _guide_file(self, record: records.GuideRecord, language: str) -> Any:
        guides = self.content.guides
        try:
            content = pdf_of(
                self.content.guide_texts[record.code, language],
                title=record.title[language],
                summary=record.summary[language],
                language=language,
                author=guides.author,
                day=guides.as_of,
            )
        except NotImplementedError as error:  # Markdown that the files can't show
            file = f"guides/{record.code}.{language}.md"
            raise RefusedError([Problem(file, "", "", str(error))]) from error
        document = repository.DocumentFactory.build(
            title=record.title[language],
            file=ContentFile(content, f"{record.slug[language]}.pdf"),
            collection=unpublished(),
        )
        document._set_document_file_metadata()
        document.save()
        return document

    def _assessments(self) -> None:
        assessments = self.content.assessments
        self._each(
            "assessment",
            "pages/assessments.json",
            [assessments.regional, *assessments.countries],
            self._assessment,
        )

    def _assessment(self, record: records.AssessmentRecord) -> None:
        country = None
        if isinstance(record, records.CountryAssessment):
            country = self._term("countries", record.code)
        report = Page.objects.filter(
            translation_key=translation_key("publication", record.related_publication or "")
        ).first()
        note = self.content.assessments.status_note
        for language, section in self._sections_of("assessments"):
            self._add(
                pages.AssessmentPageFactory,
                section,
                language,
                **_page_fields("assessment", record, language),
                country=country,
                year=record.year,
                overview=f"<p>{html.escape(note[language], quote=False)}</p>",
                focal_institution=getattr(record, "focal_institution", None) or "",
                report=report,
                source=self._term("sources", ASSESSMENT_SOURCE),
                areas=[
                    pages.AssessedAreaFactory.build(
                        translation_key=translation_key(
                            "assessed-area", f"{record.code}:{area.area}"
                        ),
                        locale=self.locales[language],
                        sort_order=position,
                        area=self._term("governance_areas", area.area),
                        status=area.status or "not-assessed",
                        findings=_in(area.strengths, language),
                        gaps=_in(area.gaps, language),
                        recommendations=_in(area.recommendations, language),
                    )
                    for position, area in enumerate(record.areas)
                ],
            )

    @staticmethod
    def _synonyms(record: records.SynonymsRecord) -> None:
        made = SynonymSet(
            terms="\n".join(record.terms), language=record.language or "", kind=record.kind
        )
        made.full_clean()
        made.save()

    # Datasets and observations --------------------------------------------------------

    def _dataset(self, record: records.DatasetRecord) -> None:
        """The dataset of a source; figures that were loaded before there were datasets join it."""
        figures = [one for one in self.content.observations if one.source == record.source]
        source = self._term("sources", record.source)
        for language, section in self._sections_of("datasets"):
            if language == "en":
                self._add(
                    pages.DatasetPageFactory,
                    section,
                    language,
                    record.slug,
                    translation_key=translation_key("dataset", record.code),
                    series=translation_key("dataset", record.code),
                    title=record.title,
                    summary=record.summary,
                    creator=record.creator,
                    source=source,
                    licence=record.licence,
                    indicators=self._present(
                        "indicators", dict.fromkeys(one.indicator for one in figures)
                    ),
                )
        keys = {_figure_key(one) for one in figures} & self._known
        loaded = Observation.objects.filter(source=source, dataset=None).select_related(
            "indicator", "country", "counterpart"
        )
        joining = [one.pk for one in loaded if _key_of(one, record.source) in keys]
        dataset = DatasetPage.objects.filter(series=translation_key("dataset", record.code)).first()
        for start in range(0, len(joining), 500):
            some = Observation.objects.filter(pk__in=joining[start : start + 500])
            some.update(dataset=dataset)

    def _datasets_by_source(self) -> dict[int, tuple[DatasetPage, bool]]:
        """The shipped dataset of each source, and whether its figures count: not when people
        have published a new version."""
        keys = [translation_key("dataset", one.code) for one in self.content.datasets]
        versions = DatasetPage.objects.filter(series__in=keys).order_by("-version")
        newest: dict[Any, DatasetPage] = {}
        for version in versions.live():
            newest.setdefault(version.series, version)
        return {
            first.source_id: (first, newest.get(first.series) == first)
            for first in versions.filter(version=1)
            if first.source_id
        }

    def _add_observations(self) -> None:
        """Figures that people have entered themselves are theirs, and stay."""
        datasets = self._datasets_by_source()
        new = [
            record for record in self.content.observations if _figure_key(record) not in self._known
        ]
        there = set(
            Observation.objects.values_list(
                "indicator_id", "country_id", "counterpart_id", "period", "sex", "source_id"
            )
        )
        for record in self.progress("observation", new) if new else ():
            try:
                figure = pages.ObservationFactory.build(**self._figure_fields(record))
            except LeftOutError as error:
                self.left_out.append(f"{_figure_key(record)}: {error}")
                continue
            self._new_keys.append(_figure_key(record))
            identity = (
                *(figure.indicator_id, figure.country_id, figure.counterpart_id),
                *(figure.period, str(figure.sex), figure.source_id),
            )
            if identity not in there:
                figure.dataset, figure.current = datasets.get(figure.source_id, (None, True))
                self.observations.append(figure)
        Observation.objects.bulk_create(self.observations, batch_size=2000)
        for dataset, _current in datasets.values():
            number = dataset.observations.count()
            DatasetPage.objects.filter(pk=dataset.pk).update(number=number)
        if self.observations:
            self.counts["observation"] = len(self.observations)

    def _figure_fields(self, record: records.ObservationRecord) -> dict[str, Any]:
        return {
            "indicator": self._term("indicators", record.indicator),
            "country": self._term("countries", record.country),
            "counterpart": record.counterpart and self._term("places", record.counterpart),
            "period": record.period,
            "sex": Sex.TOTAL if record.sex == "T" else Sex(record.sex),
            "value": record.value,
            "status": record.status,
            "source": self._term("sources", record.source),
            "source_date": record.source_date or "",
            "footnote": record.footnote and self._term("footnotes", record.footnote),
        }

    # Indexes --------------------------------------------------------------------------

    def _index(self) -> None:
        """Wagtail's search and its index of references, brought up to date in bulk."""
        rows: dict[type, list[Any]] = defaultdict(list)
        for row in (*self.terms, *self.documents, *self.pages):
            rows[type(row)].append(row)
        backend = get_search_backend()
        for model, of_model in self.progress("index", list(rows.items())) if rows else ():
            backend.add_bulk(model, of_model)
            if ReferenceIndex.is_indexed(model):
                for row in of_model:
                    ReferenceIndex.create_or_update_for_object(row)
        _index_references_of_observations(self.observations)


# Records as fields ---------------------------------------------------------------------


def _in(text: Any, language: str) -> str:
    """A text in ``language``; empty where there is none."""
    return text[language] if text is not None else ""


def _page_fields(kind: str, record: records.PageRecord, language: str) -> dict[str, Any]:
    return {
        "slug": record.slug[language],
        "translation_key": translation_key(kind, record.code),
        "title": record.title[language],
        "summary": record.summary[language],
    }


def _block(block: Any, language: str) -> tuple[str, Any]:
    if isinstance(block, records.ListBlock):
        items = "".join(f"<li>{item}</li>" for item in block.value[language])
        return "paragraph", f"<ul>{items}</ul>"
    return block.type, block.value[language]


def _contributors(record: records.PublicationRecord) -> Iterator[Contributor]:
    for position, contributor in enumerate(record.contributors):
        yield repository.ContributorFactory.build(
            sort_order=position,
            role=contributor.role.replace("_", "-"),
            family_name=contributor.family or contributor.name,
            given_name=contributor.given or "",
        )


def _figure_key(record: records.ObservationRecord) -> str:
    return ":".join(("observation", *record.key))


def _key_of(figure: Observation, source: str) -> str:
    """What ``_figure_key`` gives for the record of which ``figure`` was made."""
    sex = "T" if figure.sex == Sex.TOTAL else figure.sex
    counterpart = figure.counterpart.code if figure.counterpart else ""
    parts = (figure.indicator.code, figure.country.code, counterpart, figure.period, sex, source)
    return ":".join(("observation", *map(str, parts)))


def _join(
    relation: Any,
    rows: list[Any],
    codes: dict[str, list[str]],
    terms: dict[str, dict[str, Term]],
) -> None:
    """Fills a many-to-many relation of new terms, in bulk."""
    field = relation.field
    others = terms["languages" if field.name == "languages" else "themes"]
    relation.through.objects.bulk_create(
        [
            relation.through(
                **{
                    f"{field.m2m_field_name()}_id": row.pk,
                    f"{field.m2m_reverse_field_name()}_id": others[code].pk,
                }
            )
            for row in rows
            for code in codes[row.code]
            if code in others
        ]
    )


def _problems(file: str, record: str, error: ValidationError) -> list[Problem]:
    if not hasattr(error, "error_dict"):
        return [Problem(file, f"record “{record}”", "", message) for message in error.messages]
    return [
        Problem(file, f"record “{record}”", field, message)
        for field, messages in error.message_dict.items()
        for message in messages
    ]


# What Wagtail keeps about pages --------------------------------------------------------


def _write_history(of: list[Page], now: Any) -> None:
    """The first revision of each page, published, as if saved in the editor: in bulk, because
    ``save_revision().publish()`` writes each page three times more."""
    base = ContentType.objects.get_for_model(Page)
    revisions = Revision.objects.bulk_create(
        [
            Revision(
                content_type=ContentType.objects.get_for_model(page, for_concrete_model=False),
                base_content_type=base,
                object_id=str(page.pk),
                created_at=now,
                object_str=str(page),
                content=page.serializable_data(),
            )
            for page in of
        ],
        batch_size=200,
    )
    for page, revision in zip(of, revisions, strict=True):
        page.latest_revision = page.live_revision = revision
        page.latest_revision_created_at = now
    Page.objects.bulk_update(
        [
            Page(
                pk=page.pk,
                latest_revision=page.latest_revision,
                live_revision=page.live_revision,
                latest_revision_created_at=now,
            )
            for page in of
        ],
        ["latest_revision", "live_revision", "latest_revision_created_at"],
        batch_size=100,
    )
    PageLogEntry.objects.bulk_create(
        [
            PageLogEntry(
                content_type=revision.content_type,
                page=page,
                label=page.title,
                action="wagtail.publish",
                timestamp=now,
                revision=revision,
                content_changed=True,
            )
            for page, revision in zip(of, revisions, strict=True)
        ],
        batch_size=500,
    )


@contextmanager
def _without_indexing() -> Iterator[None]:
    """Spares the update of both indexes, and a line in the log, at each save; ``Loading`` makes
    up for it at the end."""
    log = logging.getLogger("wagtail")
    level = log.level
    backend = settings.WAGTAILSEARCH_BACKENDS["default"]
    automatic = backend.get("AUTO_UPDATE", True)
    indexed = [
        model
        for model in get_indexed_models()
        if post_save.disconnect(post_save_signal_handler, sender=model)
    ]
    log.setLevel(logging.WARNING)
    backend["AUTO_UPDATE"] = False
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        log.setLevel(level)
        backend["AUTO_UPDATE"] = automatic
        for model in indexed:
            post_save.connect(post_save_signal_handler, sender=model)


def _index_references_of_observations(of: list[Observation]) -> None:
    """What ``ReferenceIndex.create_or_update_for_object`` does, which takes several queries for
    each object, in bulk for figures that are all new."""
    own = ContentType.objects.get_for_model(Observation)
    names = ("indicator", "country", "counterpart", "source", "footnote")
    targets = {
        name: ContentType.objects.get_for_model(getattr(Observation, name).field.related_model)
        for name in names
    }
    hashes = {name: ReferenceIndex._get_content_path_hash(name) for name in names}
    ReferenceIndex.objects.bulk_create(
        (
            ReferenceIndex(
                content_type=own,
                base_content_type=own,
                object_id=str(figure.pk),
                to_content_type=targets[name],
                to_object_id=str(getattr(figure, f"{name}_id")),
                model_path=name,
                content_path=name,
                content_path_hash=hashes[name],
            )
            for figure in of
            for name in names
            if getattr(figure, f"{name}_id") is not None
        ),
        batch_size=2000,
    )

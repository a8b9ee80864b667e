"""Controlled vocabularies: snippets keyed by code, with a name in each language.

Each term is one row for each locale; the rows of a term share ``code`` and translation key.
References always point at the row of the source language, so that filters, addresses and the
API speak codes alone. ``Term.labels`` gives the names in the reader's language.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from anyascii import anyascii
from asgiref.local import Local
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signals import request_started
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from cpmg.countries import is_country_code

from ..identifiers import normalise_ror, validate_ror
from ..translatable import synchronised, translated

_labels = Local()


def forget_labels(**kwargs: Any) -> None:
    _labels.known = {}


request_started.connect(forget_labels)


def collation_key(text: str) -> str:
    """Sorts as readers of the four languages expect: accents and case do not separate."""
    return anyascii(text).casefold()


class Term(TranslatableMixin, index.Indexed, models.Model):
    """A term of a controlled vocabulary in one language."""

    code = models.CharField(
        _("code"),
        max_length=80,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9_-]*$",
                _("A code holds letters without accents, digits, hyphens and underscores."),
            )
        ],
        help_text=_("The same in every language. It appears in addresses and downloads."),
    )
    name = models.CharField(_("name"), max_length=255)

    #: The icon of the vocabulary in the admin.
    icon = "tag"

    panels = [FieldPanel("name"), FieldPanel("code")]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("code"),
        index.FilterField("locale_id"),
    ]
    override_translatable_fields = translated("name") + synchronised("code")

    class Meta(TranslatableMixin.Meta):
        abstract = True
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "locale"],
                name="%(app_label)s_%(class)s_code_in_locale",
                violation_error_message=_("This language already has a term with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the active language."""
        return type(self).labels().get(self.code, self.name)

    @classmethod
    def labels(cls, language: str | None = None) -> dict[str, str]:
        """Names by code in ``language`` (default: the active one), sorted for its readers.

        A term without a translation keeps its source name. One query for each vocabulary
        and language in a request.
        """
        language = (language or get_language() or settings.LANGUAGE_CODE).split("-")[0]
        if not hasattr(_labels, "known"):
            forget_labels()
        known = _labels.known
        if (cls, language) not in known:
            names: dict[str, str] = {}
            rows = cls._base_manager.filter(
                locale__language_code__in={language, settings.LANGUAGE_CODE}
            ).values_list("code", "name", "locale__language_code")
            for code, name, code_language in rows:
                if code_language == language or code not in names:
                    names[code] = name
            known[cls, language] = dict(
                sorted(names.items(), key=lambda item: collation_key(item[1]))
            )
        return known[cls, language]


class _TermIterator(forms.models.ModelChoiceIterator):
    """Offers terms in the order of their names in the reader's language."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from sorted(
            (self.choice(term) for term in self.queryset.all()),
            key=lambda choice: collation_key(choice[1]),
        )


class TermChoiceField(forms.ModelChoiceField):
    iterator = _TermIterator

    def label_from_instance(self, term: Any) -> str:
        return term.label


class TermMultipleChoiceField(forms.ModelMultipleChoiceField):
    iterator = _TermIterator

    def label_from_instance(self, term: Any) -> str:
        return term.label


class TermKey(models.ForeignKey):
    """A reference to a term's row in the source language, chosen by its name in the reader's."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("related_name", "+")
        kwargs["limit_choices_to"] = {"locale__language_code": settings.LANGUAGE_CODE}
        super().__init__(to, on_delete, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(
            **{**kwargs, "form_class": TermChoiceField, "widget": forms.Select}
        )


class _TermsToTick:
    """References to terms' rows in the source language, ticked in a list."""

    def __init__(self, to: Any, **kwargs: Any) -> None:
        kwargs["limit_choices_to"] = {"locale__language_code": settings.LANGUAGE_CODE}
        super().__init__(to, **kwargs)  # type: ignore[call-arg]

    def formfield(self, **kwargs: Any) -> forms.Field:
        return super().formfield(  # type: ignore[misc]
            **{
                **kwargs,
                "form_class": TermMultipleChoiceField,
                "widget": forms.CheckboxSelectMultiple,
            }
        )


class TermsField(_TermsToTick, ParentalManyToManyField):
    """Terms of a page: part of its revisions, so that a draft keeps them to itself."""


class TermsKey(_TermsToTick, models.ManyToManyField):
    """Terms of another term, which has no revisions."""


class Language(Term):
    """A language of publications and people, by ISO 639 code. Names: Unicode CLDR."""

    icon = "pilcrow"

    class Meta(Term.Meta):
        verbose_name = _("language")
        verbose_name_plural = _("languages")


class Source(Term):
    """Where a fact comes from, as one would cite it. A source keeps its own name."""

    icon = "openquote"

    publisher = models.CharField(_("publisher"), max_length=255, blank=True)
    edition = models.CharField(
        _("edition"),
        max_length=255,
        blank=True,
        help_text=_("Edition, version or revision."),
    )
    date = models.CharField(_("date"), max_length=40, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    licence_url = models.URLField(_("address of the licence"), blank=True)
    url = models.URLField(_("address"), blank=True)
    note = models.TextField(
        _("note"), blank=True, help_text=_("What readers of its figures should know.")
    )

    panels = [
        *Term.panels,
        FieldPanel("note"),
        MultiFieldPanel(
            [
                FieldPanel("publisher"),
                FieldPanel("edition"),
                FieldPanel("date"),
                FieldPanel("url"),
                FieldPanel("licence"),
                FieldPanel("licence_url"),
            ],
            heading=_("How to cite it"),
        ),
    ]
    override_translatable_fields = (
        Term.override_translatable_fields
        + translated("note")
        + synchronised("publisher", "edition", "date", "licence", "licence_url", "url")
    )

    class Meta(Term.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")


class Footnote(Term):
    """A remark that figures carry, such as a break in a series. ``name`` is its text."""

    icon = "comment"

    class Meta(Term.Meta):
        verbose_name = _("footnote")
        verbose_name_plural = _("footnotes")


class Place(Term):
    """A country or area of the world: origin, destination, or where a meeting took place."""

    icon = "site"

    class Meta(Term.Meta):
        verbose_name = _("country or area of the world")
        verbose_name_plural = _("countries and areas of the world")


class Theme(Term):
    """A subject of publications, events and indicators."""

    class Meta(Term.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")


class Network(Term):
    """A thematic network of the Caribbean Migration Consultations."""

    icon = "group"

    class Meta(Term.Meta):
        verbose_name = _("thematic network")
        verbose_name_plural = _("thematic networks")


class EventType(Term):
    """A kind of event: meeting, workshop, webinar."""

    icon = "calendar-alt"

    class Meta(Term.Meta):
        verbose_name = _("event type")
        verbose_name_plural = _("event types")


class GovernanceArea(Term):
    """One of the areas that a needs assessment covers."""

    icon = "clipboard-list"

    description = models.TextField(_("description"), blank=True)

    panels = [*Term.panels, FieldPanel("description")]
    override_translatable_fields = Term.override_translatable_fields + translated("description")

    class Meta(Term.Meta):
        verbose_name = _("area of needs assessments")
        verbose_name_plural = _("areas of needs assessments")


class Organisation(Term):
    """A partner organisation."""

    icon = "user"

    class Kind(models.TextChoices):
        REGIONAL = "regional-organisation", _("Regional organisation")
        UN_COMMISSION = (
            "un-regional-commission",
            _("United Nations regional commission"),
        )
        UNIVERSITY = "university", _("University")
        UN_RELATED = "un-related-organisation", _("United Nations related organisation")
        UN_AGENCY = "un-agency", _("United Nations agency")
        CARICOM = "caricom-institution", _("CARICOM institution")
        INITIATIVE = "initiative", _("Initiative")
        DONOR = "donor", _("Donor")
        PLATFORM = "platform", _("Platform")
        GOVERNMENT = "government", _("Government")
        OTHER = "other", _("Other organisation")

    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind, default=Kind.OTHER)
    role = models.TextField(_("role"), blank=True, help_text=_("What it does for the networks."))
    url = models.URLField(_("website"), blank=True)
    ror = models.CharField(
        _("ROR identifier"),
        max_length=40,
        blank=True,
        validators=[validate_ror],
        help_text=_("For example: https://ror.org/03yrm5c26."),
    )

    panels = [
        *Term.panels,
        FieldPanel("acronym"),
        FieldPanel("kind"),
        FieldPanel("role"),
        FieldPanel("url"),
        FieldPanel("ror"),
    ]
    search_fields = [
        *Term.search_fields,
        index.SearchField("acronym"),
        index.AutocompleteField("acronym"),
    ]
    override_translatable_fields = (
        Term.override_translatable_fields
        + translated("acronym", "role")
        + synchronised("kind", "url", "ror")
    )

    class Meta(Term.Meta):
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")

    def clean(self) -> None:
        super().clean()
        with suppress(ValidationError):  # the field's own validator reports it
            self.ror = normalise_ror(self.ror)


class Country(Term):
    """A Caribbean country or territory. ``code`` is ISO 3166-1 alpha-2."""

    icon = "globe"

    class Status(models.TextChoices):
        INDEPENDENT = "independent", _("Independent State")
        TERRITORY = "territory", _("Territory")

    class Membership(models.TextChoices):
        FULL = "full", _("Full member")
        ASSOCIATE = "associate", _("Associate member")
        PENDING = "associate-pending", _("Associate member, accession pending")

    iso3 = models.CharField(_("ISO alpha-3 code"), max_length=3)
    m49 = models.CharField(_("United Nations M49 code"), max_length=3)
    status = models.CharField(_("status"), max_length=20, choices=Status)
    sovereign = TermKey(Place, verbose_name=_("sovereign State"), null=True, blank=True)
    capital = models.CharField(_("capital"), max_length=120, blank=True)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        help_text=_("ISO 4217 code, such as XCD."),
    )
    area_km2 = models.DecimalField(
        _("area in square kilometres"),
        max_digits=10,
        decimal_places=1,
        null=True,
        blank=True,
    )
    latitude = models.FloatField(_("latitude"), help_text=_("Degrees north, WGS 84."))
    longitude = models.FloatField(_("longitude"), help_text=_("Degrees east, WGS 84."))
    languages = TermsKey(
        Language, verbose_name=_("official languages"), blank=True, related_name="+"
    )
    caricom = models.CharField("CARICOM", max_length=20, choices=Membership, blank=True)
    oecs = models.CharField(_("OECS"), max_length=20, choices=Membership, blank=True)
    acs = models.CharField(_("ACS"), max_length=20, choices=Membership, blank=True)
    cmc_participant = models.BooleanField(
        _("takes part in the Caribbean Migration Consultations"), default=False
    )
    cmc_founding = models.BooleanField(
        _("founding participant of the Caribbean Migration Consultations"),
        default=False,
    )
    membership_note = models.CharField(_("note on memberships"), max_length=300, blank=True)

    panels = [
        *Term.panels,
        MultiFieldPanel(
            [
                FieldPanel("iso3"),
                FieldPanel("m49"),
                FieldPanel("status"),
                FieldPanel("sovereign"),
            ],
            heading=_("Identity"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("capital"),
                FieldPanel("languages"),
                FieldPanel("currency"),
                FieldPanel("area_km2"),
                FieldPanel("latitude"),
                FieldPanel("longitude"),
            ],
            heading=_("Geography"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("caricom"),
                FieldPanel("oecs"),
                FieldPanel("acs"),
                FieldPanel("cmc_participant"),
                FieldPanel("cmc_founding"),
                FieldPanel("membership_note"),
            ],
            heading=_("Memberships"),
        ),
    ]
    override_translatable_fields = (
        Term.override_translatable_fields
        + translated("membership_note")
        + synchronised(
            *("iso3", "m49", "status", "sovereign", "capital", "currency", "area_km2"),
            *("latitude", "longitude", "caricom", "oecs", "acs"),
            *("cmc_participant", "cmc_founding", "languages"),
        )
    )

    class Meta(Term.Meta):
        verbose_name = _("country or territory")
        verbose_name_plural = _("countries and territories")

    def clean(self) -> None:
        super().clean()
        if not is_country_code(self.code):
            raise ValidationError(
                {
                    "code": _("“%(code)s” is not a country code of ISO 3166-1, such as JM.")
                    % {"code": self.code}
                }
            )


VOCABULARIES: list[type[Term]] = [
    Country,
    Theme,
    Network,
    EventType,
    Organisation,
    GovernanceArea,
    Language,
    Place,
    Source,
    Footnote,
]


def _forget_when_changed(sender: Any, **kwargs: Any) -> None:
    if isinstance(sender, type) and issubclass(sender, Term):
        forget_labels()


def _delete_translations(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A term is gone when its source row is: a name alone refers to nothing."""
    if isinstance(instance, Term) and instance.locale.language_code == settings.LANGUAGE_CODE:
        sender._base_manager.filter(translation_key=instance.translation_key).delete()


def _copy_facts(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The facts of a term are those of its source row, by whatever road they changed."""
    if not isinstance(instance, Term) or kwargs.get("raw"):
        return
    if instance.locale.language_code != settings.LANGUAGE_CODE:
        return
    facts = {}
    for declared in instance.override_translatable_fields:
        field: Any = instance._meta.get_field(declared.field_name)
        if isinstance(declared, SynchronizedField) and not field.many_to_many:
            facts[field.attname] = getattr(instance, field.attname)
    others = sender._base_manager.filter(translation_key=instance.translation_key)
    others.exclude(pk=instance.pk).update(**facts)


def _shared_relations(model: type[Term]) -> list[Any]:
    """The relations to other terms that are facts."""
    fields = [
        model._meta.get_field(declared.field_name)
        for declared in model.override_translatable_fields
        if isinstance(declared, SynchronizedField)
    ]
    return [field for field in fields if field.many_to_many]


def _follow_source(term: Term, field: Any) -> None:
    """Gives all rows of ``term`` the relations of its source row."""
    rows = type(term)._base_manager.filter(translation_key=term.translation_key)
    source = rows.filter(locale__language_code=settings.LANGUAGE_CODE).first()
    if source is None:
        return
    wanted = set(getattr(source, field.name).values_list("pk", flat=True))
    for row in rows.exclude(pk=source.pk):
        if set(getattr(row, field.name).values_list("pk", flat=True)) != wanted:
            getattr(row, field.name).set(wanted)


def _copy_relations(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: Any, **kwargs: Any
) -> None:
    if not action.startswith("post") or not isinstance(instance, Term):
        return
    model: Any = kwargs["model"] if reverse else type(instance)
    changed = model._base_manager.filter(pk__in=pk_set or ()) if reverse else [instance]
    for field in _shared_relations(model) if issubclass(model, Term) else ():
        if field.remote_field.through is sender:
            for term in changed:
                _follow_source(term, field)


def _begin_with_relations(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """A name in another language that is new takes the relations of the source row."""
    if not created or not isinstance(instance, Term) or kwargs.get("raw"):
        return
    for field in _shared_relations(type(instance)):
        _follow_source(instance, field)


post_save.connect(_forget_when_changed)
post_save.connect(_copy_facts)
post_save.connect(_begin_with_relations)
m2m_changed.connect(_copy_relations)
post_delete.connect(_forget_when_changed)
post_delete.connect(_delete_translations)

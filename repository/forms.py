"""What a submission may say: one form for each step, and ``check``, the one validation.

A submission is kept as it was typed (``Submission.data``), valid or not; ``tidy`` only brings it
into its shape and takes out what no text holds. ``check`` says what is wrong with it and gives what
a publication is built from. The limits are those of ``PublicationPage`` itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cpmg.users.models import without_hidden_characters
from networks.models import NetworkPage
from pages.models import Country, Language, Network, Term, Theme

from .identifiers import normalise_doi, normalise_isbn
from .kinds import Checked
from .models import Contributor, DocumentType, LibraryPage, Licence, PublicationPage
from .models.shelves import MEMBERS, PUBLIC, shelf_of_network

if TYPE_CHECKING:
    from cpmg.users.models import User

Data = dict[str, Any]

#: The names of ``Submission.data`` that hold several values.
LISTS = ("languages", "countries", "themes", "networks", "tags")
#: What a contributor's row holds.
ROW = ("role", "family_name", "given_name")
MOST_ROWS, MOST_TAGS = 300, 30


# As typed -----------------------------------------------------------------------------


def tidy(data: Mapping[str, Any]) -> Data:
    """The parts of ``data`` that a submission knows, each in its shape.

    Characters that are no text, or that hide or reorder others, are left out: databases refuse
    some, and people who decide must see what they decide about.
    """
    known: Data = {}
    for name, value in data.items():
        if name == "contributors":
            rows = value if isinstance(value, (list, tuple)) else []
            known[name] = [_row(row) for row in rows if isinstance(row, Mapping)][:MOST_ROWS]
        elif name in LISTS:
            values = value if isinstance(value, (list, tuple)) else _text(value).split(",")
            known[name] = list(dict.fromkeys(filter(None, map(_line, values))))
        elif name == "abstract":
            known[name] = _lines(value)
        elif name in NAMES:
            known[name] = _line(value)
    return known


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    return {part: _line(row.get(part)) for part in ROW}


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return "on" if value is True else ""
    return str(value).encode("utf-8", "ignore").decode()


def _line(value: Any) -> str:
    return without_hidden_characters(re.sub(r"\s+", " ", _text(value))).strip()


def _lines(value: Any) -> str:
    text = re.sub(r"\r\n?|[\u2028\u2029]", "\n", _text(value)).replace("\t", " ")
    lines = (without_hidden_characters(line).rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# Choices ------------------------------------------------------------------------------


def shelves_for(user: User | AnonymousUser | None) -> list[tuple[str, str]]:
    """The shelves that ``user`` may submit to: those that the user may read. Without a user, all
    that there are."""
    libraries = LibraryPage.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    libraries = libraries.live() if user is None else libraries.readable_by(user)
    parents = {library.path[: -LibraryPage.steplen] for library in libraries.only("path")}
    networks = NetworkPage.objects.filter(path__in=parents).select_related("network")
    codes = {page.path: page.network.code for page in networks}
    shelves = [(PUBLIC, gettext("Repository: everybody can read it"))]
    if parents - set(codes):
        shelves.append((MEMBERS, gettext("Members’ library: members can read it")))
    for code, name in Network.labels().items():
        if code in codes.values():
            label = gettext("Library of the network %(network)s: its members can read it")
            shelves.append((shelf_of_network(code), label % {"network": name}))
    return shelves


def _terms(vocabulary: type[Term]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: list(vocabulary.labels().items())


class _Codes:
    """Says which codes there are when one is none of them."""

    choices: Any

    def invalid_choice(self, value: str) -> ValidationError:
        codes = ", ".join(str(code) for code, _label in self.choices if code)
        return ValidationError(
            _("“%(value)s” is not in the list: %(codes)s."),
            code="invalid_choice",
            params={"value": value[:80], "codes": codes},
        )


class CodeField(_Codes, forms.ChoiceField):
    def validate(self, value: str) -> None:
        forms.Field.validate(self, value)
        if value and not self.valid_value(value):
            raise self.invalid_choice(value)


class CodesField(_Codes, forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        forms.Field.validate(self, value)
        unknown = [self.invalid_choice(code) for code in value if not self.valid_value(code)]
        if unknown:
            raise ValidationError(unknown)


# Fields that hold several things ------------------------------------------------------


class TagsInput(forms.TextInput):
    """Words separated by commas on one line."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        value = data.get(name) or []
        return value.split(",") if isinstance(value, str) else value

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else ", ".join(value or [])


class TagsField(forms.Field):
    widget = TagsInput

    def clean(self, value: list[str]) -> list[str]:
        tags = list(dict.fromkeys(filter(None, map(_line, value))))
        longest = PublicationPage.tags.through.tag_model()._meta.get_field("name").max_length
        if len(tags) > MOST_TAGS:
            raise ValidationError(
                _("A publication has at most %(most)d tags."), params={"most": MOST_TAGS}
            )
        for tag in tags:
            MaxLengthValidator(longest)(tag)
        return tags


class ContributorsInput(forms.Widget):
    """Rows of role, family name and given names; the template of the step writes them."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        if not hasattr(data, "getlist"):
            return data.get(name) or []
        numbers = {
            int(found[1])
            for key in data
            if (found := re.fullmatch(rf"{re.escape(name)}-([0-9]{{1,4}})-[a-z_]+", key))
        }
        return [
            {part: data.get(f"{name}-{number}-{part}", "") for part in ROW}
            for number in sorted(numbers)
        ]


class ContributorsField(forms.Field):
    """The authors and editors in the order of the title page; rows without a name don't count."""

    widget = ContributorsInput
    roles = CodeField(choices=Contributor.Role.choices)

    def clean(self, value: list[dict[str, str]]) -> list[dict[str, str]]:
        rows, wrong = [], []
        for number, row in enumerate(value or [], 1):
            row = _row(row)
            if not row["family_name"] and not row["given_name"]:
                continue
            contributor = Contributor(**{**row, "role": row["role"] or Contributor.Role.AUTHOR})
            try:
                contributor.clean_fields(exclude=["page", "role"])
                self.roles.clean(contributor.role)
            except ValidationError as error:
                found = getattr(error, "error_dict", {"role": [error]})
                for part, problems in found.items():
                    wrong += [self.problem(number, part, text) for e in problems for text in e]
            rows.append({part: getattr(contributor, part) for part in ROW})
        if wrong:
            raise ValidationError(wrong)
        return rows

    @staticmethod
    def problem(number: int, part: str, problem: str) -> ValidationError:
        label = Contributor._meta.get_field(part).verbose_name
        return ValidationError(
            _("Row %(number)d, %(part)s: %(problem)s"),
            params={"number": number, "part": label, "problem": problem},
        )


# The steps ----------------------------------------------------------------------------


def _like_the_page(name: str, **kwargs: Any) -> forms.Field:
    """A field of the publication as a field of a form: its label, help, limits and validators."""
    model_field = PublicationPage._meta.get_field(name)
    if name == "external_url":
        kwargs["assume_scheme"] = "https"
    form_field = model_field.formfield(**{"required": False, **kwargs})
    form_field.validators = list(model_field.validators)
    return form_field


def _digits() -> forms.TextInput:
    """Keeps what is no number in sight, so that it can be put right."""
    return forms.TextInput(attrs={"inputmode": "numeric", "size": 6})


class StepForm(forms.Form):
    """A step of the form. Everything may be missing until the submission is ``complete``."""

    use_required_attribute = False
    #: What must be there before the publication can be submitted, and how to ask for it.
    needed: ClassVar[dict[str, Any]] = {}
    #: Fields of which one or the other must be there.
    one_of: ClassVar[set[str]] = set()

    def __init__(
        self,
        data: Any = None,
        *,
        user: Any = None,
        complete: bool = False,
        shelves: list[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        self.shelves = shelves
        for form_field in self.fields.values():
            # What is too long is said so; a browser would cut off what was pasted.
            form_field.widget.attrs.pop("maxlength", None)
        for name, message in self.needed.items():
            self.fields[name].required = complete
            self.fields[name].error_messages["required"] = message
        self.complete = complete

    @property
    def optional(self) -> set[str]:
        """The names of the fields that may stay empty for good."""
        return set(self.fields) - set(self.needed) - self.one_of

    def typed(self) -> Data:
        """What was typed into this form, valid or not."""
        return tidy(
            {
                name: form_field.widget.value_from_datadict(self.data, {}, name)
                for name, form_field in self.fields.items()
            }
        )


class FilesForm(StepForm):
    """Where the publication can be read: its files are rows of their own."""

    external_url = _like_the_page(
        "external_url",
        error_messages={"invalid": _("Enter an address such as https://example.org/report.")},
    )

    one_of = {"external_url"}


class PublicationForm(StepForm):
    title = _like_the_page("title", label=_("Title"), help_text=_("As on the title page."))
    record_language = CodeField(
        label=_("Language of the title and the abstract"),
        choices=[("", "–"), *settings.LANGUAGES],
        required=False,
    )
    document_type = CodeField(
        label=_("Document type"),
        choices=lambda: [("", "–"), *DocumentType.labels().items()],
        required=False,
    )
    contributors = ContributorsField(label=_("Authors and editors"), required=False)
    publisher = _like_the_page("publisher")
    year = _like_the_page(
        "year",
        help_text="",
        widget=_digits(),
        error_messages={"invalid": _("Enter a year of four digits, such as 2019.")},
    )
    month = _like_the_page("month", widget=forms.Select(choices=[("", "–"), *MONTHS.items()]))
    no_year = forms.BooleanField(label=_("The publication does not say its year"), required=False)
    languages = CodesField(
        label=_("Languages"),
        help_text=_("The languages in which the publication can be read."),
        choices=_terms(Language),
        required=False,
    )
    abstract = forms.CharField(
        label=_("Abstract"),
        help_text=_("In plain text. An empty line begins a new paragraph."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        required=False,
    )
    doi = _like_the_page("doi")
    isbn = _like_the_page("isbn")
    issn = _like_the_page("issn", help_text=_("For example: 1234-567X."))
    container_title = _like_the_page("container_title")
    volume = _like_the_page("volume")
    issue = _like_the_page("issue")
    page_range = _like_the_page("page_range")
    series = _like_the_page("series")
    series_number = _like_the_page("series_number")
    extent = _like_the_page("extent")
    note = _like_the_page("note", help_text=_("Readers see it with the record."))

    needed = {
        "title": _("Enter the title."),
        "record_language": _("Choose the language of the title and the abstract."),
        "document_type": _("Choose the document type."),
        "languages": _("Choose at least one language in which the publication can be read."),
    }

    one_of = {"contributors", "publisher", "year", "no_year"}

    def clean_doi(self) -> str:
        return normalise_doi(self.cleaned_data["doi"])

    def clean_isbn(self) -> str:
        return normalise_isbn(self.cleaned_data["isbn"])

    def clean(self) -> Data:
        cleaned = super().clean() or {}
        year, no_year = cleaned.get("year"), cleaned.get("no_year")
        if "year" in cleaned:
            if year and no_year:
                self.add_error("year", _("Enter the year, or say that there is none; not both."))
            elif not year and cleaned.get("month"):
                self.add_error("year", _("A month needs its year."))
            elif self.complete and not year and not no_year:
                self.add_error("year", _("Enter the year, or say that there is none."))
        if self.complete and not (
            {"contributors", "publisher"} & set(self.errors)
            or cleaned.get("contributors")
            or cleaned.get("publisher")
        ):
            self.add_error("contributors", _("Enter an author, an editor or the publisher."))
        return cleaned


class SubjectsForm(StepForm):
    countries = CodesField(label=_("Countries"), choices=_terms(Country), required=False)
    themes = CodesField(label=_("Themes"), choices=_terms(Theme), required=False)
    networks = CodesField(label=_("Thematic networks"), choices=_terms(Network), required=False)
    tags = TagsField(
        label=_("Tags"), help_text=_("Free words, separated by commas."), required=False
    )


class ReadersForm(StepForm):
    shelf = CodeField(label=_("Who may read it"), widget=forms.RadioSelect, required=False)
    licence = CodeField(
        label=_("Licence"),
        choices=[("", "–"), *Licence.choices],
        help_text=_("What others may do with the publication. It is often printed in it."),
        required=False,
    )

    needed = {
        "shelf": _("Choose who may read the publication."),
        "licence": _("Choose the licence."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelves = shelves_for(self.user) if self.shelves is None else self.shelves
        self.fields["shelf"].choices = shelves  # type: ignore[attr-defined]


class StartForm(forms.Form):
    """Begins a submission. The key makes a form that is sent twice begin one."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    replaces = forms.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.fields["reason"].widget.attrs.pop("maxlength", None)
        if needs_reason:
            self.fields["reason"].help_text = _("Readers see it in the place of the publication.")

    def clean_reason(self) -> str:
        return _lines(self.cleaned_data["reason"])


#: The forms in the order of their steps.
FORMS: dict[str, type[StepForm]] = {
    "files": FilesForm,
    "publication": PublicationForm,
    "subjects": SubjectsForm,
    "readers": ReadersForm,
}
#: The values of fields that hold nothing, where that is no empty text.
NOTHING: Data = {
    "year": None,
    "month": None,
    "no_year": False,
    **{name: [] for name in (*LISTS, "contributors")},
}
NAMES = frozenset(name for form in FORMS.values() for name in form.base_fields)


def shown(form: StepForm, name: str, value: Any) -> str:
    """A value as people read it."""
    form_field = form.fields[name]
    if name == "contributors":
        people = [Contributor(**row) for row in value or []]
        return "; ".join(filter(None, (person.display_name for person in people)))
    labels = {str(code): str(label) for code, label in getattr(form_field, "choices", ())}
    if isinstance(value, list):
        return ", ".join(labels.get(code) or code for code in value)
    if isinstance(form_field, forms.BooleanField):
        return str(_("Yes") if value else _("No"))
    return labels.get(value, value) if value else ""


def step_of(name: str) -> str:
    """The step at which the field ``name`` is filled in."""
    return next((step for step, form in FORMS.items() if name in form.base_fields), "files")


# The one validation -------------------------------------------------------------------


def check(
    data: Mapping[str, Any],
    *,
    user: User | AnonymousUser | None = None,
    complete: bool = True,
    shelves: list[tuple[str, str]] | None = None,
) -> Checked:
    """Validates ``data`` for ``user``, who may submit to some shelves only; without a user, any
    shelf is right. What is missing counts when it must be ``complete``. Whoever checks many gives
    the ``shelves_for`` the user.

    ``cleaned`` holds every field: numbers or none, codes, normalised identifiers, texts. Fields
    with errors are as if nothing was typed.
    """
    typed = tidy(data)
    checked = Checked()
    for form_class in FORMS.values():
        form = form_class(typed, user=user, complete=complete, shelves=shelves)
        form.full_clean()
        for name in form.fields:
            if name in form.errors:
                checked.errors[name] = [str(text) for text in form.errors[name]]
            checked.cleaned[name] = form.cleaned_data.get(name, NOTHING.get(name, ""))
    return checked

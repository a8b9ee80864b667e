"""What a submission may say: every rule, and every way of typing something else."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from repository.filling_in import merge
from repository.forms import FORMS, NAMES, check, shelves_for, tidy
from repository.models import PublicationPage

from .conftest import record

pytestmark = pytest.mark.django_db

TEXTS = sorted(
    name
    for form in FORMS.values()
    for name, field in form.base_fields.items()
    if type(field).__name__ == "CharField"
)
NASTY = '<script>alert(1)</script>" onmouseover="x {{ 7*7 }} {% now %}'


@pytest.fixture(autouse=True)
def _shelves(shelves: Any) -> None:
    """The shelves that may be chosen."""


def test_a_complete_record_is_right_and_comes_in_its_types() -> None:
    checked = check(record(month="3", doi="https://doi.org/10.1234/ABC", tags="a, b ,a,,"))
    assert checked.errors == {}
    assert checked.cleaned["year"] == 2024
    assert checked.cleaned["month"] == 3
    assert checked.cleaned["doi"] == "10.1234/abc"
    assert checked.cleaned["tags"] == ["a", "b"]
    assert set(checked.cleaned) == NAMES


def test_what_is_missing_counts_only_when_it_must_be_complete() -> None:
    assert check({}, complete=False).errors == {}
    assert set(check({}).errors) == {
        *("title", "record_language", "document_type", "languages", "year", "contributors"),
        *("shelf", "licence"),
    }


@pytest.mark.parametrize(
    ("others", "wrong"),
    [
        ({"year": ""}, {"year"}),
        ({"year": "", "no_year": "on"}, set()),
        ({"year": "2020", "no_year": "on"}, {"year"}),
        ({"year": "", "no_year": "on", "month": "4"}, {"year"}),
        ({"year": "1499"}, {"year"}),
        ({"year": "MMXX"}, {"year"}),
        ({"month": "13"}, {"month"}),
        ({"contributors": []}, set()),
        ({"contributors": [], "publisher": ""}, {"contributors"}),
        ({"contributors": [{"role": "author", "family_name": "", "given_name": ""}]}, set()),
        ({"contributors": [{"role": "author", "given_name": "Ana"}]}, {"contributors"}),
        ({"contributors": [{"role": "cook", "family_name": "Ana"}]}, {"contributors"}),
        ({"contributors": [{"role": "author", "family_name": "x" * 256}]}, {"contributors"}),
        ({"title": "x" * 255}, set()),
        ({"title": "x" * 256}, {"title"}),
        ({"document_type": "poem"}, {"document_type"}),
        ({"languages": ["en", "xx"]}, {"languages"}),
        ({"countries": ["QQ"]}, {"countries"}),
        ({"record_language": "pt"}, {"record_language"}),
        ({"doi": "11.1/x"}, {"doi"}),
        ({"isbn": "978-3-16-148410-1"}, {"isbn"}),
        ({"issn": "12345678"}, {"issn"}),
        ({"external_url": "javascript:alert(1)"}, {"external_url"}),
        ({"licence": "mine"}, {"licence"}),
        ({"shelf": "network:nowhere"}, {"shelf"}),
        ({"tags": ["x" * 101]}, {"tags"}),
        ({"tags": [f"tag {n}" for n in range(31)]}, {"tags"}),
        ({"abstract": "x" * 20_001}, {"abstract"}),
    ],
)
def test_rules(others: dict[str, Any], wrong: set[str]) -> None:
    assert set(check(record(**others)).errors) == wrong


def test_limits_are_those_of_the_publication() -> None:
    names = [name for name in TEXTS if name != "abstract"]
    limits = {name: PublicationPage._meta.get_field(name).max_length for name in names}
    too_long = {name: "1" * (longest + 1) for name, longest in limits.items()}
    assert set(names) <= set(check(record(**too_long)).errors)


def test_errors_say_what_is_valid_in_the_language_of_the_reader() -> None:
    with translation.override("en"):
        assert "report" in check(record(document_type="poem")).errors["document_type"][0]
    wrong = {"issn": "1", "month": "13", "title": ""}
    english = check(record(**wrong)).errors
    for language in ("es", "fr", "nl"):
        with translation.override(language):
            other = check(record(**wrong)).errors
        assert set(other) == set(english)
        assert all(other[name] != english[name] for name in wrong), language


# Shelves ----------------------------------------------------------------------------------


def codes(user: Any) -> set[str]:
    return {code for code, _label in shelves_for(user)}


def test_a_person_submits_to_the_shelves_that_the_person_reads(people: dict[str, Any]) -> None:
    everything = {"public", "members", "network:diaspora"}
    assert codes(people["member"]) == codes(people["editor"]) == everything
    assert codes(people["other"]) == {"public", "members"}
    assert codes(AnonymousUser()) == {"public"}
    assert codes(None) == everything


def test_another_networks_shelf_is_refused(people: dict[str, Any]) -> None:
    typed = record(shelf="network:diaspora")
    assert check(typed, user=people["member"]).errors == {}
    assert set(check(typed, user=people["other"]).errors) == {"shelf"}


# Bad input ----------------------------------------------------------------------------------


def test_html_is_text() -> None:
    typed = dict.fromkeys(TEXTS, NASTY)
    assert tidy(typed) == typed
    cleaned = check(typed, complete=False).cleaned
    assert all(cleaned[name] in (NASTY, "") for name in TEXTS)


def test_what_hides_or_reorders_is_left_out() -> None:
    typed = "a\0b\u202ec\u2066d\u200be\ufeff\x1bf\ud800g"
    assert tidy(dict.fromkeys(TEXTS, typed)) == dict.fromkeys(TEXTS, "abcdefg")


def test_lines_stay_in_the_abstract_and_nowhere_else() -> None:
    tidied = tidy({"abstract": "a\r\n\r\n\r\n\r\nb\tc", "title": " a\r\nb\u2028c "})
    assert tidied == {"abstract": "a\n\nb c", "title": "a b c"}


@pytest.mark.parametrize(
    "junk",
    [
        dict.fromkeys(NAMES, value)
        for value in (None, 7, True, [], {}, [[]], [{}], {"a": 1}, [None, 3], "\0", "x" * 5000)
    ],
)
def test_junk_of_any_shape_is_answered_with_errors(junk: dict[str, Any]) -> None:
    checked = check(junk | {"unknown": "x"})
    assert checked.errors
    assert "unknown" not in checked.cleaned


def test_rows_are_limited() -> None:
    rows = [{"family_name": f"Name {number}"} for number in range(5000)]
    assert len(tidy({"contributors": rows})["contributors"]) == 300


# Filling in ---------------------------------------------------------------------------------


def test_filling_in_never_writes_over_what_was_typed() -> None:
    typed = {"title": "Mine", "publisher": "", "contributors": [{"family_name": ""}], "tags": []}
    found = {
        "title": "Found",
        "publisher": "IOM",
        "contributors": [{"family_name": "Brown"}],
        "tags": ["a"],
        "doi": "",
    }
    new, kept = merge(typed, found)
    assert set(new) == {"publisher", "contributors", "tags"}
    assert kept == ["title"]

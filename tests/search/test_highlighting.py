"""Words of the query are marked where they stand, by the quick way and by the thorough one."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from search.highlighting import Marker
from search.words import parse

#: Folds into two letters, so that the text is looked through word by word.
STRANGE = "ß"
QUERIES = ("migración", "haiti", '"free movement"', '"free free"', "a", "main-d'œuvre", "2020")
PIECES = ("migración", "Migracion", "MIGRACIÓN", "haïti", "Haitian", "free", "movement", "a")
BETWEEN = (" ", "-", "’", "_", ", ", " – ", "")


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Marker(parse(query).terms).found(text)]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("migracion", "La migración, las migraciones", ["migración", "migraciones"]),
        ("haiti", "Haïti et les Haïtiens", ["Haïti"]),
        ('"free movement"', "free movement; free, movement", ["free", "movement"] * 2),
        ('"free movement"', "Movement is free", []),
        ("movement", "free_movement", ["movement"]),
        ("oeuvre", "Main-d’œuvre", ["œuvre"]),
        ("strasse", "Die Straße", ["Straße"]),
        ("", "Nothing is asked", []),
    ],
)
def test_what_is_marked(query, text, found):
    assert marked(query, text) == found


@hypothesis(max_examples=300, deadline=None, derandomize=True)
@given(
    some.sampled_from(QUERIES),
    some.lists(some.tuples(some.sampled_from(PIECES), some.sampled_from(BETWEEN)), max_size=12),
)
def test_both_ways_mark_the_same(query, pieces):
    text = "".join(piece + between for piece, between in pieces)
    assert marked(query, text) == marked(query, f"{text} {STRANGE}")

"""What becomes of the Markdown that people write."""

from __future__ import annotations

import re

import pytest

from networks.forum.formatting import clean_text, clean_title, formatted, plain, quoted


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("# Title", "<p><strong>Title</strong></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("<b onclick=x>b</b>", "<p>&lt;b onclick=x&gt;b&lt;/b&gt;</p>"),
        (
            "[a](https://iom.int)",
            '<p><a href="https://iom.int" rel="nofollow ugc noopener">a</a></p>',
        ),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](java&#10;script:alert(1))", "<p>[a](java\nscript:alert(1))</p>"),
        ("[a](mailto:a@b.org)", "<p>[a](mailto:a@b.org)</p>"),
        ("<mailto:a@b.org>", "<p>&lt;mailto:a@b.org&gt;</p>"),
        ("a@b.org", "<p>a@b.org</p>"),
        ("[a](//evil.org) [b](/admin/)", "<p>[a](//evil.org) [b](/admin/)</p>"),
        ("[a](https://iom.int@evil.org)", "<p>[a](https://iom.int@evil.org)</p>"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
    ],
)
def test_markdown_becomes_safe_html(text, html):
    assert formatted(clean_text(text)).html.strip() == html


def test_pictures_from_elsewhere_are_links():
    assert "<img" not in formatted("![x](https://iom.int/a.png)").html


def test_what_cannot_be_seen_is_taken_out():
    assert clean_text("a\u202eb\u200bc\u2066d\0e\r\nf") == "abcde\nf"
    assert clean_title("  a\u202e\n b\u200d\ufeff ") == "a b"
    assert "\u202e" not in formatted("&#x202e;evil").html
    assert clean_text("e\u0301") == "\u00e9"
    assert clean_text("👩\u200d🌾") == "👩\u200d🌾"


@pytest.mark.parametrize(
    "piece",
    [
        ">",
        "[",
        "![[](",
        "*a **a ",
        "`",
        "<",
        "- a\n  ",
        "_",
        "[a](<",
        "|",
        "&#",
        "@a ",
        "a\n",
        "\\",
    ],
)
def test_bombs_stay_small_and_shallow(piece):
    found = formatted((piece * 20_000)[:20_000])
    assert len(found.html) < 200_000
    deep = [found.html.count(f"<{tag}>") for tag in ("blockquote", "ul", "em", "strong")]
    nested = max(len(run) for run in re.findall(r"(?:<(?:blockquote|ul|li)>\s*)*", found.html))
    assert nested < 1_000, deep


def test_mentions_stand_outside_quotes_code_and_addresses():
    text = "@ada, x@ada.org `@ben` [@cleo](https://a.org)\n\n> @fay\n\n(@flo.example)!"
    found = formatted(text, {"ada", "ben", "cleo", "fay", "flo.example"})
    assert found.mentions == ["ada", "flo.example"]
    assert found.html.count('class="mention"') == 2


def test_a_quotation_names_whom_it_quotes():
    assert quoted("one\n\ntwo", "A *B*") == "> **A \\*B\\***\n>\n> one\n>\n> two\n\n"


def test_plain_words_have_no_marks():
    assert plain("# A\n\n- **b** [c](https://d.org)\n\n> e &amp; f") == "A b c e & f"
    assert plain("word " * 100, 20) == "word word word word…"

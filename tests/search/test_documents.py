"""What a document says of a publication."""

import pytest
from wagtail.rich_text import get_text_for_indexing

from search.documents import plain


@pytest.mark.parametrize(
    "html",
    [
        "",
        "no markup, 3 &lt; 4 &amp; more",
        "<p>One</p><p>two</p>",
        "<h2>Aims</h2><p>of a <b>strategy</b><br/>in <i>two</i> lines</p><hr/><p>and more</p>",
        "<ul><li>one</li><li>two &gt; one</li></ul><blockquote>said</blockquote>",
        '<p>With <a href="https://example.org/?a=1&amp;b=2">a link</a>, <br /> spaced</p>',
        '<p>with <a linktype="page" id="3">a page</a> and <span title="a > b">a sign</span></p>',
        "<P>in capitals</P><p\n>broken\n</p>",
        "a < b and <p>no end",
        "<p>&lt;b&gt; stays text, <!-- a comment --> goes</p>",
    ],
)
def test_markup_is_taken_off_as_wagtail_does(html: str) -> None:
    assert plain("", html) == get_text_for_indexing(html).strip()
    assert plain("Summary.", html) == f"Summary. {get_text_for_indexing(html)}".strip()

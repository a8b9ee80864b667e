"""Rich text without its marks, for calendars, feeds and tables."""

from html import unescape

from django.utils.html import strip_tags


def plain(rich: str) -> str:
    """Rich text as plain text, a line for each paragraph and entry."""
    for mark in ("</p>", "</li>", "<br/>", "<br>", "</h3>"):
        rich = rich.replace(mark, mark + "\n")
    lines = (line.strip() for line in unescape(strip_tags(rich)).splitlines())
    return "\n".join(line for line in lines if line)

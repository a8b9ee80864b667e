"""Our operations on pages beside Wagtail's own of its API v3, for the same pages in one run."""

from __future__ import annotations

from django.test import override_settings

from pages.models import ContentPage, EventPage


def run() -> None:
    from tests.benchmarks.__main__ import measure

    event = EventPage.objects.live().filter(locale__language_code="en").first()
    text = ContentPage.objects.live().filter(locale__language_code="en").first()
    pages = [(name, page.pk) for name, page in (("An event", event), ("A text", text)) if page]
    rows = [
        (name, f"/api/v3/content/{pk}/?locale=en", f"/api/v3/pages/{pk}/") for name, pk in pages
    ]
    rows += [
        (
            f"List of {number}",
            f"/api/v3/content/?limit={number}&type=pages.EventPage&locale=en",
            f"/api/v3/pages/?limit={number}&type=pages.EventPage&locale=en",
        )
        for number in (20, 100)
    ]
    print("\nPages by API: ours, with body, breadcrumbs, languages and what is related; Wagtail's")
    head = ("", "ours ms", "queries", "Wagtail ms", "queries", "ratio")
    print("{:<28}{:>10}{:>9}{:>12}{:>9}{:>9}".format(*head))
    with override_settings(API_RATES={"anonymous": (10**9, 60), "person": (10**9, 60)}):
        for name, ours, theirs in rows:
            ms, queries = measure(ours, cached=False)
            wagtail_ms, wagtail_queries = measure(theirs, cached=False)
            print(
                f"{name:<28}{ms:>10.1f}{queries:>9}{wagtail_ms:>12.1f}{wagtail_queries:>9}"
                f"{ms / wagtail_ms:>8.2f}x"
            )

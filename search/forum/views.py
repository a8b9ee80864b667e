"""The page of the search in the forum."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from networks.forum import listing
from networks.forum.views.entering import for_members, person, standing
from pages.models.base import active_language

from ..cursors import BadCursorError
from ..words import MAX_CHARACTERS
from .finding import PostRequest, search


@for_members
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What can't be meant (an unknown language or order, a place that is none) is overlooked."""

    def given(name: str, most: int = 100) -> str:
        return request.GET.get(name, "").replace("\0", "")[:most].strip()

    written_in = given("language")
    asked = PostRequest(
        query=given("q", MAX_CHARACTERS),
        user=request.user,
        stands=standing(request),
        language=active_language(),
        forum=given("forum"),
        author=given("author"),
        written_in=written_in if written_in in dict(settings.LANGUAGES) else "",
        order="relevance" if given("order") == "relevance" else "newest",
    )
    try:
        finds = search(replace(asked, cursor=given("after", 2_000)))
    except BadCursorError:
        finds = search(asked)
    following = request.GET.copy()
    following["after"] = finds.after
    context = {
        "asked": asked,
        "finds": finds,
        "forums": listing.forums(person(request), asked.stands),
        "languages": settings.LANGUAGES,
        "following": following.urlencode(),
    }
    return render(request, "networks/forum/search.html", context)

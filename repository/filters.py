"""The filters of the list of publications, of its API and of the search."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from pages.filters import Choice, Filter, Year, choices, vocabulary
from pages.models import Country, Language, Network, Theme

from .models import DocumentType, PublicationPage, PublicationTag, Submission


def tags() -> dict[str, str]:
    """The tags of publications that everybody may read, names by slug."""
    public = PublicationPage.objects.readable_by(AnonymousUser())
    used = PublicationTag.objects.filter(content_object__in=public.values("pk"))
    named = PublicationTag.tag_model().objects.filter(pk__in=used.values("tag"))
    return dict(named.order_by("name").values_list("slug", "name"))


class PublicationFilter(Filter):
    """By country, theme, network, type, language, tag and year."""

    parameters = [
        Choice("country", _("Country"), vocabulary(Country), "countries__code"),
        Choice("theme", _("Theme"), vocabulary(Theme), "themes__code"),
        Choice("network", _("Network"), vocabulary(Network), "networks__code"),
        Choice("type", _("Type"), vocabulary(DocumentType), "document_type__code"),
        Choice("language", _("Language"), vocabulary(Language), "languages__code"),
        Choice("tag", _("Tag"), tags, "tags__slug"),
        Year("year_from", _("From year"), "year__gte"),
        Year("year_to", _("To year"), "year__lte"),
    ]
    orders = {
        "newest": (_("Newest first"), "newest_first"),
        "oldest": (_("Oldest first"), "oldest_first"),
        "title": (_("Title"), "by_title"),
    }


class SubmissionFilter(Filter):
    """A member's own submissions, by state."""

    parameters = [Choice("state", _("State"), choices(Submission.State), "state", multiple=False)]

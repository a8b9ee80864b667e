"""The pages of what was found, many at once: every answer of the search asks for them."""

from __future__ import annotations

from cpmg.compiled import Instances
from repository.models import PublicationPage

#: What they come with; ``search.engines.listed`` adds what a list shows.
RELATED = ("document_type", "locale")

#: The live pages of publications, in all their languages, by the keys of the publications.
pages_of: Instances[PublicationPage] = Instances(
    lambda keys: PublicationPage.objects.filter(translation_key__among=keys, live=True).order_by(),
    *RELATED,
)
#: The pages with these numbers.
pages_numbered: Instances[PublicationPage] = Instances(
    lambda pks: PublicationPage.objects.filter(pk__among=pks).order_by(), *RELATED
)

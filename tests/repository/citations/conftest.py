"""A publication that says everything, with all that could break a format."""

from django.core.files.base import ContentFile

from pages import factories as make
from repository.citations.record import record_of
from repository.factories import (
    ContributorFactory,
    DocumentFactory,
    DocumentTypeFactory,
    PublicationFileFactory,
    PublicationPageFactory,
)
from repository.models import FileDetails
from tests.shared import shared

TITLE = "Costs & benefits: 100% of {migration}_#1 ~ $5 \\ “niños”"
#: What would be markup on a page.
MARKUP = "<b>Costs</b> </script>&amp;"


def make_publication(**fields):
    document = DocumentFactory(file=ContentFile(b"%PDF-1.4 text", "report.pdf"))
    FileDetails.objects.filter(pk=document.pk).update(
        state="clean", size=13, sha256="ab" * 32, due_at=None
    )
    values = {
        "title": TITLE,
        "year": 2023,
        "month": 5,
        "publisher": "Planning Institute, Kingston & Co",
        "series": "Migration & Development",
        "series_number": "12",
        "extent": "64 p.",
        "doi": "10.1000/a_b.c",
        "isbn": "9789290684053",
        "external_url": "https://example.org/a_b?c=d&e=100%25",
        "licence": "CC-BY-3.0-IGO",
        "abstract": "<p>First & <b>foremost</b> 5 &lt; 6.</p><p>Second.</p>",
        "document_type": DocumentTypeFactory(code="report", name="Report", csl_type="report"),
        "languages": [
            make.LanguageFactory(code="en", name="English"),
            make.LanguageFactory(code="nl", name="Dutch"),
        ],
        "countries": [make.CountryFactory(code="JM", name="Jamaica")],
        "themes": [make.ThemeFactory(code="diaspora", name="Diaspora")],
        "tags": ["remittances"],
        "contributors": [
            ContributorFactory.build(
                family_name="de la Cruz", given_name="María José", orcid="0000-0002-1825-0097"
            ),
            ContributorFactory.build(
                family_name="Ministry of Labour and Social Security",
                given_name="",
                role="corporate-author",
                ror="03yrm5c26",
            ),
            ContributorFactory.build(family_name="Gómez", given_name="Ana", role="editor"),
        ],
        "files": [
            PublicationFileFactory.build(
                document=document, language=make.LanguageFactory(code="en", name="English")
            )
        ],
    }
    return PublicationPageFactory(**values | fields)


@shared
def publication(home):
    return make_publication()


@shared
def record(publication):
    return record_of(publication)


@shared
def article(home):
    return record_of(
        make_publication(
            title="Remittances",
            document_type=DocumentTypeFactory(
                code="journal-article", name="Journal article", csl_type="article-journal"
            ),
            container_title="Caribbean Studies",
            volume="3",
            issue="2",
            page_range="12–20",
            issn="1234-5679",
            series="",
            series_number="",
            extent="",
            isbn="",
            doi="10.1000/article",
        )
    )

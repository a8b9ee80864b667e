"""Publications and what describes them."""

from .publications import (
    Contributor,
    Licence,
    PublicationFile,
    PublicationPage,
    PublicationTag,
    RepositoryPage,
)
from .vocabularies import DocumentType

__all__ = [
    "Contributor",
    "DocumentType",
    "Licence",
    "PublicationFile",
    "PublicationPage",
    "PublicationTag",
    "RepositoryPage",
]

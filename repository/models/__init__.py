"""Publications and what describes them."""

from .publications import (
    Contributor,
    Licence,
    PublicationFile,
    PublicationPage,
    PublicationTag,
)
from .shelves import LibraryPage, RepositoryPage, Shelf
from .vocabularies import DocumentType

__all__ = [
    "Contributor",
    "DocumentType",
    "LibraryPage",
    "Licence",
    "PublicationFile",
    "PublicationPage",
    "PublicationTag",
    "RepositoryPage",
    "Shelf",
]

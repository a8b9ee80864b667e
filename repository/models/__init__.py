"""Publications and what describes them."""

from .attachments import ForumAttachment
from .desk import DuplicateKey, ReplyText
from .dois import Doi
from .files import FileDetails, Upload
from .harvesting import HarvestChange, HarvestClock, Harvested, HarvestedIn
from .publications import (
    Contributor,
    Licence,
    PublicationFile,
    PublicationPage,
    PublicationTag,
)
from .shelves import LibraryPage, RepositoryPage, Shelf
from .submissions import (
    Decision,
    EditorialReview,
    FocalPointApproval,
    Submission,
    SubmissionFile,
    Withdrawal,
)
from .usage import Usage
from .vocabularies import DocumentType

__all__ = [
    "Contributor",
    "Decision",
    "DocumentType",
    "Doi",
    "DuplicateKey",
    "EditorialReview",
    "FileDetails",
    "FocalPointApproval",
    "ForumAttachment",
    "HarvestChange",
    "HarvestClock",
    "Harvested",
    "HarvestedIn",
    "LibraryPage",
    "Licence",
    "PublicationFile",
    "PublicationPage",
    "PublicationTag",
    "ReplyText",
    "RepositoryPage",
    "Shelf",
    "Submission",
    "SubmissionFile",
    "Upload",
    "Usage",
    "Withdrawal",
]

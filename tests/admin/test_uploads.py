"""Files and images that are not what they should be: a message, and nothing is stored."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from .conftest import messages


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def picture(width: int = 20, height: int = 20, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Picture.new("1", (width, height)).convert("L").save(buffer, kind)
    return buffer.getvalue()


GOOD = {
    "report.pdf": b"%PDF-1.7 ...",
    "table.csv": b"code,name\nJM,Jamaica\n",
    "note.txt": "señas".encode("latin-1"),
    "text.docx": zipped("word/document.xml"),
    "data.zip": zipped("anything.csv"),
}
BAD = {
    "report.pdf": b"MZ\x90\x00 this is a program",
    "program.exe": b"MZ\x90\x00",
    "text.docx": b"not zipped",
    "sheet.xlsx": zipped("word/document.xml"),
    "table.csv": b"\x00\x01\x02",
    "no-ending": b"text",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_it_says_is_stored(admin: Client, name: str) -> None:
    response = admin.post(
        reverse("wagtaildocs:add"),
        {"title": "File", "file": SimpleUploadedFile(name, GOOD[name])},
    )
    assert response.status_code == 302, messages(response)
    assert get_document_model().objects.get().title == "File"


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("view", ["add", "add_multiple", "chooser"])
def test_a_file_that_is_not_what_it_says_is_refused(admin: Client, name: str, view: str) -> None:
    file = SimpleUploadedFile(name, BAD[name])
    if view == "add":
        response = admin.post(reverse("wagtaildocs:add"), {"title": "File", "file": file})
        said = messages(response)
    elif view == "add_multiple":
        response = admin.post(
            reverse("wagtaildocs:add_multiple"),
            {"title": "File", "files[]": file},
            headers={"X-Requested-With": "XMLHttpRequest"},
        )
        said = response.json()["error_message"]
    else:
        response = admin.post(
            reverse("wagtaildocs_chooser:create"),
            {"document-chooser-upload-title": "File", "document-chooser-upload-file": file},
        )
        said = str(response.json())
    assert response.status_code == 200
    assert "content of this file" in said or "extension" in said, said
    assert not get_document_model().objects.exists()


def upload_image(admin: Client, name: str, content: bytes) -> Any:
    return admin.post(
        reverse("wagtailimages:add"),
        {"title": "Picture", "file": SimpleUploadedFile(name, content)},
    )


def test_a_picture_is_stored(admin: Client) -> None:
    assert upload_image(admin, "map.png", picture()).status_code == 302


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.png", b"no picture"),
        ("map.jpg", picture()),
        ("map.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("map.bmp", picture(kind="BMP")),
        ("huge.png", picture(9000, 7000)),
        ("heavy.png", picture() + b"\0" * (10 * 1024 * 1024)),
        ("empty.png", b""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_that_is_none_or_too_large_is_refused(
    admin: Client, name: str, content: bytes
) -> None:
    response = upload_image(admin, name, content)
    assert response.status_code == 200
    assert messages(response)
    assert not get_image_model().objects.exists()


@pytest.mark.once
def test_a_picture_with_more_points_than_pillow_dares_to_read_is_refused(admin: Client) -> None:
    """A few kilobytes that would unfold into gigabytes."""
    response = upload_image(admin, "bomb.png", picture(30_000, 30_000))
    assert response.status_code == 200
    assert messages(response)

"""People who upload, and the storage as it is after each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile

from cpmg.users.models import MEMBERS, User
from repository.files import queue
from repository.models import FileDetails


@pytest.fixture
def member(db: None) -> User:
    user = User.objects.create_user("member@example.org", "correct horse battery")
    user.groups.add(Group.objects.get(name=MEMBERS))
    return user


@pytest.fixture
def other(db: None) -> User:
    user = User.objects.create_user("other@example.org", "correct horse battery")
    user.groups.add(Group.objects.get(name=MEMBERS))
    return user


@pytest.fixture
def upload(member: User) -> Callable[[bytes, str], Any]:
    from repository.files.receiving import make_document

    return lambda content, name: make_document(member, ContentFile(content, name), name)


@pytest.fixture
def looked_at(
    upload: Callable[[bytes, str], Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes, str], FileDetails]:
    """What is known of a file after it was uploaded and the queue was worked off."""

    def look(content: bytes, name: str) -> FileDetails:
        document = upload(content, name)
        queue.drain()
        return FileDetails.objects.get(pk=document.pk)

    return look

"""Pages that go live and offline at their time."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Page, Revision

from cpmg import work
from pages import scheduled
from pages.factories import ContentPageFactory

HOUR = timedelta(hours=1)


def drained() -> int:
    return work.queues()[scheduled.NAME].drain().done


@pytest.mark.django_db
def test_a_page_goes_live_when_it_is_time():
    page = ContentPageFactory(live=False, title="Later")
    page.go_live_at = timezone.now() + HOUR
    page.save_revision().publish()
    assert (scheduled.waiting(), drained()) == (True, 0)
    assert not Page.objects.get(pk=page.pk).live
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    revision.approved_go_live_at = timezone.now() - HOUR
    revision.content["go_live_at"] = revision.approved_go_live_at
    revision.save()
    assert drained() == 1
    assert Page.objects.get(pk=page.pk).live
    assert (scheduled.waiting(), drained()) == (False, 0)


@pytest.mark.django_db
def test_a_page_goes_offline_when_it_is_time():
    page = ContentPageFactory(title="For a while")
    page.expire_at = timezone.now() + HOUR
    page.save_revision().publish()
    assert (scheduled.waiting(), drained()) == (True, 0)
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - HOUR)
    assert drained() == 1
    assert not Page.objects.get(pk=page.pk).live
    assert not scheduled.waiting()

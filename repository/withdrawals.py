"""Publications that were taken back: their addresses say so (410), with the reason, to those who
could read them, in all languages."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from cpmg.users.models import User
from pages import translations

from .models import PublicationPage, Submission, Withdrawal
from .review import Refused


@transaction.atomic
def withdraw_publication(page: PublicationPage, user: User, reason: str) -> Withdrawal:
    """Takes ``page`` and its translations offline and leaves a notice in their place."""
    from . import letters, submissions

    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the publication is withdrawn: readers see it."))
    source = translations.source_of(page) or page
    source = PublicationPage.objects.select_for_update().get(pk=source.pk)
    if not source.live:
        raise Refused(_("Only a published publication can be withdrawn."))
    if not source.permissions_for_user(user).can_unpublish():
        raise Refused(_("Moderators withdraw publications."))
    withdrawal = Withdrawal.objects.create(
        translation_key=source.translation_key, reason=reason, withdrawn_by=user
    )
    source.unpublish(user=user)
    submission = Submission.objects.filter(page_id=source.pk).first()
    submissions.log_on(source, "publication.withdrawn", user, reason)
    if submission:
        submissions.note(submission, "publication_withdrawn", user, reason)
        letters.publication_withdrawn(submission, reason)
    return withdrawal


@transaction.atomic
def restore(page: PublicationPage, user: User) -> None:
    """Publishes again what was withdrawn."""
    from . import submissions

    source = translations.source_of(page) or page
    source = PublicationPage.objects.select_for_update().get(pk=source.pk)
    if not Withdrawal.objects.filter(translation_key=source.translation_key).exists():
        raise Refused(_("This publication is not withdrawn."))
    if not source.permissions_for_user(user).can_publish():
        raise Refused(_("Moderators publish withdrawn publications again."))
    revision = source.get_latest_revision() or source.save_revision(user=user)
    revision.publish(user=user)
    submissions.log_on(source, "publication.restored", user)


def of(page: Page) -> Withdrawal | None:
    """The withdrawal of ``page`` while it is not live."""
    if page.live:
        return None
    return Withdrawal.objects.filter(translation_key=page.translation_key).first()


def forget(page: Page) -> None:
    """A publication that is live is not withdrawn."""
    Withdrawal.objects.filter(translation_key=page.translation_key).delete()


def withdrawn_below(shelf: Any, slug: str) -> PublicationPage | None:
    """The withdrawn publication that had its address below ``shelf`` or one of its translations,
    in whatever language the reader's section is."""
    keys = Withdrawal.objects.values("translation_key")
    candidates = PublicationPage.objects.filter(
        live=False, slug=slug, translation_key__in=keys
    ).select_related("locale")
    shelves = [one.path for one in shelf.get_translations(inclusive=True).only("path")]
    for page in sorted(candidates, key=lambda page: page.locale_id != shelf.locale_id):
        if page.path[: -Page.steplen] in shelves:
            return page
    return None

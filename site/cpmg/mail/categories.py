"""Kinds of letters that people can switch off: in their profile, or from the letter itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import SwitchedOff


@dataclass(frozen=True)
class Category:
    #: What the letters are about, in the words of the person who ticks it.
    label: str | Promise
    #: Whom such letters can reach at all: others are not asked.
    concerns: Callable[[Any], bool] = lambda person: True


#: By code. Codes are in the addresses of letters that lie in mailboxes: none changes.
CATEGORIES: dict[str, Category] = {}


def register(code: str, category: Category) -> None:
    CATEGORIES[code] = category


register("submissions", Category(_("The progress of my submissions")))
register(
    "tasks",
    Category(
        _("What waits for my decision"),
        lambda person: person.has_perm("wagtailadmin.access_admin"),
    ),
)

_signer = signing.Signer(salt="cpmg.mail.unsubscribe")


def wants(person: Any, code: str) -> bool:
    return not SwitchedOff.objects.filter(person_id=person.pk, category=code).exists()


def offered_to(person: Any) -> dict[str, Category]:
    return {code: kind for code, kind in CATEGORIES.items() if kind.concerns(person)}


def wanted_by(person: Any) -> list[str]:
    """The codes of what is offered to the person and not switched off."""
    off = set(SwitchedOff.objects.filter(person_id=person.pk).values_list("category", flat=True))
    return [code for code in offered_to(person) if code not in off]


def switch_off(person: Any, code: str) -> None:
    SwitchedOff.objects.bulk_create(
        [SwitchedOff(person_id=person.pk, category=code)], ignore_conflicts=True
    )


def keep_to(person: Any, wanted: list[str]) -> None:
    """Of what is offered to the person, switches on what is wanted and off what is not."""
    SwitchedOff.objects.filter(person_id=person.pk, category__in=wanted).delete()
    for code in offered_to(person):
        if code not in wanted:
            switch_off(person, code)


def unsubscribe_url(person: Any, code: str) -> str:
    """The address that switches the category off for this person, whoever sends it. It lies in
    mailboxes for years, so it does not expire."""
    token = _signer.sign_object([person.pk, code])
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("mail_unsubscribe", args=[token])


def read_token(token: str) -> tuple[Any, str] | None:
    """The person and the code of an address, None when it is not one of ours."""
    try:
        pk, code = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = get_user_model()._default_manager.filter(pk=pk, is_active=True).first()
    return (person, code) if person and code in CATEGORIES else None

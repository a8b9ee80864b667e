"""A person has one e-mail address; what allauth keeps about addresses follows it."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.db.models.signals import post_save

from .access import vouch_for_address
from .models import User


def forget_former_address(sender: Any, instance: User, raw: bool = False, **kwargs: Any) -> None:
    """Nobody signs in with the address that an administrator replaced."""
    if not raw:
        former = EmailAddress.objects.filter(user=instance, primary=True)
        former.exclude(email__iexact=instance.email).delete()


def verify_by_mailed_link(sender: Any, user: User, **kwargs: Any) -> None:
    """Who chose a password by a link that we mailed reads the mail of that address."""
    addresses = list(EmailAddress.objects.filter(user=user))
    if len(addresses) == 1 and addresses[0].email == user.email.lower():
        vouch_for_address(user)


def connect() -> None:
    post_save.connect(forget_former_address, sender=User, dispatch_uid="users.former_address")
    password_reset.connect(verify_by_mailed_link, dispatch_uid="users.mailed_link")

"""That there is a forum for each network, and one for all members."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import post_save

from pages.models import Network

from .models import Forum


def make_missing() -> None:
    """Makes the forums that are not there yet."""
    networks = Network.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    without = networks.exclude(pk__in=Forum.objects.exclude(network=None).values("network"))
    new = [Forum(network=network) for network in without.order_by("pk")]
    if not Forum.objects.filter(network=None).exists():
        new.append(Forum(network=None))
    Forum.objects.bulk_create(new, ignore_conflicts=True)


def of_network(network: Network) -> Forum:
    return Forum.objects.get_or_create(network=network)[0]


def of_members() -> Forum:
    return Forum.objects.get_or_create(network=None)[0]


def of_code(code: str) -> Forum | None:
    """The forum with this code in its address, whoever asks."""
    forums = Forum.objects.select_related("network")
    if code == Forum.MEMBERS:
        return forums.filter(network=None).first()
    return forums.filter(network__code=code).first()


def _network_saved(instance: Network, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw and instance.locale.language_code == settings.LANGUAGE_CODE:
        of_network(instance)


def connect() -> None:
    post_save.connect(_network_saved, sender=Network, dispatch_uid="networks.forum.forums")

"""Who is told what, and each message on its way."""

from __future__ import annotations

import base64
import secrets
import uuid
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import addresses

PREFIX = "whsec_"
#: How long after a change messages are signed with the former secret too.
OVERLAP = timedelta(days=1)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def new_message_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


def valid_address(value: str) -> None:
    """Refuses what could never be sent to; the address is looked up anew for each message."""
    try:
        addresses.parse(value)
    except addresses.Unreachable as error:
        raise ValidationError(str(error)) from None


class Event(models.TextChoices):
    PUBLISHED = "page.published", _("a page is published")
    UNPUBLISHED = "page.unpublished", _("a page is unpublished")
    MOVED = "page.moved", _("a page is moved")
    DELETED = "page.deleted", _("a page is deleted")


class Endpoint(models.Model):
    """A server that is told. An empty list of types, languages or networks means all."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(
        _("address"),
        max_length=500,
        validators=[valid_address],
        help_text=_("An https address that anybody can reach; not one of an internal network."),
    )
    events = models.JSONField(_("events"), default=list)
    types = models.JSONField(_("page types"), default=list, blank=True)
    locales = models.JSONField(_("languages"), default=list, blank=True)
    networks = models.JSONField(_("thematic networks"), default=list, blank=True)
    is_active = models.BooleanField(_("switched on"), default=True)
    secret = models.CharField(_("secret"), max_length=100, default=new_secret, editable=False)
    former_secret = models.CharField(max_length=100, blank=True, editable=False)
    secret_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def wants(self, event: str, about: dict[str, object]) -> bool:
        """``about`` says type, locale and networks of the page."""
        networks = about.get("networks") or []
        return (
            event in self.events
            and (not self.types or about.get("type") in self.types)
            and (not self.locales or about.get("locale") in self.locales)
            and (not self.networks or bool(set(self.networks) & set(networks)))  # type: ignore[call-overload]
        )

    @property
    def secrets(self) -> list[str]:
        """Those that messages are signed with now, the newest first."""
        overlaps = timezone.now() - self.secret_changed_at < OVERLAP
        return [self.secret, *([self.former_secret] if self.former_secret and overlaps else [])]

    def rotate(self) -> None:
        self.former_secret, self.secret = self.secret, new_secret()
        self.secret_changed_at = timezone.now()
        self.save(update_fields=["former_secret", "secret", "secret_changed_at"])


class Delivery(models.Model):
    """One message to one endpoint.

    waiting ──> sending ──> delivered
       ^           ├──────> waiting    put off: no answer, or none that says that it was taken
       │           └──────> failed     put off for too long, or the address must not be called
       └── in the admin ─────┘
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    endpoint = models.ForeignKey(
        Endpoint, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="deliveries"
    )
    #: The same for every attempt and every replay: receivers know by it what they have had.
    message_id = models.CharField(_("message number"), max_length=40, default=new_message_id)
    event = models.CharField(_("event"), max_length=40)
    #: The very bytes that are signed.
    payload = models.TextField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("last answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    answer = models.TextField(_("beginning of the answer"), blank=True)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    available_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="webhook_messages_due",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"

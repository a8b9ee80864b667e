"""Letters on their way, and what people don't want to get."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """One letter to one address.

    waiting ──> sending ──> sent
       ^           ├──────> waiting    put off: the server is away, or asks to come back later
       │           ├──────> failed     refused for good, or put off for too long
       │           ├──────> dropped    not wanted any more, or given up in the admin
       │           └──────> uncertain  the server may have it: nothing sends it a second time ...
       └── in the admin ────────────── ... but an editor
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNCERTAIN = "uncertain", _("Uncertain")
        DROPPED = "dropped", _("Not sent any more")

    event = models.CharField(_("event"), max_length=200)
    address = models.EmailField(_("e-mail address"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    category = models.CharField(_("category"), max_length=40, blank=True)
    about = models.JSONField(_("condition"), null=True, blank=True, encoder=DjangoJSONEncoder)
    message_id = models.CharField(_("message number"), max_length=255)
    thread = models.CharField(_("conversation"), max_length=200, blank=True)
    headers = models.JSONField(_("more header fields"), default=dict, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    #: Both are emptied once nobody needs them any more: links in them may set a password.
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    available_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    give_up_at = models.DateTimeField(_("to be tried until"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    lease = models.UUIDField(_("lease"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        default_permissions = ("change",)
        constraints = [
            models.UniqueConstraint(
                fields=["event", "address"], name="one_mail_for_an_event_and_address"
            )
        ]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="mail_on_its_way",
                condition=models.Q(state__in=["waiting", "sending"]),
            ),
            models.Index(fields=["state", "created_at"], name="mail_by_state"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def reason(self) -> Any:
        """``error`` in words."""
        from .errors import in_words

        return in_words(self.error)


class SwitchedOff(models.Model):
    """A category of letters that a person does not want."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="switched_off_mail"
    )
    category = models.CharField(max_length=40)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "category"], name="a_category_is_switched_off_once"
            )
        ]

    def __str__(self) -> str:
        return self.category


def new_message_id(domain: str) -> str:
    return f"<{uuid.uuid4()}@{domain}>"

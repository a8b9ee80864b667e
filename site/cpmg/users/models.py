"""The people of the platform. Imports no page model: pages import people, never the reverse."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cpmg.countries import is_country_code, names

#: The group of those whose membership was approved; a migration makes it.
MEMBERS = "Members"

#: Characters that reorder or hide others: names are shown to people who must recognise them.
_DECEPTIVE = {*range(0x20), *range(0x7F, 0xA0), 0x061C, *range(0x200B, 0x2010)} | {
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
}


def plain_line(value: str) -> None:
    """Refuses line breaks, control characters and characters that change the order of others."""
    if any(ord(character) in _DECEPTIVE for character in value):
        raise ValidationError(_("Use letters, digits and punctuation on one line."), "deceptive")


def without_hidden_characters(value: str) -> str:
    """What ``plain_line`` refuses, left out: for text that comes out of files and records."""
    return "".join(character for character in value if ord(character) not in _DECEPTIVE)


def country_code(value: str) -> None:
    if not is_country_code(value):
        raise ValidationError(_("Choose a country or territory from the list."), "country")


class UserManager(BaseUserManager["User"]):
    """Makes people whose e-mail address is their name for signing in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Whoever makes one at the command line vouches for the address too."""
        from .access import vouch_for_address

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        vouch_for_address(user)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person with one account for the reader site, the admin and the API."""

    username = None  # type: ignore[assignment]
    first_name = models.CharField(
        _("given name"), max_length=150, blank=True, validators=[plain_line]
    )
    last_name = models.CharField(
        _("family name"), max_length=150, blank=True, validators=[plain_line]
    )
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is already an account with this e-mail address.")},
    )

    organisation = models.CharField(
        _("organisation"), max_length=200, blank=True, validators=[plain_line]
    )
    country = models.CharField(
        _("country or territory"), max_length=2, blank=True, validators=[country_code]
    )
    interests = models.JSONField(
        _("networks of interest"),
        default=list,
        blank=True,
        help_text=_("Codes of the thematic networks that the person wants to follow."),
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("Of the messages that the platform sends."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_for_an_email_address",
                violation_error_message=_("There is already an account with this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password, and the end of an account, end the tokens that were made before."""
        has_new_password = getattr(self, "_password", None) is not None
        known = self.pk is not None and not self._state.adding
        super().save(*args, **kwargs)
        if known and (has_new_password or not self.is_active):
            from .tokens import end_all

            end_all(self)

    @property
    def country_name(self) -> str:
        return names(get_language() or "en").get(self.country, self.country)


class Scope(models.TextChoices):
    """What a token of the API may do, of all that its owner may."""

    READ = "read", _("read what you may read")
    SUBMIT = "submit", _("fill in and send submissions")
    DISCUSS = "discuss", _("take part in discussions")
    EDIT = "edit", _("edit content, as in the admin")


class TokenTerms(models.Model):
    """What a token may do, and until when."""

    token = models.OneToOneField(
        "wagtailcore.APIToken", on_delete=models.CASCADE, primary_key=True, related_name="terms"
    )
    scopes = models.JSONField(_("may"), default=list)
    expires_at = models.DateTimeField(_("expires on"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("terms of a token")
        verbose_name_plural = _("terms of tokens")

    def __str__(self) -> str:
        return ", ".join(self.scopes)


class MembershipRequest(models.Model):
    """Somebody asks to become a member; an editor or moderator decides, once."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    first_name = models.CharField(_("given name"), max_length=150, validators=[plain_line])
    last_name = models.CharField(_("family name"), max_length=150, validators=[plain_line])
    email = models.EmailField(_("e-mail address"))
    organisation = models.CharField(_("organisation"), max_length=200, validators=[plain_line])
    country = models.CharField(_("country or territory"), max_length=2, validators=[country_code])
    interests = models.JSONField(_("networks of interest"), default=list, blank=True)
    reason = models.TextField(_("reason"), max_length=2000)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    asked_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answer = models.TextField(_("reason of the rejection"), max_length=2000, blank=True)
    person = models.ForeignKey(
        User,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="membership_requests",
    )

    class Meta:
        verbose_name = _("membership request")
        verbose_name_plural = _("membership requests")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(state="pending"),
                name="one_waiting_request_for_an_email_address",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def country_name(self) -> str:
        return names(get_language() or "en").get(self.country, self.country)

"""People in the admin: their e-mail address is their name for signing in."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.users import forms

from .models import User


class EmailMixin:
    """Speaks of e-mail addresses where Wagtail speaks of names, and disregards their case."""

    error_messages = forms.UserForm.error_messages | {
        "duplicate_username": _("There is already an account with this e-mail address."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]  # type: ignore[attr-defined]
        email.label = _("E-mail address")
        email.help_text = _("The person signs in with it.")

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])  # type: ignore[attr-defined]


class PersonCreationForm(EmailMixin, forms.UserCreationForm):
    pass


class PersonEditForm(EmailMixin, forms.UserEditForm):
    pass

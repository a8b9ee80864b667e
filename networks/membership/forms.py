"""Forms of memberships, on the reader site and in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cpmg.users.models import User

from .joining import roles_given_by
from .models import Membership

Role = Membership.Role


def _words(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def _consent(name: str) -> forms.BooleanField:
    field: Any = Membership._meta.get_field(name)
    return forms.BooleanField(label=field.verbose_name, help_text=field.help_text, required=False)


class RequestForm(forms.Form):
    reason = _words(
        _("Why would you like to join this network?"),
        _("The focal points of the network and the editorial team read it."),
    )
    is_listed = _consent("is_listed")


class AcceptForm(forms.Form):
    is_listed = _consent("is_listed")


class ConsentForm(forms.Form):
    """Being named in public is for focal points."""

    is_listed = _consent("is_listed")
    is_named = _consent("is_named")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"is_listed": membership.is_listed, "is_named": membership.is_named}
        super().__init__(*args, **kwargs)
        if membership.role != Role.FOCAL_POINT:
            del self.fields["is_named"]


# In the admin -------------------------------------------------------------------------


class RoleForm(forms.Form):
    """The role and the term of office; who decides gives the roles that are theirs to give."""

    role = forms.ChoiceField(label=_("Role"))
    until = forms.DateField(
        label=_("Term of office until"),
        help_text=_("The last day. Leave it empty for a membership without an end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Give a date as year, month, day: 2027-12-31.")},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = roles_given_by(by)


class AnswerForm(forms.Form):
    answer = _words(_("Reason"), _("The person reads it in the message that we send."))


class InvitationForm(forms.Form):
    network = forms.ChoiceField(label=_("Thematic network"))
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of the message, if the person has no account yet."),
    )
    message = _words(_("Message to the person"), required=False)

    def __init__(self, *args: Any, by: User, networks: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "network": [(network.code, network.label) for network in networks],
            "role": roles_given_by(by),
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
        self.fields["language"].initial = (get_language() or settings.LANGUAGE_CODE)[:2]

"""Forms of accounts, on the reader site and in the admin."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.users import forms as wagtail

from cpmg.countries import names
from cpmg.mail import categories

from . import access, interests, tokens
from .models import MembershipRequest, Scope, User, plain_line

# On the reader site: allauth's forms in our words ------------------------------------

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "remember": _("Keep me signed in on this device"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code"),
}


class OurWords:
    """Labels above the fields and no grey words inside them, which vanish while one types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name == "code":
                field.widget.attrs["inputmode"] = "text"


class LoginForm(OurWords, account.LoginForm):
    pass


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(OurWords, account.SetPasswordForm):
    pass


class AddEmailForm(OurWords, account.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    pass


class SecondFactorForm(OurWords, mfa.AuthenticateForm):
    pass


class SecondFactorAgainForm(OurWords, mfa.ReauthenticateForm):
    pass


class ActivateForm(OurWords, totp.ActivateTOTPForm):
    pass


# On the reader site: ours -------------------------------------------------------------


class PersonMixin:
    """Country and networks are chosen by name, in the reader's language."""

    fields: dict[str, forms.Field]

    def offer_choices(self) -> None:
        countries = sorted(names(get_language() or "en").items(), key=lambda choice: choice[1])
        self.fields["country"] = forms.ChoiceField(
            label=_("Country or territory"),
            choices=[("", "–"), *countries],
            required=self.fields["country"].required,
            widget=forms.Select(attrs={"autocomplete": "country"}),
        )
        self.fields["interests"] = forms.MultipleChoiceField(
            label=_("Networks of interest"),
            choices=interests.choices(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["language"].help_text = _("Of the messages that we send you.")
        for name, token in {
            "first_name": "given-name",
            "last_name": "family-name",
            "organisation": "organization",
            "email": "email",
        }.items():
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = token


class MembershipRequestForm(PersonMixin, forms.ModelForm):
    #: People don't see this field and leave it empty; programs fill in what they find.
    website = forms.CharField(required=False, label=_("Leave this field empty"))

    class Meta:
        model = MembershipRequest
        fields = [
            *("first_name", "last_name", "email", "organisation", "country", "interests"),
            *("reason", "language"),
        ]
        widgets = {"reason": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices()
        self.fields["reason"].label = _("Why would you like to become a member?")
        self.fields["language"].initial = get_language()
        self.fields["website"].widget.attrs |= {"tabindex": "-1", "autocomplete": "off"}

    def validate_constraints(self) -> None:
        """Whether a request waits for this address is nobody's business."""

    def is_from_a_robot(self) -> bool:
        return bool(self.cleaned_data["website"])

    def fields_of_request(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ProfileForm(PersonMixin, forms.ModelForm):
    """The person, and which messages they want."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "organisation", "country", "interests", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices()
        offered = categories.offered_to(self.instance)
        self.fields["messages"] = forms.MultipleChoiceField(
            label=_("Write to me about"),
            choices=[(code, category.label) for code, category in offered.items()],
            initial=categories.wanted_by(self.instance),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        categories.keep_to(user, self.cleaned_data["messages"])
        return user


class DeleteForm(forms.Form):
    """Asks for the password; who has none, because an organisation signs them in, types their
    e-mail address."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.has_usable_password():
            self.fields["password"] = forms.CharField(
                label=_("Password"),
                strip=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )
        else:
            self.fields["email"] = forms.EmailField(label=_("E-mail address"))

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email.lower() != self.user.email.lower():
            raise forms.ValidationError(_("This is not the e-mail address of your account."))
        return email


# In the admin -------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """Approve, or reject with words for the person."""

    reason = forms.CharField(
        label=_("Reason of a rejection"),
        help_text=_("The person reads it in the message that we send."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    decision = forms.ChoiceField(choices=[("approve", ""), ("reject", "")], required=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "reject" and not given.get("reason"):
            self.add_error("reason", _("Say why: the person reads it."))
        return given


class EmailMixin:
    """Speaks of e-mail addresses where Wagtail speaks of names, and disregards their case."""

    error_messages = wagtail.UserForm.error_messages | {
        "duplicate_username": _("There is already an account with this e-mail address."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]  # type: ignore[attr-defined]
        email.label = _("E-mail address")
        email.help_text = _("The person signs in with it.")

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])  # type: ignore[attr-defined]


class PersonCreationForm(EmailMixin, wagtail.UserCreationForm):
    pass


class PersonEditForm(EmailMixin, wagtail.UserEditForm):
    pass


class TokenForm(forms.Form):
    """A new token of the API: its name, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name of the token"),
        max_length=100,
        help_text=_("What it is for, so that you know it again: “Script for the annual report”."),
        validators=[plain_line],
    )
    scopes = forms.MultipleChoiceField(
        label=_("Beside reading what you may read, the token may"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label=_("It expires after"), coerce=int, initial=90)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        offered = [Scope.SUBMIT, Scope.DISCUSS]
        if access.may_enter_admin(user):
            offered.append(Scope.EDIT)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope.value, scope.label) for scope in offered
        ]
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
            for days in tokens.LIFETIMES
        ]

    def clean(self) -> dict[str, Any] | None:
        if tokens.in_force(self.user).count() >= tokens.MOST:
            raise forms.ValidationError(
                _("You have %(count)d tokens. Revoke one to make another."),
                params={"count": tokens.MOST},
            )
        return super().clean()

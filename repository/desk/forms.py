"""What is typed at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import ReplyText

MOST = 4000


def _reply_choices() -> list[Any]:
    """Reply texts under what they are for; one query."""
    by_kind: dict[str, list[tuple[str, str]]] = {kind: [] for kind in ReplyText.Kind.values}
    for reply in ReplyText.objects.all():
        by_kind[reply.kind].append((str(reply.pk), reply.title))
    groups = [(label, by_kind[kind]) for kind, label in ReplyText.Kind.choices if by_kind[kind]]
    return [("", _("Choose a text")), *groups]


class AnswerForm(forms.Form):
    """A decision about one submission. ``edition`` is the one that is on the page."""

    reply = forms.ChoiceField(label=_("Reply text"), choices=_reply_choices, required=False)
    comment = forms.CharField(
        label=_("To the submitter"),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    edition = forms.CharField(widget=forms.HiddenInput, required=False)


class BulkForm(forms.Form):
    """One decision about several: everybody reads the reply text in their own language."""

    reply = forms.ChoiceField(label=_("Reply text"), choices=_reply_choices, required=False)
    comment = forms.CharField(
        label=_("To the submitters"),
        help_text=_("Everybody gets these words as they are, below the reply text."),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Readers see it in the place of the publication."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class KeepForm(forms.Form):
    answer = forms.CharField(
        label=_("To the submitter"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )

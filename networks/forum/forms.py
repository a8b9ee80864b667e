"""The forms of the forum. What may be said is for ``discussing`` to judge."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .models import LONGEST_POST, LONGEST_TITLE, Forum, Report


class PostForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=_("Your post"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "data-longest": LONGEST_POST}),
        help_text=_(
            "In Markdown: **bold**, *italic*, lists, > quotes, [links](https://…). @name tells"
            " somebody that you mean them."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of your post"), choices=settings.LANGUAGES, required=False
    )

    optional: tuple[str, ...] = ()


class TopicForm(PostForm):
    title = forms.CharField(label=_("Title"), required=False, max_length=4 * LONGEST_TITLE)
    about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=120)

    field_order = ["key", "about", "title", "text", "language"]


class EditForm(PostForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title of the topic"), required=False)

    field_order = ["key", "version", "title", "text", "language"]

    def __init__(self, *args: Any, with_title: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_title:
            del self.fields["title"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Everybody who reads the topic sees it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    optional = ("comment",)


class MoveForm(forms.Form):
    forum = forms.ModelChoiceField(
        label=_("To the forum"), queryset=Forum.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, forums: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forum"].queryset = forums  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    title = forms.CharField(label=_("Title of the new topic"), max_length=LONGEST_TITLE)

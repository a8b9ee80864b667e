"""The form of a page in the admin: a translation shows the facts of its source, and keeps them."""

from __future__ import annotations

from typing import Any

from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

from .. import translations
from .facts import child_relations, fact_names

#: What a formset adds to the forms of its children.
PLACE = (DELETION_FIELD_NAME, ORDERING_FIELD_NAME)


class PageForm(WagtailAdminPageForm):
    """Facts are edited at the source; here they can be seen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = translations.source_of(self.instance) if self.instance.pk else None
        if source is None:
            return
        hint = _("A fact: change it in the %(language)s page.") % {
            "language": source.locale.get_display_name()
        }
        for name in fact_names(type(self.instance)):
            if field := self.fields.get(name):
                field.disabled = True
                field.help_text = hint
        for name, model in child_relations(type(self.instance)):
            if formset := self.formsets.get(name):
                self._close(formset, fact_names(model) or None)

    @staticmethod
    def _close(formset: Any, facts: list[str] | None) -> None:
        """Children come and go at the source. ``facts`` of none: all of a child is fact."""
        formset.max_num = formset.absolute_max = formset.initial_form_count()
        for form in formset.forms:
            key = form._meta.model._meta.pk.name
            closed = set(form.fields) - {key} if facts is None else {*facts, *PLACE}
            for name in closed & form.fields.keys():
                form.fields[name].disabled = True


__all__ = ["PageForm"]

"""Who may translate what.

A translator belongs to the group of a language, "Translators: es", and may translate into that
language what they may read and is published. That is all they may: they have no permission on any
page, so neither Wagtail's editor nor its API lets them change facts, readers or the source, or
publish. Editors may translate where they may edit.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from wagtail.models import Locale, Page

from ..access import may_read

PREFIX = "Translators: "


def group_name(language: str) -> str:
    return f"{PREFIX}{language}"


def translators_of(language: str) -> Group:
    """The group of those who translate into ``language``."""
    return Group.objects.get(name=group_name(language))


def languages_of(user: Any) -> list[str]:
    """The languages into which ``user`` translates."""
    if not user.is_active or not user.is_authenticated:
        return []
    names = set(user.groups.filter(name__startswith=PREFIX).values_list("name", flat=True))
    return [code for code in dict(settings.LANGUAGES) if group_name(code) in names]


def parent_in(source: Page, locale: Locale) -> Page | None:
    """The page below which the translation of ``source`` belongs."""
    parent = source.get_parent()
    return (
        parent
        and Page.objects.filter(translation_key=parent.translation_key, locale=locale).first()
    )


def may_translate(user: Any, source: Page, locale: Locale) -> bool:
    """Whether ``user`` may translate ``source`` into ``locale``."""
    if not user.is_active or locale.pk == source.locale_id:
        return False
    if user.is_superuser:
        return True
    if locale.language_code in languages_of(user) and source.live and may_read(user, source):
        return True
    page = Page.objects.filter(translation_key=source.translation_key, locale=locale).first()
    if page is not None:
        return page.permissions_for_user(user).can_edit()
    parent = parent_in(source, locale)
    return parent is not None and parent.permissions_for_user(user).can_add_subpage()

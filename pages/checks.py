"""System checks: a page type that forgets a rule fails when the platform starts."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from modelcluster.fields import ParentalKey
from wagtail.models import Page, get_page_models

#: What each page type says for itself, in its own class body.
DECLARED = ("parent_page_types", "subpage_types", "template", "page_description")
OURS = ("pages", "networks", "repository", "search")


@register()
def page_types_declare_what_they_must(
    app_configs: Iterable[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    from .models import BasePage

    messages: list[CheckMessage] = []
    for model in get_page_models():
        if model._meta.app_label not in OURS:
            continue
        if not issubclass(model, BasePage):
            messages.append(
                Error(
                    "A page type extends pages.models.BasePage.",
                    obj=model,
                    id="pages.E001",
                )
            )
            continue
        for name in DECLARED:
            if name not in vars(model):
                messages.append(Error(f"A page type declares {name}.", obj=model, id="pages.E002"))
        try:
            get_template(model.template)
        except TemplateDoesNotExist:
            messages.append(
                Error(
                    f"The template {model.template} is missing.",
                    obj=model,
                    id="pages.E003",
                )
            )
        messages += _fields_without_a_side(model)
    return messages


def _fields_without_a_side(model: type[Page]) -> list[CheckMessage]:
    """Fields that are declared neither text to translate nor fact to keep alike."""
    own = {field.name for field in model._meta.get_fields() if field not in Page._meta.get_fields()}
    declared = {field.field_name for field in model.override_translatable_fields}
    missing = []
    for field in model._meta.get_fields():
        if field.name not in own or field.name in declared:
            continue
        child = field.auto_created and isinstance(getattr(field, "remote_field", None), ParentalKey)
        editable = not field.auto_created and getattr(field, "editable", False)
        if getattr(field, "primary_key", False) or field.name in {
            "tagged_items",
            "page_ptr",
        }:
            continue
        if child or editable:
            missing.append(field.name)
    return [
        Error(
            f"{name} is declared neither translated nor synchronised in"
            " override_translatable_fields.",
            obj=model,
            id="pages.E004",
        )
        for name in sorted(missing)
    ]


@register()
def languages_agree(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.LANGUAGES != settings.WAGTAIL_CONTENT_LANGUAGES:
        return [Error("LANGUAGES and WAGTAIL_CONTENT_LANGUAGES differ.", id="pages.E005")]
    return []

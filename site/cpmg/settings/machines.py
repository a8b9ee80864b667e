"""How machine translation is configured. Without ``MACHINE_TRANSLATOR`` there is none."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

_MODULE = "wagtail_localize.machine_translators"


def machine_translator(name: str, url: str, key: str) -> dict[str, Any] | None:
    """The setting of wagtail-localize for the machine called ``name``."""
    match name:
        case "":
            return None
        case "libretranslate":
            if not url:
                raise ImproperlyConfigured("LibreTranslate needs MACHINE_TRANSLATOR_URL.")
            options = {"LIBRETRANSLATE_URL": url.rstrip("/"), "API_KEY": key}
            return {"CLASS": f"{_MODULE}.libretranslate.LibreTranslator", "OPTIONS": options}
        case "deepl":
            if not key:
                raise ImproperlyConfigured("DeepL needs MACHINE_TRANSLATOR_KEY.")
            return {"CLASS": f"{_MODULE}.deepl.DeepLTranslator", "OPTIONS": {"AUTH_KEY": key}}
    raise ImproperlyConfigured(f"MACHINE_TRANSLATOR is libretranslate or deepl, not {name!r}.")

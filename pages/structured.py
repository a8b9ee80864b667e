"""What search engines read in a page: the terms of schema.org, in JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString

CONTEXT = "https://schema.org"
#: What could end the element, or open another one, inside of a page.
_ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
_ESCAPED |= {0x2028: "\\u2028", 0x2029: "\\u2029"}


def without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def script(said: dict[str, Any]) -> SafeString:
    """The text of a ``script`` element."""
    return SafeString(json.dumps(said, ensure_ascii=False, default=str).translate(_ESCAPED))

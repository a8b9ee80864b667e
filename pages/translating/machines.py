"""Machine translation through wagtail-localize's own interface; off until it is configured.

What a machine makes is a draft. Each passage says so until a person has checked it, and a page
that holds one that nobody has checked can neither be submitted nor published.
"""

from __future__ import annotations

from typing import Any

import requests
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail_localize.machine_translators import get_machine_translator
from wagtail_localize.strings import StringValue

from .passages import check, passages
from .records import MACHINE, MISSING, OUTDATED, compared, record_of
from .work import RefusedError, write


def available() -> bool:
    """Whether a machine is configured."""
    return get_machine_translator() is not None


def translate(source: Page, translation: Page, user: Any) -> int:
    """Lets the machine translate what is missing or outdated; gives how many passages it made.

    The machine is asked before anything is locked or written.
    """
    machine = get_machine_translator()
    if machine is None:
        raise RefusedError(_("No machine translation is configured."))
    source = source.specific
    revision = translation.latest_revision_id or 0
    to_do = [
        passage
        for passage in compared(record_of(source, translation).working, passages(source))
        if passage.state in (MISSING, OUTDATED)
    ]
    if not to_do:
        return 0
    strings = list(dict.fromkeys(StringValue(passage.source) for passage in to_do))
    try:
        made = machine.translate(source.locale, translation.locale, strings)
    except (requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise RefusedError(
            _("The machine translation does not answer at the moment. Nothing has changed.")
        ) from error
    texts = {}
    for passage in to_do:
        answer = made.get(StringValue(passage.source))
        # What the machine breaks (a link, a mark) is left to people.
        if answer and answer.data and not check(passage.source, answer.data):
            texts[passage.key] = answer.data
    return write(source, translation, texts, user=user, by=MACHINE, revision=revision)

"""How a model says which fields are text to translate and which are facts to keep alike."""

from wagtail_localize.fields import SynchronizedField, TranslatableField


def translated(*names: str) -> list[TranslatableField]:
    """Text: each language has its own."""
    return [TranslatableField(name) for name in names]


def synchronised(*names: str) -> list[SynchronizedField]:
    """Facts: the source language decides, translations follow."""
    return [SynchronizedField(name, overridable=False) for name in names]

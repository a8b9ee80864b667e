"""What others can act upon. Sent inside the transaction: what is queued then commits with it."""

from django.dispatch import Signal

#: A post became visible to the readers of its topic: ``post``.
posted = Signal()
#: A post that was visible before says something else, or is visible again: ``post``.
edited = Signal()
#: A person has seen ``posts``: ``person``.
seen = Signal()
#: A post waits for approval: ``post``.
awaiting = Signal()
#: A post was reported: ``report``.
reported = Signal()
#: A post was removed, or will never be shown: ``post``.
removed = Signal()

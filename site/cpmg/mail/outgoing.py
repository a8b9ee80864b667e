"""The way of a letter: into the queue with the change that causes it, and out after the commit.

Nobody gets a letter twice for one event. ``unique (event, address)`` keeps it from being queued
twice; a lease keeps two workers from sending it at once; and where nobody knows whether the server
has taken it, because a process was killed or the server fell silent, it is *uncertain* and waits
for a person to look.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone, translation

from cpmg import work
from cpmg.work import Drained

from . import Address, categories, conditions, errors
from .letters import Letter, render
from .models import OutgoingMail, new_message_id

logger = logging.getLogger(__name__)

#: The name of the queue for the worker.
NAME = "mail"
#: More than handing a letter over may take, with every time-out on the way.
LEASE = timedelta(minutes=5)
#: Until the second attempt; each wait is twice the one before, up to the longest.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
#: After that a letter is given up. Links that set a password live as long.
PATIENCE = timedelta(days=3)
#: How long what is done with stays in the list; what went to somebody without an account, who
#: can't have it deleted; and how often one looks.
KEPT, KEPT_OF_STRANGERS, HOUSEKEEPING = timedelta(days=90), timedelta(days=7), timedelta(hours=1)
#: Seconds that the oldest letter may wait before the queue counts as degraded.
LAG = 15 * 60

State = OutgoingMail.State
DONE_WITH = [State.SENT, State.DROPPED, State.FAILED, State.UNCERTAIN]
EMPTIED = {"text": "", "html": ""}
FREE = {"lease": None, "leased_until": None}


# In -----------------------------------------------------------------------------------------


def put(
    letter: Callable[[], Letter],
    to: Any,
    *,
    event: str | None = None,
    category: str | None = None,
    about: tuple[str, Any] | None = None,
    thread: str = "",
    message_id: str = "",
    headers: dict[str, str] | None = None,
) -> None:
    """See ``cpmg.mail.queue``."""
    recipient = to if isinstance(to, Address) else Address(to.email, to.language, to)
    person = recipient.person
    if category is not None and category not in categories.CATEGORIES:
        raise LookupError(f"There is no category {category}.")
    if about is not None and not conditions.is_known(about[0]):
        raise LookupError(f"There is no condition {about[0]}.")
    if person is None and (category or about):
        raise ValueError("Only a person with an account has wishes and rights.")
    with translation.override(recipient.language):
        unsubscribe = categories.unsubscribe_url(person, category) if category else ""
        subject, text, html = render(letter(), recipient.language, unsubscribe)
    write(
        recipient,
        subject,
        text,
        html,
        event=event,
        category=category or "",
        about=list(about) if about else None,
        thread=thread,
        message_id=message_id or new_message_id(domain()),
        headers=headers or {},
    )


def write(
    to: Address, subject: str, text: str, html: str, *, event: str | None = None, **more: Any
) -> None:
    try:
        validate_email(to.email)
    except ValidationError:  # what the letter tells happens all the same
        logger.error("A letter has no valid address: %s", event)
        return
    now = timezone.now()
    mail = OutgoingMail(
        event=event or f"once:{uuid.uuid4()}",
        address=to.email,
        recipient_id=to.person.pk if to.person else None,
        language=to.language,
        subject=subject,
        text=text,
        html=html,
        created_at=now,
        available_at=now,
        give_up_at=now + PATIENCE,
        **{"message_id": new_message_id(domain()), **more},
    )
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
    work.wake(NAME)


def domain() -> str:
    """That of our sender: message numbers need one that is ours."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


# Out ----------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of an attempt. ``away``: no letter can be sent now, whichever it is."""

    state: State
    error: str = ""
    away: bool = False


def drain() -> Drained:
    """Sends what waits and is due. While the server is away each pass tries one letter."""
    tidy()
    drained = Drained()
    connection = get_connection(settings.MAIL_BACKEND)
    try:
        while mail := take():
            outcome = deliver(mail, connection)
            settle(mail, outcome)
            if outcome.state in (State.SENT, State.DROPPED):
                drained.done += 1
            else:
                drained.failed += 1
                drained.errors.add(outcome.error)
            if outcome.away:
                break
    finally:
        _close(connection)
    return drained


def is_waiting() -> bool:
    return OutgoingMail.objects.filter(state__in=[State.WAITING, State.SENDING]).exists()


def take() -> OutgoingMail | None:
    """The next letter that is due, under a lease."""
    now, lease = timezone.now(), uuid.uuid4()
    due = OutgoingMail.objects.filter(state=State.WAITING, available_at__lte=now)
    with transaction.atomic(durable=True):  # fails inside a transaction: sending comes next
        for pk in due.order_by("available_at", "pk").values_list("pk", flat=True)[:20]:
            # One statement: of several workers, one finds it waiting.
            taken = due.filter(pk=pk).update(
                state=State.SENDING,
                attempts=F("attempts") + 1,
                lease=lease,
                leased_until=now + LEASE,
            )
            if taken:
                break
        else:
            return None
    return OutgoingMail.objects.select_related("recipient").filter(pk=pk, lease=lease).first()


def why_not(mail: OutgoingMail) -> str:
    """Why the letter has become needless since it was queued; empty when it has not."""
    person = mail.recipient
    if person is None:
        return ""
    if not person.is_active:
        return errors.DISABLED
    if mail.category and not categories.wants(person, mail.category):
        return errors.UNWANTED
    if mail.about and not conditions.holds(mail.about[0], person, mail.about[1]):
        return errors.NO_LONGER
    return ""


def compose(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    if mail.thread:  # the first letter of the conversation, which nobody ever sent
        root = hashlib.sha256(mail.thread.encode()).hexdigest()[:32]
        headers["References"] = headers["In-Reply-To"] = f"<{root}@{domain()}>"
    headers |= mail.headers
    if mail.category:  # RFC 8058
        url = categories.unsubscribe_url(mail.recipient, mail.category)
        headers["List-Unsubscribe"] = f"<{url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.address], headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def deliver(mail: OutgoingMail, connection: Any) -> Outcome:
    """Hands a letter that was taken to the mail server. Raises nothing: whatever happens, the
    other letters go on."""
    try:
        reason = why_not(mail)
    except Exception as error:  # a condition could not be asked
        logger.exception("Whether mail %s is still needed could not be told", mail.pk)
        return put_off(mail, errors.code_of(error))
    if reason:
        return Outcome(State.DROPPED, reason)
    try:
        message = compose(mail)
        message.message()  # refuses what would be no valid header
    except Exception as error:
        logger.exception("Mail %s could not be composed", mail.pk)
        return Outcome(State.FAILED, errors.code_of(error))
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        _note(mail, error)
        _close(connection)
        return put_off(mail, errors.code_of(error), away=True)
    try:
        connection.send_messages([message])
    except Exception as error:
        _note(mail, error)
        unanswered = getattr(connection, "unanswered", False)
        _close(connection)
        if errors.is_permanent(error):
            return Outcome(State.FAILED, errors.code_of(error))
        if unanswered and errors.reply_of(error) is None:
            return Outcome(State.UNCERTAIN, errors.UNANSWERED)
        return put_off(mail, errors.code_of(error))
    return Outcome(State.SENT)


def put_off(mail: OutgoingMail, error: str, *, away: bool = False) -> Outcome:
    late = timezone.now() >= mail.give_up_at
    return Outcome(State.FAILED if late else State.WAITING, error, away)


def settle(mail: OutgoingMail, outcome: Outcome) -> None:
    """Notes what became of it; a letter that an editor has taken up since is not ours any more."""
    now = timezone.now()
    fields: dict[str, Any] = {"state": outcome.state, "error": outcome.error}
    if outcome.state == State.SENT:
        fields |= {"sent_at": now, **EMPTIED}
    elif outcome.state == State.DROPPED:
        fields |= EMPTIED
    elif outcome.state == State.WAITING:
        wait = min(FIRST_WAIT * 2 ** min(mail.attempts - 1, 16), LONGEST_WAIT)
        fields |= {"available_at": min(now + wait, mail.give_up_at)}
    OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease).update(**fields, **FREE)


def _note(mail: OutgoingMail, error: Exception) -> None:
    logger.warning("Mail %s was not sent: %s", mail.pk, errors.code_of(error))


def _close(connection: Any) -> None:
    with suppress(SMTPException, OSError):
        connection.close()


# Afterwards ---------------------------------------------------------------------------------

_tidied_at = 0.0


def tidy() -> None:
    """Finds what a killed process was sending, and now and then forgets what is long past."""
    global _tidied_at
    now = timezone.now()
    # The lease stays: the process may yet say that it has sent it.
    lost = OutgoingMail.objects.filter(state=State.SENDING, leased_until__lt=now)
    lost.update(state=State.UNCERTAIN, error=errors.LOST)
    if time.monotonic() - _tidied_at > HOUSEKEEPING.total_seconds() or not _tidied_at:
        _tidied_at = time.monotonic()
        past = OutgoingMail.objects.filter(state__in=DONE_WITH)
        past.filter(created_at__lt=now - KEPT).delete()
        past.filter(recipient=None, created_at__lt=now - KEPT_OF_STRANGERS).delete()


def send_again(mail: OutgoingMail) -> bool:
    """Sends what failed or is uncertain, on somebody's word; False when it was done before."""
    now = timezone.now()
    stuck = OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.FAILED, State.UNCERTAIN])
    found = stuck.update(
        state=State.WAITING, attempts=0, available_at=now, give_up_at=now + PATIENCE, **FREE
    )
    work.wake(NAME)
    return bool(found)


def give_up(mail: OutgoingMail) -> bool:
    """Sends it no more; False when it has left meanwhile."""
    held = OutgoingMail.objects.filter(
        pk=mail.pk, state__in=[State.WAITING, State.FAILED, State.UNCERTAIN]
    )
    return bool(held.update(state=State.DROPPED, error=errors.GIVEN_UP, **EMPTIED, **FREE))


def written_to(person: Any) -> list[dict[str, Any]]:
    """What was written to the person lately, for the export of their data."""
    mails = OutgoingMail.objects.filter(Q(recipient=person) | Q(address__iexact=person.email))
    fields = ("address", "subject", "state", "created_at", "sent_at")
    return [dict(mail) for mail in mails.order_by("pk").values(*fields)]


def forget_person(person: Any) -> None:
    """What was written to the person, under their account or only under their address."""
    OutgoingMail.objects.filter(Q(recipient=person) | Q(address__iexact=person.email)).delete()


def state() -> dict[str, Any]:
    """How the queue is, for monitoring: degraded when something failed, or waits for long."""
    counts = dict.fromkeys(State.values, 0)
    counts |= dict(
        OutgoingMail.objects.order_by().values_list("state").annotate(number=Count("pk"))
    )
    oldest = OutgoingMail.objects.filter(state=State.WAITING).aggregate(Min("created_at"))
    since = oldest["created_at__min"]
    lag = round((timezone.now() - since).total_seconds()) if since else 0
    well = not counts[State.FAILED] and not counts[State.UNCERTAIN] and lag <= LAG
    return {"status": "ok" if well else "degraded", **counts, "lag_seconds": lag}

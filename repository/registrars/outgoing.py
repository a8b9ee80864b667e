"""The queue of DOIs: asked for by the editorial team, and out until the registrar confirms.

What is sent is decided when it is sent, from the record as it is then: a public one is registered
or brought up to date, one that is public no more is hidden. The same request twice does the same,
so one whose answer got lost is sent again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from cpmg import work
from cpmg.work import Drained
from pages.access import is_staff

from ..citations import datacite
from ..citations.record import Record
from ..models import Doi, PublicationPage
from ..review import Refused
from . import Registrar, RegistrarError, current

logger = logging.getLogger(__name__)

#: The name of the queue for the worker.
NAME = "dois"
LEASE = timedelta(minutes=5)
#: Until the second attempt, the third and so on; after the last one it has failed.
WAITS = [
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 6, 12, 24, 24)),
]
FREE: dict[str, Any] = {"lease": None, "leased_until": None}

State, Standing = Doi.State, Doi.Standing


# In ---------------------------------------------------------------------------------------


def of(page: PublicationPage) -> Doi | None:
    """The DOI that was asked for here, confirmed or not."""
    return Doi.objects.filter(pk=page.translation_key).first()


def minted(key: uuid.UUID) -> str:
    """The DOI that is registered for this publication; empty if there is none of ours."""
    found = Doi.objects.filter(pk=key, standing__in=Doi.MINTED)
    return found.values_list("doi", flat=True).first() or ""


def hindrance(page: PublicationPage, user: Any) -> str:
    """Why ``user`` can't ask for a DOI for ``page``; else empty."""
    if current() is None:
        return _("No registrar of DOIs is configured.")
    if not is_staff(user) or not page.permissions_for_user(user).can_edit():
        return _("The editorial team asks for DOIs.")
    if page.doi:
        return _("This publication has a DOI: %(doi)s.") % {"doi": page.doi}
    if _record(page.translation_key) is None:
        return _("Only what everybody may read gets a DOI: publish it first.")
    return ""


@transaction.atomic
def ask(page: PublicationPage, user: Any) -> Doi:
    """Queues a DOI for ``page`` and its translations. Asked twice it is one."""
    from ..submissions import log_on

    if reason := hindrance(page, user):
        raise Refused(reason)
    registrar = current()
    assert registrar is not None  # noqa: S101 - there is no hindrance
    if known := of(page):
        return known
    doi = doi_for(page.translation_key, registrar.prefix)
    try:
        with transaction.atomic():
            row = Doi.objects.create(
                key=page.translation_key, doi=doi, title=page.title, requested_by=user
            )
    except IntegrityError:  # somebody else asked at the same moment
        return Doi.objects.get(pk=page.translation_key)
    log_on(page, "publication.doi_asked", user, doi)
    work.wake(NAME)
    return row


def doi_for(key: uuid.UUID, prefix: str) -> str:
    """``10.5072/cpmg.1f3a-5c7e-9b2d``: always the same for one publication."""
    digits = key.hex[:12]
    return f"{prefix}/cpmg.{digits[:4]}-{digits[4:8]}-{digits[8:]}".lower()


def note(pages: QuerySet) -> None:
    """``pages`` changed: what the registrar has of them may be out of date."""
    _note(Doi.objects.filter(pk__in=pages.order_by().values("translation_key")))


def note_key(key: uuid.UUID) -> None:
    _note(Doi.objects.filter(pk=key))


def _note(rows: QuerySet[Doi]) -> None:
    changed = rows.update(
        version=F("version") + 1,
        attempts=0,
        available_at=timezone.now(),
        state=Case(
            When(state=State.SENDING, then=Value(State.SENDING)), default=Value(State.WAITING)
        ),
    )
    if changed and current() is not None:
        work.wake(NAME)


def retry(row: Doi) -> bool:
    """Sends again what failed or waits; tells whether it did."""
    still = Doi.objects.filter(pk=row.pk, state__in=[State.FAILED, State.WAITING])
    found = still.update(state=State.WAITING, attempts=0, available_at=timezone.now(), **FREE)
    if found and current() is not None:
        work.wake(NAME)
    return bool(found)


# Out --------------------------------------------------------------------------------------


def is_waiting() -> bool:
    return (
        current() is not None
        and Doi.objects.filter(state__in=[State.WAITING, State.SENDING]).exists()
    )


def drain() -> Drained:
    """Sends what is due. Raises nothing: whatever happens to one, the others go on."""
    drained = Drained()
    registrar = current()
    if registrar is None:
        return drained
    lost = Doi.objects.filter(state=State.SENDING, leased_until__lt=timezone.now())
    lost.update(state=State.WAITING, **FREE)
    while row := take():
        error: RegistrarError | None = None
        try:
            tell(registrar, row)
        except RegistrarError as failure:
            error = failure
        except Exception:
            logger.exception("The DOI %s could not be sent", row.doi)
            error = RegistrarError(_("Internal error."))
        settle(row, error)
        if error is None:
            drained.done += 1
        else:
            drained.failed += 1
            drained.errors.add(str(error))
    return drained


def take() -> Doi | None:
    """The next one that is due, under a lease."""
    now, lease = timezone.now(), uuid.uuid4()
    due = Doi.objects.filter(state=State.WAITING, available_at__lte=now)
    with transaction.atomic(durable=True):  # fails inside a transaction: sending comes next
        for pk in due.order_by("available_at", "pk").values_list("pk", flat=True)[:20]:
            # One statement: of several workers, one finds it waiting.
            taken = Doi.objects.filter(pk=pk, state=State.WAITING).update(
                state=State.SENDING,
                attempts=F("attempts") + 1,
                lease=lease,
                leased_until=now + LEASE,
            )
            if taken:
                return Doi.objects.get(pk=pk)
    return None


def tell(registrar: Registrar, row: Doi) -> None:
    """Has the registrar know what is so now, and notes in ``row`` what it confirmed."""
    record = _record(row.key)
    if record is None:
        if row.standing not in Doi.MINTED:
            raise RegistrarError(_("The publication is not public any more."), is_final=True)
        if row.standing != Standing.HIDDEN:
            registrar.hide(row.doi)
            row.standing, row.fingerprint = Standing.HIDDEN, ""
        return
    row.title = record.title[:255]
    if row.standing not in Doi.MINTED and record.doi not in ("", row.doi):
        raise RegistrarError(
            _("This publication has a DOI: %(doi)s.") % {"doi": record.doi}, is_final=True
        )
    metadata = datacite.as_dict(replace(record, doi=row.doi))
    mark = hashlib.sha256(json.dumps(metadata, sort_keys=True).encode()).hexdigest()
    if row.standing == Standing.NONE:
        registrar.draft(row.doi, metadata)
        row.standing = Standing.DRAFT
    if row.standing != Standing.FINDABLE:
        registrar.publish(row.doi, metadata)
    elif row.fingerprint != mark:
        registrar.update(row.doi, metadata)
    row.standing, row.fingerprint = Standing.FINDABLE, mark


def _record(key: uuid.UUID) -> Record | None:
    from ..harvesting.ledger import public_records

    return next(iter(public_records([key])), None)


@transaction.atomic
def settle(row: Doi, error: RegistrarError | None) -> None:
    """Notes what became of it, and gives the publication its DOI once that is findable. A row that
    another worker has taken up since is not ours."""
    from ..submissions import log_on

    now = timezone.now()
    # Pages before the row, as whoever saves a page locks them.
    pages = list(
        PublicationPage._base_manager.select_for_update()
        .filter(translation_key=row.key)
        .order_by("pk")
    )
    mine = Doi.objects.select_for_update().filter(pk=row.pk, lease=row.lease).first()
    if mine is None:
        return
    fields: dict[str, Any] = {name: getattr(row, name) for name in ("title", "standing")}
    fields |= {"fingerprint": row.fingerprint, "status": None, "error": ""}
    if error is None:
        fields |= {"confirmed_at": now, "attempts": 0}
        fields |= {"state": State.DONE if mine.version == row.version else State.WAITING}
    else:
        fields |= {"status": error.status, "error": str(error)[:500]}
        if mine.version != row.version:
            fields |= {"state": State.WAITING}
        elif error.is_final or row.attempts > len(WAITS):
            fields |= {"state": State.FAILED}
        else:
            wait = WAITS[row.attempts - 1] * random.uniform(1, 1.2)  # noqa: S311
            wait = max(wait, timedelta(seconds=min(error.after or 0, 86_400)))
            fields |= {"state": State.WAITING, "available_at": now + wait}
    if row.standing == Standing.FINDABLE:
        for page in pages:
            if page.doi != row.doi:
                page.doi = row.doi
                page.save(update_fields=["doi"], clean=False)
                log_on(page, "publication.doi_registered", None, row.doi)
    Doi.objects.filter(pk=row.pk).update(**fields, **FREE)

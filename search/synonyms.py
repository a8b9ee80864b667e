"""Words that mean the same: what editors keep, as both engines use it.

All rules work in every language, since a query may be typed in any. A rule leads from the words
as they may be typed, in singular and plural, to the terms that are looked for as well. They are
worked out here once after each change. Elasticsearch is given them through its synonyms API by
the queue, and uses them from then on without a new index. Until then, where a server keeps none,
and on the database engine, the query itself names them: what is found is the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from cpmg import work
from cpmg.compiled import Compiled
from cpmg.work import Drained

from . import index
from .models import SynonymSet, SynonymsJob
from .words import STOP_WORDS, Expansion, Term

Words = tuple[str, ...]

#: The one row of the job.
ROW = 1
LEASE = 45
LONGEST_WAIT = 20


@dataclass(frozen=True)
class Rules:
    """``targets``: by what may be typed the terms that it stands for."""

    targets: dict[Words, tuple[Words, ...]]
    longest: int = 0

    def expansions(self, sequence: Words, plain: Mapping[str, Term]) -> tuple[Expansion, ...]:
        """Where in the ``sequence`` of what was typed terms stand, the longest first, with all
        their synonyms. ``plain``: by word what it is among the terms of the query."""
        found: list[Expansion] = []
        place = 0
        while place < len(sequence):
            for length in range(min(self.longest, len(sequence) - place), 0, -1):
                typed = sequence[place : place + length]
                covered = tuple(dict.fromkeys(plain[w] for w in typed if w in plain))
                if typed in self.targets and covered:
                    others = tuple(Term(t) for t in self.targets[typed] if t != typed)
                    name = self.names[frozenset(self.targets[typed])]
                    found.append(Expansion(typed, name, covered, others))
                    place += length
                    break
            else:
                place += 1
        return tuple(dict.fromkeys(found))

    @cached_property
    def names(self) -> dict[frozenset[Words], Words]:
        """By the terms that are looked for one of those, or of their forms, that lead there. A
        query says it in place of what was typed: to know all forms, of which there are some
        thousands, Elasticsearch would take a third of a second for each new index."""
        names: dict[frozenset[Words], Words] = {}
        for typed, terms in self.targets.items():
            key = frozenset(terms)
            names[key] = min(typed, names.get(key, typed))
        return names

    def as_lines(self) -> list[str]:
        """In the form of Elasticsearch: ``name => term, term``."""
        return sorted(
            f"{' '.join(name)} => {', '.join(sorted(map(' '.join, terms)))}"
            for terms, name in self.names.items()
        )


def rules() -> Rules:
    """The rules as they are now; one query while nothing changes."""
    return current()[0]


def current() -> tuple[Rules, bool]:
    """The rules as they are now, and whether Elasticsearch knows them."""
    if (fixed := _fixed.get()) is not None:
        return fixed
    ((wanted, done),) = _state() or ((None, None),)
    return _rules(wanted), wanted is not None and wanted == done


_state = Compiled(lambda: SynonymsJob.objects.filter(pk=ROW).values_list("wanted", "done"))

_fixed: ContextVar[tuple[Rules, bool] | None] = ContextVar("fixed", default=None)


@contextmanager
def fixed() -> Iterator[None]:
    """Asks no more for the rules; without a database there are none."""
    try:
        found = current()
    except DatabaseError:
        found = Rules({}), False
    token = _fixed.set(found)
    try:
        yield
    finally:
        _fixed.reset(token)


@lru_cache(maxsize=2)
def _rules(state: uuid.UUID | None) -> Rules:
    return compiled(SynonymSet.objects.all()) if state else Rules({})


def compiled(sets: Iterable[SynonymSet]) -> Rules:
    """The rules of ``sets``. Equivalent ones that share a term are one group."""
    group: dict[Words, list[Words]] = {}
    one_way: list[list[Words]] = []
    for synonyms in sets:
        terms = synonyms.folded
        if synonyms.kind == SynonymSet.Kind.ONE_WAY:
            one_way.append(terms)
            continue
        joined: list[Words] = []
        for term in terms:
            joined += [t for t in group.get(term, [term]) if t not in joined]
        for term in joined:
            group[term] = joined
    targets: dict[Words, dict[Words, None]] = {
        term: dict.fromkeys([term, *terms]) for term, terms in group.items()
    }
    for first, *others in (terms for terms in one_way if len(terms) > 1):
        wider = [term for other in others for term in [other, *group.get(other, ())]]
        for term in group.get(first, [first]):
            targets[term] = targets.get(term, {term: None}) | dict.fromkeys(wider)
    complete = {term: tuple(found) for term, found in targets.items()}
    for term, found in list(complete.items()):
        for form in numbers(term):
            complete.setdefault(form, found)
    return Rules(complete, max(map(len, complete), default=0))


def numbers(term: Words) -> Iterator[Words]:
    """``term`` in the other number, as it might be in any of the four languages: the last word,
    the first, or all of them."""
    forms: list[Words] = [(word,) if word in STOP_WORDS else Term((word,)).forms for word in term]
    for position in sorted({0, len(term) - 1}):
        for form in forms[position][1:]:
            yield (*term[:position], form, *term[position + 1 :])
    if len(term) > 1:
        for how in range(1, max(map(len, forms))):
            yield tuple(form[min(how, len(form) - 1)] for form in forms)
        yield tuple(word if word in STOP_WORDS else _plural_in_spanish(word) for word in term)


def _plural_in_spanish(word: str) -> str:
    if word.endswith("s"):
        return word
    return word + ("s" if word[-1] in "aeiou" else "es")


def others(expansions: Iterable[Expansion]) -> list[Term]:
    """The synonyms, in singular and plural, to be marked where they are found."""
    words = [
        form
        for expansion in expansions
        for other in expansion.others
        for form in (other.words, *numbers(other.words))
    ]
    return [Term(form) for form in dict.fromkeys(words)]


# The way into Elasticsearch -----------------------------------------------------------------


def changed() -> None:
    """Notes in the running transaction that the rules are others."""
    from . import queue

    now = timezone.now()
    new = {"wanted": uuid.uuid4(), "available_at": now, "attempts": 0, "refused": False}
    noted = SynonymsJob.objects.filter(pk=ROW)
    noted.filter(done=F("wanted")).update(changed_at=now)
    if not noted.update(**new):
        SynonymsJob.objects.update_or_create(pk=ROW, defaults=new)
    if queue.in_use():
        work.wake(queue.NAME)


def waiting() -> QuerySet[SynonymsJob]:
    """The row, if Elasticsearch has yet to be told."""
    jobs = SynonymsJob.objects.filter(pk=ROW, refused=False)
    return jobs.filter(Q(done=None) | ~Q(done=F("wanted")))


def name() -> str:
    """The set in Elasticsearch, beside the index of the same installation."""
    return f"{index.alias()}-synonyms"


def put(es: Elasticsearch) -> None:
    """Gives Elasticsearch the rules as they are now, if it has others: each time it reads them,
    it reads them into all indexes anew."""
    lines = rules().as_lines()
    if held(es) == lines:
        return
    es.synonyms.put_synonym(
        id=name(), synonyms_set=[{"id": f"{n}", "synonyms": line} for n, line in enumerate(lines)]
    )


def held(es: Elasticsearch) -> list[str] | None:
    """The rules that Elasticsearch holds, or None where it has no set."""
    lines: list[str] = []
    while True:
        try:
            answer = es.synonyms.get_synonym(id=name(), from_=len(lines), size=1000)
        except NotFoundError:
            return None
        lines += [rule["synonyms"] for rule in answer["synonyms_set"]]
        if len(lines) >= answer["count"] or not answer["synonyms_set"]:
            return sorted(lines)


def is_refusal(error: ApiError) -> bool:
    """Whether this server keeps no synonyms, now or later: the API is missing, or the module
    with the type of field that it stores them in."""
    return error.status_code in (400, 404, 405) or "mapper type" in str(error.body)


def prepare(es: Elasticsearch) -> bool:
    """Makes the set, which an index needs from its beginning. Whether the server keeps one."""
    try:
        if held(es) is None:
            put(es)
    except ApiError as error:
        if is_refusal(error):
            return False
        raise
    return True


def agree(es: Elasticsearch) -> bool:
    """Whether Elasticsearch holds the rules as they are now; where queries don't rely on it,
    it does not matter."""
    rules, relied_on = current()
    return not relied_on or held(es) == rules.as_lines()


def renew(es: Elasticsearch) -> Drained:
    """Tells Elasticsearch again, whatever it was told."""
    SynonymsJob.objects.filter(pk=ROW).update(
        done=None, refused=False, attempts=0, available_at=timezone.now()
    )
    return push(es)


def push(es: Elasticsearch) -> Drained:
    """Tells Elasticsearch if it has to be told. Whoever does holds a lease, so that an older
    state never arrives after a newer one."""
    from .queue import reason

    lease, now = uuid.uuid4(), timezone.now()
    free = waiting().filter(Q(leased_until=None) | Q(leased_until__lt=now), available_at__lte=now)
    with transaction.atomic(durable=True):  # fails inside a transaction: writing comes next
        taken = free.update(lease=lease, leased_until=now + timedelta(seconds=LEASE))
    mine = SynonymsJob.objects.filter(pk=ROW, lease=lease)
    job = mine.first() if taken else None
    if job is None:
        return Drained()
    freed: dict[str, Any] = {"lease": None, "leased_until": None}
    try:
        put(es)
        known = index.knows(es, name())
    except (ApiError, TransportError) as error:
        refused = isinstance(error, ApiError) and is_refusal(error)
        wait = timedelta(seconds=min(2**job.attempts, LONGEST_WAIT))
        mine.update(
            attempts=min(job.attempts + 1, 1000),
            error=reason(error)[:200],
            refused=refused,
            available_at=timezone.now() + wait,
            **freed,
        )
        return Drained() if refused else Drained(failed=1, errors={reason(error)})
    if not known:
        mine.update(refused=True, error="rebuild needed", **freed)
        return Drained()
    mine.update(done=job.wanted, attempts=0, error="", **freed)
    return Drained(done=1)

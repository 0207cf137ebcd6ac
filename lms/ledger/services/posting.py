"""The one door to the ledger: post lines, reverse lines. Locks, hours and as-then facts are settled in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import bulk, clock, positions
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.ledger import rules
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line, LineTag, PeriodLock
from lms.ledger.services.hours import Valuer
from lms.people.models import Person
from lms.places.models import Division, Organisation, Post
from lms.programmes.models import Category, Programme

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a room hands in for one line. ``key`` makes it idempotent; build it from the act's uuid and the role.

    ``happened_from``/``happened_to`` are aware. ``division`` defaults to the person's; sex, ethnic group, education and birth
    year are copied from the person as they are now.
    """

    key: str
    kind: Kind
    source_label: str
    source_uuid: uuid.UUID
    happened_from: dt.datetime
    happened_to: dt.datetime | None = None
    person: Person | None = None
    division: Division | None = None
    occasion_label: str = ""
    occasion: uuid.UUID | None = None
    slot: str = ""
    minutes: int = 0
    quantity: int = 1
    organisation: Organisation | None = None
    post: Post | None = None
    category: Category | None = None
    programme: Programme | None = None
    mode: Mode = Mode.NONE
    topic: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[tuple[str, str]] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


def post(drafts: Iterable[Draft], *, by: Actor, of_new_rows: bool = False) -> list[Line]:
    """Post lines in the caller's transaction and return them in the order of the drafts.

    A draft whose key is already posted yields the line that stands. A line that happened in a locked period is posted to
    the next open one. Call it last in the transaction: it takes the position lock, held until the commit.

    ``of_new_rows``: every key names a row that this transaction inserted, so that nobody can have posted it; the keys are not
    looked for then, and the database refuses one that stands all the same.
    """
    wanted = list(drafts)
    if not wanted:
        return []
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lines are posted inside the transaction of their act")
    standing = {} if of_new_rows else _by_keys([d.key for d in wanted])
    fresh: dict[str, Draft] = {}
    for draft in wanted:
        if draft.key not in standing:
            fresh.setdefault(draft.key, draft)
    if fresh:
        standing.update(_insert(fresh, by=by, of_new_rows=of_new_rows))
    return [standing[d.key] for d in wanted]


def _insert(fresh: dict[str, Draft], *, by: Actor, of_new_rows: bool) -> dict[str, Line]:
    """Insert what nobody has posted yet. Lines are built before the position lock is taken, to hold it briefly."""
    valuer, make = Valuer(fresh.values()), bulk.Maker(Line)
    built = {key: _line(draft, valuer, make) for key, draft in fresh.items()}
    first = positions.take(len(built))
    standing = {} if of_new_rows else _by_keys(list(built))  # posted by somebody else while we waited for the lock
    locks, days = open_locks(), _Days()
    now = clock.now()
    new = [line for key, line in built.items() if key not in standing]
    for offset, line in enumerate(new):
        line.position = first + offset
        line.recorded_by, line.recorded_at = by.uuid, now
        settle_period(line, locks, days)
    bulk.create(Line, new)
    tags = [LineTag(line=line, name=n, code=c) for line in new for n, c in dict.fromkeys(fresh[line.key].tags)]
    if tags:
        LineTag.objects.bulk_create(tags, batch_size=1000)
    standing.update({line.key: line for line in new})
    return standing


def reverse(line: Line, *, reason: str, by: Actor) -> Line:
    """Post the counter-line of ``line``: a correction adds a row. Reversing twice returns the counter-line that stands."""
    return reverse_many([line], reason=reason, by=by)[0]


def reverse_many(lines: Sequence[Line], *, reason: str, by: Actor) -> list[Line]:
    """Post the counter-lines of many lines, in their order, in one transaction; each is audited."""
    if any(line.sign < 0 for line in lines):
        raise Refused(_("更正行不能再被冲销；请补记一行新的。"))
    if not lines:
        return []
    with transaction.atomic():
        first = positions.take(len(lines))
        standing = {line.reverses_id: line for line in _chunked(Line.objects.all(), "reverses_id", [line.pk for line in lines])}
        locks, days = open_locks(), _Days()
        now = clock.now()
        new = []
        for offset, line in enumerate({line.pk: line for line in lines if line.pk not in standing}.values()):
            counter = Line(
                **{f.attname: getattr(line, f.attname) for f in Line._meta.concrete_fields if f.attname not in _NOT_COPIED},
                key=f"reverse:{line.uuid}",
                position=first + offset,
                sign=-1,
                reverses=line,
                recorded_by=by.uuid,
                recorded_at=now,
            )
            settle_period(counter, locks, days)
            new.append(counter)
            audit.record("ledger.line.reversed", line, by=by, division_path=line.division.path, reason=reason)
        Line.objects.bulk_create(new, batch_size=CHUNK)
        standing.update({line.reverses_id: line for line in new})
        return [standing[line.pk] for line in lines]


def reverse_key(key: str, *, reason: str, by: Actor) -> Line | None:
    """Reverse the line posted under ``key``; None when none was posted."""
    line = Line.objects.select_related("division").filter(key=key).first()
    return None if line is None else reverse(line, reason=reason, by=by)


_NOT_COPIED = {
    "id",
    "uuid",
    "key",
    "position",
    "sign",
    "reverses_id",
    "posted_period",
    "posted_on",
    "recorded_by",
    "recorded_at",
}


def _by_keys(keys: list[str]) -> dict[str, Line]:
    return {line.key: line for line in _chunked(Line.objects.all(), "key", keys)}


def _chunked(lines: Any, field_name: str, values: Sequence[Any]) -> Iterator[Line]:
    for start in range(0, len(values), CHUNK):
        yield from lines.filter(**{f"{field_name}__in": values[start : start + CHUNK]})


def division_of(draft: Draft) -> Division:
    division = draft.division or (draft.person.division if draft.person else None)
    if division is None:
        raise ValueError(f"line {draft.key} has neither division nor person")
    return division


def _line(draft: Draft, valuer: Valuer, make: bulk.Maker) -> Line:
    person = draft.person
    scheme, hundredths = valuer.value(draft)
    line: Line = make(
        key=draft.key,
        kind=draft.kind,
        person=person,
        occasion_label=draft.occasion_label,
        occasion=draft.occasion,
        slot=draft.slot,
        happened_from=draft.happened_from,
        happened_to=draft.happened_to or draft.happened_from,
        minutes=draft.minutes,
        hour_scheme=scheme,
        hour_hundredths=hundredths,
        quantity=draft.quantity,
        division=division_of(draft),
        organisation=draft.organisation or (person.organisation if person else None),
        post=draft.post,
        category=draft.category,
        programme=draft.programme,
        mode=draft.mode,
        topic=draft.topic,
        sex=person.sex if person else "",
        ethnic_group=person.ethnic_group if person else "",
        education=person.education if person else "",
        birth_year=person.birth_date.year if person and person.birth_date else None,
        facts=dict(draft.facts),
        source_label=draft.source_label,
        source_uuid=draft.source_uuid,
        evidence=_digest(draft, person),
    )
    return line


def _digest(draft: Draft, person: Person | None) -> str:
    salt = bytes(person.salt) if person and person.salt else b""
    body = {"key": draft.key, "source": str(draft.source_uuid), **{k: str(v) for k, v in draft.evidence.items()}}
    return hmac.digest(salt, _WRITTEN(body).encode(), "sha256").hex()


_WRITTEN = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def open_locks() -> set[tuple[str, int]]:
    """Open locks as (division path, yyyymm): few, one per locked division and month. Read under the position lock."""
    return set(PeriodLock.objects.filter(lifted_at__isnull=True).values_list("division__path", "period"))


class _Days(dict[dt.datetime, dt.date]):
    """The local day of a moment: lines posted together mostly share theirs."""

    def __missing__(self, moment: dt.datetime) -> dt.date:
        day = self[moment] = timezone.localdate(moment)
        return day


def settle_period(line: Line, locks: set[tuple[str, int]], days: _Days) -> None:
    """Report the line on the day it happened, or on the first day of the next month that is not locked."""
    day = days[line.happened_to]
    happened = rules.month_of(day)
    period = happened
    while any(locked == period and line.division.path.startswith(path) for path, locked in locks):
        period = rules.next_month(period)
    line.posted_period = period
    line.posted_on = day if period == happened else rules.first_day(period)

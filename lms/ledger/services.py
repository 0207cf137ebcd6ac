"""The one door to the ledger: post lines, reverse a line. Locks and as-then facts are settled here, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line, LineTag, PeriodLock
from lms.people.models import Person
from lms.places.models import Division, Organisation, Post
from lms.programmes.models import Category, Programme


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


def post(drafts: Iterable[Draft], *, by: Actor) -> list[Line]:
    """Post lines in the caller's transaction and return them in the order of the drafts.

    A draft whose key is already posted yields the line that stands. A line that happened in a locked period is posted to
    the next open one. Call it last in the transaction: it takes the position lock, held until the commit.
    """
    wanted = list(drafts)
    if not wanted:
        return []
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lines are posted inside the transaction of their act")
    first = positions.take(len(wanted))
    standing = {line.key: line for line in _by_keys([d.key for d in wanted])}
    locked = _locked_periods({_division_of(d).path for d in wanted})
    now = clock.now()
    new: dict[str, tuple[Draft, Line]] = {}
    for offset, draft in enumerate(wanted):
        if draft.key in standing or draft.key in new:
            continue
        new[draft.key] = (draft, _line(draft, position=first + offset, by=by, now=now, locked=locked))
    Line.objects.bulk_create([line for _draft, line in new.values()], batch_size=500)
    tags = [LineTag(line=line, name=n, code=c) for draft, line in new.values() for n, c in draft.tags]
    if tags:
        LineTag.objects.bulk_create(tags, batch_size=1000)
    standing.update({key: line for key, (_draft, line) in new.items()})
    return [standing[d.key] for d in wanted]


def reverse(line: Line, *, reason: str, by: Actor) -> Line:
    """Post the counter-line of ``line``: a correction adds a row. Reversing twice returns the counter-line that stands."""
    if line.sign < 0:
        raise Refused(_("更正行不能再被冲销；请补记一行新的。"))
    with transaction.atomic():
        first = positions.take()
        found = Line.objects.filter(reverses=line).first()
        if found is not None:
            return found
        now = clock.now()
        locked = _locked_periods({line.division.path})
        counter = Line(
            **{f.attname: getattr(line, f.attname) for f in Line._meta.concrete_fields if f.attname not in _NOT_COPIED},
            key=f"reverse:{line.uuid}",
            position=first,
            sign=-1,
            reverses=line,
            posted_period=_open_period(line.division.path, line.posted_period, locked),
            recorded_by=by.uuid,
            recorded_at=now,
        )
        Line.objects.bulk_create([counter])
        audit.record("ledger.line.reversed", line, by=by, division_path=line.division.path, reason=reason)
        return counter


def reverse_key(key: str, *, reason: str, by: Actor) -> Line | None:
    """Reverse the line posted under ``key``; None when none was posted."""
    line = Line.objects.select_related("division").filter(key=key).first()
    return None if line is None else reverse(line, reason=reason, by=by)


_NOT_COPIED = {"id", "uuid", "key", "position", "sign", "reverses_id", "posted_period", "recorded_by", "recorded_at"}


def _by_keys(keys: list[str]) -> Iterable[Line]:
    for start in range(0, len(keys), 500):
        yield from Line.objects.filter(key__in=keys[start : start + 500])


def _division_of(draft: Draft) -> Division:
    division = draft.division or (draft.person.division if draft.person else None)
    if division is None:
        raise ValueError(f"line {draft.key} has neither division nor person")
    return division


def _line(draft: Draft, *, position: int, by: Actor, now: dt.datetime, locked: set[tuple[str, int]]) -> Line:
    person, division = draft.person, _division_of(draft)
    end = draft.happened_to or draft.happened_from
    month = timezone.localtime(end)
    return Line(
        key=draft.key,
        kind=draft.kind,
        person=person,
        occasion_label=draft.occasion_label,
        occasion=draft.occasion,
        slot=draft.slot,
        happened_from=draft.happened_from,
        happened_to=end,
        posted_period=_open_period(division.path, month.year * 100 + month.month, locked),
        minutes=draft.minutes,
        quantity=draft.quantity,
        division=division,
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
        recorded_by=by.uuid,
        recorded_at=now,
        position=position,
    )


def _digest(draft: Draft, person: Person | None) -> str:
    salt = bytes(person.salt) if person and person.salt else b""
    body = {"key": draft.key, "source": str(draft.source_uuid), **{k: str(v) for k, v in draft.evidence.items()}}
    return hmac.new(salt, json.dumps(body, sort_keys=True, ensure_ascii=False).encode(), hashlib.sha256).hexdigest()


def _locked_periods(paths: set[str]) -> set[tuple[str, int]]:
    """Open locks as (division path, yyyymm). There are few: one per locked division and month."""
    return set(PeriodLock.objects.filter(lifted_at__isnull=True).values_list("division__path", "period")) if paths else set()


def _open_period(path: str, period: int, locked: set[tuple[str, int]]) -> int:
    while any(p == period and path.startswith(lock_path) for lock_path, p in locked):
        year, month = divmod(period, 100)
        period = (year + 1) * 100 + 1 if month == 12 else period + 1
    return period

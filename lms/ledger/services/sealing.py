"""Sealing a day: one more link of the hash chain, its head written outside the database. Sealing an approved period."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from lms.audit import selectors as audit
from lms.audit import services as auditing
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.ledger import chain, merkle, seals
from lms.ledger.models import DayChain, Seal
from lms.places.models import Division


def seal_day(*, day: dt.date | None = None) -> DayChain:
    """Link everything that became known since the last link. Nothing new on a day already sealed: that day's link again."""
    day = day or clock.today()
    last = DayChain.objects.order_by("-number").first()
    position, event = positions.closed(), audit.last_settled_id()
    if last is not None and last.day >= day and last.last_position >= position and last.last_event >= event:
        chain.write_head(last)
        return last
    try:
        with transaction.atomic():
            link = _link(last, day, position, event)
    except IntegrityError:  # somebody sealed at the same moment
        link = DayChain.objects.order_by("-number")[0]
    chain.write_head(link)
    return link


def _link(last: DayChain | None, day: dt.date, position: int, event: int) -> DayChain:
    first_position = last.last_position + 1 if last else 1
    first_event = last.last_event + 1 if last else 1
    lines = [d for _u, _n, d in chain.line_digests(first_position, position, chain.VERSION)]
    events = [d for _u, _n, d in chain.event_digests(first_event, event, chain.VERSION)]
    previous = last.head if last else ""
    return DayChain.objects.create(
        number=last.number + 1 if last else 1,
        day=day,
        version=chain.VERSION,
        first_position=first_position,
        last_position=position,
        line_count=len(lines),
        first_event=first_event,
        last_event=event,
        event_count=len(events),
        leaves=b"".join(d[: chain.LEAF] for d in [*lines, *events]),
        previous=previous,
        head=chain.head_of(previous, day, chain.VERSION, [*lines, *events]),
    )


def seal_period(*, division: Division, period: int, position: int, by: Actor) -> Seal:
    """Seal the lines of a division and period as known at a position. The same again returns the seal that stands."""
    standing = Seal.objects.filter(division=division, period=period, closing_position=position).first()
    if standing is not None:
        return standing
    leaves = seals.leaves_of(division, period, position)
    try:
        with transaction.atomic():
            seal = Seal.objects.create(
                division=division,
                period=period,
                closing_position=position,
                version=merkle.VERSION,
                line_count=len(leaves),
                root=seals.root_over(leaves, division, period, position),
                sealed_by=by.uuid,
            )
            auditing.record("ledger.period.sealed", seal, by=by, division_path=division.path, period=period, root=seal.root)
    except IntegrityError:  # somebody sealed at the same moment
        return Seal.objects.get(division=division, period=period, closing_position=position)
    return seal

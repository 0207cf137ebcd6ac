"""Lines as the folds need them: standing at a position, persons told apart through merges as known then."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lms.ledger.folding import Basis, Entry, Plan
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.querysets import LineQuerySet
from lms.people import selectors as people
from lms.people.models import Person

_FIELDS = (
    "pk",
    "position",
    "kind",
    "person_id",
    "occasion_label",
    "occasion",
    "slot",
    "happened_to",
    "posted_on",
    "minutes",
    "division_id",
    "division__path",
    "mode",
    "category_id",
    "programme_id",
)


def lines_of(person: Person, *, kinds: Iterable[str] = (), as_of: int | None = None) -> LineQuerySet:
    """Standing lines of one human being (all merged ids, as known at the position), in the order they became known."""
    lines = Line.objects.as_of(as_of).filter(person_id__in=people.ids_of(person, as_of=as_of))
    wanted = list(kinds)
    return lines.filter(kind__in=wanted) if wanted else lines


def standing_lines_from(source_label: str, source_uuids: Iterable[uuid.UUID], *, kinds: Iterable[str] = ()) -> LineQuerySet:
    """The lines that stand today for these acts of a room: neither reversed nor counter-lines."""
    lines = Line.objects.standing().filter(source_label=source_label, source_uuid__in=list(source_uuids))
    wanted = list(kinds)
    return (lines.filter(kind__in=wanted) if wanted else lines).select_related("division")


def entries(lines: LineQuerySet, canonical: dict[int, int], *, by_occasion: bool = False) -> Iterator[Entry]:
    """Person lines as plain values, the person replaced by the canonical one."""
    local = timezone.get_current_timezone()
    rows = lines.filter(person__isnull=False, occasion__isnull=False)
    rows = rows.order_by("occasion") if by_occasion else rows.order_by()
    for (
        pk,
        position,
        kind,
        person,
        label,
        occasion,
        slot,
        happened,
        on,
        minutes,
        division,
        path,
        mode,
        category,
        programme,
    ) in rows.values_list(*_FIELDS).iterator(chunk_size=5000):
        yield Entry(
            line=pk,
            position=position,
            kind=kind,
            person=canonical.get(person, person),
            label=label,
            occasion=occasion,
            slot=slot,
            happened_on=happened.astimezone(local).date(),
            on=on,
            minutes=minutes,
            division=division,
            path=path,
            mode=mode,
            category=category or 0,
            programme=programme or 0,
        )


def plans_of(occasions: Any, *, as_of: int | None) -> dict[uuid.UUID, Plan]:
    """What each of the occasions planned, as known at the position. ``occasions``: uuids or a subquery of them."""
    plans: dict[uuid.UUID, Plan] = {}
    lines = Line.objects.as_of(as_of).filter(kind=Kind.SCHEDULED, occasion__in=occasions)
    rows = lines.order_by().values_list("occasion", "slot", "minutes", "posted_on", "mode", "facts", "position")
    for occasion, slot, minutes, on, mode, facts, position in rows.iterator(chunk_size=5000):
        floor = facts.get("floor_percent")
        plans.setdefault(occasion, Plan()).add(
            slot=slot, minutes=minutes, on=on, mode=mode, floor=floor if isinstance(floor, int) else None, position=position
        )
    return plans


def occasions_touching(basis: Basis, start: dt.date | None, end: dt.date | None) -> Any:
    """Occasions that have any line of the basis, or a planned one, reported between the days (as a subquery of uuids).

    A unit is counted on a day of one of its occasion's lines, so none is missed.
    """
    lines = Line.objects.filter(kind__in=[*basis.kinds, Kind.SCHEDULED], occasion_label__in=basis.labels, occasion__isnull=False)
    return lines.posted(start, end).order_by().values("occasion").distinct()


def group_lines(
    basis: Basis, path: str, start: dt.date | None, end: dt.date | None, *, as_of: int | None, canonical: dict[int, int]
) -> LineQuerySet:
    """Standing lines of every group (person × occasion) that has a line in the subtree and may count between the days."""
    lines = Line.objects.as_of(as_of).filter(kind__in=basis.kinds, occasion_label__in=basis.labels)
    if start is not None or end is not None:
        lines = lines.filter(occasion__in=occasions_touching(basis, start, end))
    if path == "/":
        return lines
    inside = lines.within(path)
    merged = set(canonical) | set(canonical.values())
    ids = inside.order_by().values("person_id")
    # the same person's lines of the same occasions elsewhere: the earliest line of a group gives its division
    occasions = inside.order_by().values("occasion")
    elsewhere = Q(person_id__in=ids)
    if merged:
        touched = set(inside.filter(person_id__in=merged).values_list("person_id", flat=True))
        tops = {canonical.get(pk, pk) for pk in touched}
        elsewhere |= Q(person_id__in=[pk for pk in merged if canonical.get(pk, pk) in tops])
    return lines.filter(Q(division__path__startswith=path) | (elsewhere & Q(occasion__in=occasions)))

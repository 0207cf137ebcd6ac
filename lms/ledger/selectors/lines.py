"""Lines as the folds need them: standing at a position, persons told apart through merges as known then."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Q, TextField
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from lms.ledger.folding import Basis, Entry, Plan
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.querysets import LineQuerySet
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.boundaries import THEN, Boundaries

if TYPE_CHECKING:
    from lms.ledger.selectors.folds import Scope

MANY = 20_000  # occasions that are named one by one in a statement, where the engine sets no limit
Days = tuple[dt.date | None, dt.date]

_FIELDS = (
    "pk",
    "position",
    "kind",
    "person_id",
    "occasion_label",
    "occasion_text",
    "slot",
    "happened_on",
    "posted_on",
    "minutes",
    "division_id",
    "division__path",
    "mode",
    "category_id",
    "programme_id",
    "sex",
    "ethnic_group",
    "education",
    "birth_year",
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


def enrolled_in(occasion: uuid.UUID) -> dict[int, tuple[int | None, int | None]]:
    """Persons enrolled in a class or course and not withdrawn since → programme and category they were enrolled under."""
    inside: dict[int, tuple[int | None, int | None] | None] = {}
    lines = Line.objects.standing().filter(occasion=occasion, kind__in=[Kind.ENROLLED, Kind.WITHDRAWN], person__isnull=False)
    for person, kind, programme, category in lines.order_by("position").values_list(
        "person_id", "kind", "programme_id", "category_id"
    ):
        inside[person] = (programme, category) if kind == Kind.ENROLLED else None
    return {person: under for person, under in inside.items() if under is not None}


def occasions_enrolled(person: Person) -> set[uuid.UUID]:
    """Classes and courses in which a human being is enrolled and from which they have not withdrawn since."""
    inside: dict[uuid.UUID, bool] = {}
    lines = lines_of(person, kinds=[Kind.ENROLLED, Kind.WITHDRAWN]).filter(occasion__isnull=False).order_by("position")
    for occasion, kind in lines.values_list("occasion", "kind"):
        inside[occasion] = kind == Kind.ENROLLED
    return {occasion for occasion, is_in in inside.items() if is_in}


def entries(
    lines: LineQuerySet,
    canonical: dict[int, int],
    *,
    by_occasion: bool = False,
    boundaries: Boundaries = THEN,
    late: Days | None = None,
) -> Iterator[Entry]:
    """Person lines as plain values, the person replaced by the canonical one.

    ``late``: lines that happened between these days and were posted to a later period are read on the day they happened.
    """
    rows = lines.filter(person__isnull=False, occasion__isnull=False)
    rows = rows.order_by("occasion") if by_occasion else rows.order_by()
    # a day and a text are read in a fraction of what a moment and a uuid take; of an occasion there are many lines
    rows = rows.annotate(
        happened_on=TruncDate("happened_to", tzinfo=timezone.get_current_timezone()),
        occasion_text=Cast("occasion", TextField()),
    )
    occasions: dict[str, uuid.UUID] = {}
    moved = boundaries.moved
    for (
        pk,
        position,
        kind,
        person,
        label,
        text,
        slot,
        happened_on,
        on,
        minutes,
        division,
        path,
        mode,
        category,
        programme,
        sex,
        ethnic_group,
        education,
        birth_year,
    ) in rows.values_list(*_FIELDS).iterator(chunk_size=5000):
        occasion = occasions.get(text)
        if occasion is None:
            occasion = occasions[text] = uuid.UUID(text)
        yield Entry(
            pk,
            position,
            kind,
            canonical.get(person, person),
            label,
            occasion,
            slot,
            happened_on,
            on if late is None else reported_on(on, happened_on, late),
            minutes,
            division,
            boundaries.path(division, path) if moved else path,
            mode,
            category or 0,
            programme or 0,
            sex,
            ethnic_group,
            education,
            birth_year or 0,
        )


def reported_on(posted: dt.date, happened: dt.date, late: Days | None) -> dt.date:
    """The day a line is read on: as posted, or the day it happened when it came too late for the period asked for."""
    if late is None or posted <= late[1] or happened > late[1] or (late[0] is not None and happened < late[0]):
        return posted
    return happened


def plans_of(occasions: Any, *, as_of: int | None, late: Days | None = None) -> dict[uuid.UUID, Plan]:
    """What each of the occasions planned, as known at the position. ``occasions``: uuids, a subquery of them, or None for all."""
    plans: dict[uuid.UUID, Plan] = {}
    lines = Line.objects.as_of(as_of).filter(kind=Kind.SCHEDULED, occasion__isnull=False)
    if occasions is not None:
        lines = lines.filter(occasion__in=occasions)
    rows = lines.order_by().values_list("occasion", "slot", "minutes", "posted_on", "happened_to", "mode", "facts", "position")
    for occasion, slot, minutes, on, happened, mode, facts, position in rows.iterator(chunk_size=5000):
        floor = facts.get("floor_percent")
        plans.setdefault(occasion, Plan()).add(
            slot=slot,
            minutes=minutes,
            on=on if late is None else reported_on(on, timezone.localdate(happened), late),
            mode=mode,
            floor=floor if isinstance(floor, int) else None,
            position=position,
        )
    return plans


def occasions_touching(basis: Basis, start: dt.date | None, end: dt.date | None, *, late: bool = False) -> Any:
    """Occasions that have any line of the basis, or a planned one, reported between the days (as a subquery of uuids).

    A unit is counted on a day of one of its occasion's lines, so none is missed.
    """
    lines = Line.objects.filter(kind__in=[*basis.kinds, Kind.SCHEDULED], occasion_label__in=basis.labels, occasion__isnull=False)
    return lines.reported(start, end, late=late).order_by().values("occasion").distinct()


def group_lines(basis: Basis, scope: Scope, *, canonical: dict[int, int]) -> LineQuerySet:
    """Standing lines of every group (person × occasion) that has a line in the subtree and may count between the days."""
    of_basis = lines = Line.objects.as_of(scope.position).filter(kind__in=basis.kinds, occasion_label__in=basis.labels)
    if scope.start is not None or scope.end is not None:
        touching = occasions_touching(basis, scope.start, scope.end, late=scope.late)
        lines = lines.filter(occasion__in=_named(touching, "occasion"))
    if scope.path == "/":
        return lines
    inside = lines.within(scope.path, scope.boundaries).filter(person__isnull=False)
    merged = set(canonical) | set(canonical.values())
    # the same person's lines of the same occasions elsewhere: the earliest line of a group gives its division
    ids, occasions = (inside.order_by().values(column).distinct() for column in ("person_id", "occasion"))
    if connections[lines.db].features.max_query_params is None:
        pairs = list(inside.order_by().values_list("person_id", "occasion").distinct()[: 2 * MANY + 1])  # both in one reading
        named, taken = {pk for pk, _occasion in pairs}, {occasion for _pk, occasion in pairs}
        if len(pairs) <= 2 * MANY and max(len(named), len(taken)) <= MANY:
            # their own lines are looked up: a course that a whole province takes is not read for one county's month
            return of_basis.filter(person_id__in=named | _mates(named & merged, canonical), occasion__in=taken)
    mates = _mates(set(inside.filter(person_id__in=merged).values_list("person_id", flat=True)), canonical) if merged else set()
    here = scope.boundaries.q(scope.path, by="division__path", id_field="division_id")
    elsewhere = Q(person_id__in=ids) | Q(person_id__in=mates) if mates else Q(person_id__in=ids)
    return lines.filter(here | (elsewhere & Q(occasion__in=occasions)))


def _mates(ids: set[int], canonical: dict[int, int]) -> set[int]:
    """Everybody who is one with one of these, themselves among them; none for those who were never merged."""
    tops = {canonical.get(pk, pk) for pk in ids}
    return {pk for pk in set(canonical) | set(canonical.values()) if canonical.get(pk, pk) in tops}


def _named(rows: Any, column: str) -> Any:
    """A subquery of one column as the list of its values, where they are few enough for a statement.

    A database that is given them looks up their lines; one that is not reads the whole ledger to join it with them.
    """
    most = _nameable(rows.db)
    found = list(rows.values_list(column, flat=True)[: most + 1])
    return found if len(found) <= most else rows


def _nameable(alias: str) -> int:
    most = connections[alias].features.max_query_params
    return MANY if most is None else most // 2  # the other half is for what else the statement says

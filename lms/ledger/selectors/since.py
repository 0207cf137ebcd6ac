"""Whether what became known after a position moves the figures of a period: asked instead of folding the whole of it again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Q

from lms.core import positions
from lms.ledger.folding import Basis, Unit, units_of
from lms.ledger.kinds import Kind
from lms.ledger.models import CountingBasis, Line
from lms.ledger.querysets import LineQuerySet
from lms.ledger.selectors.folds import Scope
from lms.ledger.selectors.lines import entries, plans_of
from lms.ledger.selectors.standards import plain
from lms.people import selectors as people
from lms.places import boundaries

MOST = 5000  # lines that are looked into; more are taken to move something
CHUNK = 400
T = TypeVar("T")


def moved_since(scope: Scope, basis: CountingBasis) -> bool:
    """Whether a line, a merge or a change of divisions known after the scope's position may move what the scope shows at it.

    Never wrongly no: a line reported in the period moves its sums; of the persons in any other line the groups they stand in
    are folded as of then and as of now. Sometimes wrongly yes: any merge, any change of divisions, many lines.
    """
    assert scope.start is not None and scope.end is not None
    if people.linked_since(scope.position) or boundaries.changed_since(scope.position):
        return True
    if CountingBasis.objects.filter(position__gt=scope.position).exists():
        return True
    fresh = Line.objects.filter(position__gt=scope.position)
    if _reported(fresh, scope.start, scope.end).within(scope.path).exists():
        return True
    with_basis = plain(basis)
    counting = fresh.filter(occasion__isnull=False, occasion_label__in=with_basis.labels)
    if _plans_moved(counting.filter(kind=Kind.SCHEDULED), scope, with_basis):
        return True
    found = counting.filter(kind__in=with_basis.kinds, person__isnull=False).order_by("person", "pk")
    pairs = [(person, occasion) for person, occasion in found.values_list("person_id", "occasion")[: MOST + 1] if occasion]
    return len(pairs) > MOST or _units_moved(pairs, scope, with_basis)


def _reported(lines: LineQuerySet, start: dt.date, end: dt.date) -> LineQuerySet:
    """Lines reported between the days, and counter-lines of such lines wherever they are reported themselves."""
    days = (start, end)
    return lines.filter(Q(posted_on__range=days) | Q(reverses__posted_on__range=days))


def _plans_moved(planned: LineQuerySet, scope: Scope, basis: Basis) -> bool:
    """Whether an occasion was planned anew in which somebody of the subtree may count in the period."""
    occasions = set(planned.order_by().values_list("occasion", flat=True)[: MOST + 1])
    if len(occasions) > MOST:
        return True
    for part in _parts(sorted(occasions)):
        of_them = Line.objects.filter(occasion__in=part)
        touching = set(of_them.posted(scope.start, scope.end).order_by().values_list("occasion", flat=True).distinct())
        if touching and of_them.filter(occasion__in=touching, kind__in=basis.kinds).within(scope.path).exists():
            return True
    return False


def _units_moved(pairs: list[tuple[int, uuid.UUID]], scope: Scope, basis: Basis) -> bool:
    canonical = people.canonical_ids(scope.position)
    mates: dict[int, set[int]] = {}
    for pk, top in canonical.items():
        mates.setdefault(top, {top}).add(pk)
    for part in _parts(pairs):
        occasions = list({occasion for _person, occasion in part})
        ids = {pk for person, _occasion in part for pk in mates.get(canonical.get(person, person), {person})}
        then, now = (_units(ids, occasions, scope, basis, canonical, at) for at in (scope.position, positions.closed()))
        if then != now:
            return True
    return False


def _units(
    ids: set[int], occasions: list[uuid.UUID], scope: Scope, basis: Basis, canonical: dict[int, int], position: int
) -> list[Unit]:
    lines = Line.objects.as_of(position).filter(kind__in=basis.kinds, occasion_label__in=basis.labels)
    found = entries(lines.filter(person_id__in=ids, occasion__in=occasions), canonical)
    return [unit for unit in units_of(found, plans_of(occasions, as_of=position), basis) if scope.holds(unit)]


def _parts(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]

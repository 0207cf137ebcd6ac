"""The tree as it was known at a position, and where a division of then lies in the boundaries of another day.

A change that is learnt later closes rows that stood open before. A report as of an earlier position must not see that, so
validity is asked *as known*: a closing counts from the position of the change that says it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from lms.core import positions
from lms.core.errors import BadInput
from lms.places.models import Division, DivisionChange
from lms.places.selectors import level_and_code


def _open_ends(rows: Iterable[Division], position: int) -> set[int]:
    """Of these, the divisions whose closing was not known at the position."""
    closed = {row.pk: row.valid_to for row in rows if row.valid_to is not None}
    if not closed:
        return set()
    told: dict[int, list[int]] = {}
    changes = DivisionChange.objects.filter(before__in=list(closed)).values_list("before_id", "happened_on", "position")
    for pk, day, known in changes:
        if day == closed[pk] + dt.timedelta(days=1):
            told.setdefault(pk, []).append(known)
    return {pk for pk, known in told.items() if min(known) > position}


def stood(rows: Iterable[Division], *, on: dt.date, position: int) -> list[Division]:
    """Those of the rows that stood on a day, as known at a position."""
    known = [row for row in rows if row.position <= position and (row.valid_from is None or row.valid_from <= on)]
    still_open = _open_ends(known, position)
    return [row for row in known if row.valid_to is None or row.valid_to >= on or row.pk in still_open]


def children_known(division: Division, *, on: dt.date, position: int) -> list[Division]:
    """The divisions right below as people know them, on a day, as known at a position; by code."""
    parents = Division.objects.filter(Q(pk=division.pk) | Q(parent=division, is_statistical=True))
    return stood(Division.objects.filter(parent__in=parents, is_statistical=False).order_by("code"), on=on, position=position)


def changed_since(position: int) -> bool:
    """Whether any division became known, or any change of one, after a position."""
    return any(model.objects.filter(position__gt=position).exists() for model in (Division, DivisionChange))


def division_known(code: str, *, on: dt.date, position: int) -> Division:
    """The division that carried a code on a day, as known at a position; the newest when its validity cannot be told."""
    level, wanted = level_and_code(code)
    rows = Division.objects.filter(level=level, code=wanted).order_by("-position") if level is not None else []
    found = stood(rows, on=on, position=position) or [row for row in rows if row.position <= position]
    if not found:
        raise BadInput(_("没有代码为“%(code)s”的行政区划。") % {"code": code.strip()[:20]})
    return found[0]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Where lines of a division that has changed are shown: division id → path. Empty: in the boundaries of then.

    A division with one heir is shown there. One that was divided among several cannot be told apart line by line: it is shown
    in the nearest division that holds all its heirs.
    """

    moved: Mapping[int, str] = field(default_factory=dict)

    def path(self, division: int, own: str) -> str:
        return self.moved.get(division, own)

    def inside(self, path: str) -> tuple[set[int], set[int]]:
        """Ids of changed divisions shown in a subtree, and of those shown elsewhere."""
        there = {pk for pk, where in self.moved.items() if where.startswith(path)}
        return there, set(self.moved) - there

    def q(self, path: str, *, by: str, id_field: str) -> Q:
        """Filter for rows shown in a subtree; ``by`` is the lookup of a row's path, ``id_field`` of its division's id."""
        condition = Q() if path == "/" else Q(**{f"{by}__startswith": path})
        if not self.moved or path == "/":
            return condition
        there, elsewhere = self.inside(path)
        return (condition & ~Q(**{f"{id_field}__in": elsewhere})) | Q(**{f"{id_field}__in": there})


THEN = Boundaries()


def boundaries_of(on: dt.date, *, position: int) -> Boundaries:
    """The boundaries of a day, as known at a position: every division closed by then, with the path it is shown under."""
    heirs = _heirs(on, position)
    if not heirs:
        return THEN
    known = set(heirs) | {after for afters in heirs.values() for after in afters}
    paths = dict(Division.objects.filter(pk__in=known).values_list("pk", "path"))
    moved = {}
    for pk in heirs:
        path = _common([paths[end] for end in _ends(pk, heirs)])
        if path != paths[pk]:
            moved[pk] = path
    return Boundaries(moved)


def heirs_on(on: dt.date) -> dict[int, set[int]]:
    """Every division closed before a day, with those that stand at the end of its changes, as known now."""
    heirs = _heirs(on, positions.closed())
    return {pk: _ends(pk, heirs) for pk in heirs}


def _heirs(on: dt.date, position: int) -> dict[int, set[int]]:
    """One step of change of every division closed before a day, as known at a position."""
    heirs: dict[int, set[int]] = {}
    rows = DivisionChange.objects.filter(position__lte=position, happened_on__lte=on).select_related("before")
    for change in rows:
        before = change.before
        if before.valid_to is not None and before.valid_to < on:  # one that only gave away a part goes on
            heirs.setdefault(before.pk, set()).add(change.after_id)
    return heirs


def _ends(start: int, heirs: Mapping[int, set[int]]) -> set[int]:
    """Who stands at the end of every chain of changes."""
    ends: set[int] = set()
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        pk = waiting.pop()
        if pk in seen:
            continue
        seen.add(pk)
        if pk in heirs:
            waiting += heirs[pk]
        else:
            ends.add(pk)
    return ends or {start}


def _common(paths: list[str]) -> str:
    """The deepest path that all lie under; the only one's own."""
    if len(set(paths)) == 1:
        return paths[0]
    parts = [path.strip("/").split("/") for path in paths]
    shared = []
    for step in zip(*parts, strict=False):
        if len(set(step)) > 1:
            break
        shared.append(step[0])
    return "/" + "".join(f"{code}/" for code in shared)


__all__ = ["THEN", "Boundaries", "boundaries_of", "children_known", "division_known", "heirs_on", "stood"]

"""The register of figures: each states what it counts, in which unit, before it computes; then says which rows it opens."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger.models import CountingBasis, Line
from lms.ledger.selectors import Scope
from lms.people import selectors as people
from lms.people.models import Person
from lms.places.models import Division

SPAN, DAY = "span", "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for: where, when, as known when. ``start`` is None when a single day is asked (``end`` is that day)."""

    division: Division
    start: dt.date | None
    end: dt.date
    position: int
    basis: CountingBasis
    arguments: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        return Scope.of(self.division, self.start, self.end, as_of=self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The value, and exactly the rows it opens: as many as it says (their ``quantities`` sum to it where a row stands for several).

    ``people``: the human beings it counts, when it counts human beings. ``detail``: what is shown beside it.
    """

    value: int | dict[str, int]
    lines: list[uuid.UUID]
    rows: str = "ledger.line"
    people: list[uuid.UUID] | None = None
    quantities: list[int] | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Compute = Callable[[Ask], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An indicator as it is printed: code, name, unit, meaning, the kinds of lines it reads."""

    code: str
    title: Any
    unit: str
    meaning: Any
    timing: str
    compute: Compute
    kinds: tuple[str, ...] = ()
    arguments: tuple[Mapping[str, Any] | None, ...] = ()  # allowed values of each argument, None: any
    required: int = 0
    by_basis: bool = False

    def ask(self, ask: Ask) -> Answer:
        if len(ask.arguments) > len(self.arguments) or len(ask.arguments) < self.required:
            raise BadInput(_("指标“%(code)s”的写法不对；可写作：%(form)s。") % {"code": self.code, "form": self.form})
        for allowed, given in zip(self.arguments, ask.arguments, strict=False):
            if allowed is not None and given not in allowed:
                raise BadInput(
                    _("指标“%(code)s”不认识“%(given)s”；可用的有：%(known)s。")
                    % {"code": self.code, "given": given, "known": "、".join(allowed)}
                )
        if self.timing == DAY and ask.start is not None:
            raise BadInput(_("“%(title)s”是存量，请用 --on 给出日期。") % {"title": self.title})
        if self.timing == SPAN and ask.start is None:
            raise BadInput(_("“%(title)s”是一段时期的数，请用 --from 和 --to 给出起止日期。") % {"title": self.title})
        return self.compute(ask)

    @property
    def form(self) -> str:
        parts = [self.code]
        for allowed in self.arguments:
            parts.append("|".join(allowed) if allowed is not None else "CODE")
        return ":".join(parts)


REGISTER: dict[str, Definition] = {}


def figure(
    code: str,
    *,
    title: Any,
    unit: str,
    meaning: Any,
    timing: str = SPAN,
    kinds: Sequence[str] = (),
    arguments: Sequence[Mapping[str, Any] | None] = (),
    required: int = 0,
    by_basis: bool = False,
) -> Callable[[Compute], Compute]:
    """Register a figure under ``code``. A code is registered once."""

    def register(compute: Compute) -> Compute:
        if code in REGISTER:
            raise ValueError(f"figure {code!r} is registered twice")
        REGISTER[code] = Definition(
            code=code,
            title=title,
            unit=unit,
            meaning=meaning,
            timing=timing,
            compute=compute,
            kinds=tuple(kinds),
            arguments=tuple(arguments),
            required=required,
            by_basis=by_basis,
        )
        return compute

    return register


def find(what: str) -> tuple[Definition, tuple[str, ...]]:
    """``person_times:online`` → its definition and arguments."""
    code, *arguments = what.split(":")
    definition = REGISTER.get(code)
    if definition is None:
        raise BadInput(_("没有名为“%(code)s”的指标；可用的有：%(known)s。") % {"code": code, "known": "、".join(sorted(REGISTER))})
    return definition, tuple(arguments)


def line_uuids(pks: Iterable[int]) -> list[uuid.UUID]:
    """The uuids of lines by pk, in that order."""
    wanted = list(pks)
    found: dict[int, uuid.UUID] = {}
    for start in range(0, len(wanted), 500):
        found.update(Line.objects.filter(pk__in=wanted[start : start + 500]).values_list("pk", "uuid"))
    return [found[pk] for pk in wanted]


def person_uuids(pks: Iterable[int]) -> list[uuid.UUID]:
    wanted = list(pks)
    found: dict[int, uuid.UUID] = {}
    for start in range(0, len(wanted), 500):
        found.update(Person.objects.filter(pk__in=wanted[start : start + 500]).values_list("pk", "uuid"))
    return [found[pk] for pk in wanted]


def of_people(first_line: Mapping[int, int], **more: Any) -> Answer:
    """An answer in persons: canonical person id → the line that shows it (the first)."""
    people_ids = sorted(first_line)
    return Answer(
        value=len(people_ids),
        lines=line_uuids(first_line[pk] for pk in people_ids),
        people=person_uuids(people_ids),
        **more,
    )


def of_rows(rows: QuerySet[Any], label: type[Model]) -> Answer:
    """An answer in rows that are not lines: stations, posts, organisations."""
    uuids = list(rows.order_by("position").values_list("uuid", flat=True))
    return Answer(value=len(uuids), lines=uuids, rows=label._meta.label_lower)


def first_line_by_person(rows: Iterable[tuple[int, int]], position: int) -> dict[int, int]:
    """(line pk, person id) in order → canonical person id → its first line."""
    canonical = people.canonical_ids(position)
    found: dict[int, int] = {}
    for line, person in rows:
        found.setdefault(canonical.get(person, person), line)
    return found

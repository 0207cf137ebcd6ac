"""From the ledger to the fold: the standing lines of some people as plain values, merges followed, trainings counted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from lms.careers import selectors as careers
from lms.careers.rules import VoidYear
from lms.ledger.folding import Basis, units_of
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.selectors.lines import entries, plans_of
from lms.ledger.selectors.standards import default_basis, plain
from lms.pipeline import rules
from lms.pipeline.models import EducationTarget

KINDS = (
    *(Kind.EMPLOYED, Kind.EMPLOYMENT_ENDED, Kind.POST_STARTED, Kind.POST_ENDED, Kind.EDUCATED, Kind.EXAM_REGISTERED),
    *(Kind.EXAM_SCORED, Kind.LICENSED, Kind.REGISTERED, Kind.DESIGNATED, Kind.CULTIVATION_STARTED, Kind.CULTIVATION_ENDED),
    *(Kind.CULTIVATION_COMPLETED, Kind.SUPERVISED, Kind.SUPERVISING, Kind.TAUGHT, Kind.ATTENDED, Kind.STUDIED, Kind.COMPLETED),
)


@dataclass(frozen=True)
class Standards:
    """What the fold is done under: the counting basis of the day, the hours asked, and the exam years not held."""

    basis: Basis
    targets: tuple[rules.Target, ...]
    void_years: tuple[VoidYear, ...]


def standards() -> Standards:
    rows = EducationTarget.objects.order_by("level", "-valid_from")
    targets = tuple(rules.Target(t.level, t.minutes, t.valid_from, t.valid_to) for t in rows)
    return Standards(plain(default_basis()), targets, tuple(careers.void_years()))


def paths_of(ids: Iterable[int], canonical: dict[int, int], under: Standards) -> dict[int, rules.Path]:
    """Canonical person id → path. ``ids`` must hold every merged id of whoever is in it. A fixed number of queries."""
    wanted = list(ids)
    local = timezone.get_current_timezone()
    standing = Line.objects.standing().filter(person_id__in=wanted)
    facts: dict[int, list[rules.Fact]] = {}
    uuids: dict[int, uuid.UUID] = {}
    fields = ("pk", "uuid", "person_id", "kind", "happened_to", "division_id", "position", "source_uuid", "topic", "programme_id")
    rows = standing.filter(kind__in=KINDS).order_by().values_list(*fields, "minutes", "facts")
    for pk, line, person, kind, happened, division, position, source, topic, programme, minutes, said in rows.iterator(2000):
        uuids[pk] = line
        facts.setdefault(canonical.get(person, person), []).append(
            rules.Fact(
                line=line,
                kind=kind,
                on=happened.astimezone(local).date(),
                division=division,
                position=position,
                source=source,
                topic=topic,
                programme=programme or 0,
                minutes=minutes,
                facts=said,
            )
        )
    trained = _trained(wanted, canonical, under.basis, uuids)
    return {
        person: rules.path_of(lines, trained=trained.get(person, []), targets=under.targets, void_years=under.void_years)
        for person, lines in facts.items()
    }


def _trained(
    ids: list[int], canonical: dict[int, int], basis: Basis, uuids: dict[int, uuid.UUID]
) -> dict[int, list[tuple[dt.date, tuple[uuid.UUID, ...]]]]:
    """The trainings of each person that count under the basis: the same units that the figures count."""
    lines = Line.objects.standing().filter(person_id__in=ids, kind__in=basis.kinds, occasion_label__in=basis.labels)
    known = list(entries(lines, canonical))
    plans = plans_of({entry.occasion for entry in known}, as_of=None) if known else {}
    by_group: dict[tuple[int, uuid.UUID], list[int]] = {}
    for entry in sorted(known, key=lambda e: e.position):
        by_group.setdefault((entry.person, entry.occasion), []).append(entry.line)
    found: dict[int, list[tuple[dt.date, tuple[uuid.UUID, ...]]]] = {}
    for unit in units_of(known, plans, basis):
        proof = tuple(uuids[line] for line in by_group[unit.person, unit.occasion] if line in uuids)
        found.setdefault(unit.person, []).append((unit.counted_on, proof))
    return found

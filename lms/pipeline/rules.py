"""The fold from one human being's ledger lines to stages: pure, over plain values, with the lines that prove each stage.

A stage is held from–to. Moving on is no way out: whoever was licensed keeps having been trained. DOMAIN §6 names the evidence.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.careers.rules import Passed, Span, Study, VoidYear, counts_in, eligible, standings
from lms.pipeline.spans import HORIZON, Spell, cut, home_on, homes, joined, union

EDITION = 1  # goes up when these rules change: the summaries are then rebuilt
(ON_BOOKS, IN_DUTIES, TRAINED, CULTIVATED, ELIGIBLE, REGISTERED_FOR_EXAM, LICENSED, REGISTERED, IN_POST, EDUCATION_MET, SENIOR) = (
    range(11)
)
SENIOR_KINDS = frozenset({"supervisor", "supervision_team", "senior_talent", "leading_talent"})


@dataclass(frozen=True, slots=True)
class Fact:
    """What the fold needs of one standing line. ``source`` is the row that it came from: a start and its end share it."""

    line: uuid.UUID
    kind: str
    on: dt.date
    division: int
    position: int
    source: uuid.UUID | None = None
    topic: str = ""
    programme: int = 0
    minutes: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Minutes of continuing education that a registration period beginning within ``valid`` asks of a level."""

    level: str
    minutes: int
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    on: dt.date
    kind: str
    division: int
    evidence: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """Everything the fold finds: spells cut where the person moved, and the conversion if there is one."""

    spells: tuple[Spell, ...]
    conversion: Converted | None


def path_of(
    facts: Iterable[Fact],
    *,
    trained: Sequence[tuple[dt.date, tuple[uuid.UUID, ...]]],
    targets: Sequence[Target],
    void_years: Sequence[VoidYear] = (),
) -> Path:
    """The whole path of one human being. ``trained``: the days on which a training counted, with the lines that made it count."""
    lines = sorted(facts, key=lambda f: (f.on, f.position))
    if not lines:
        return Path((), None)
    by_kind: dict[str, list[Fact]] = {}
    for line in lines:
        by_kind.setdefault(line.kind, []).append(line)

    def of(*kinds: str) -> list[Fact]:
        return sorted((line for kind in kinds for line in by_kind.get(kind, [])), key=lambda f: (f.on, f.position))

    books = _spells(ON_BOOKS, of("employed"), of("employment_ended"), "left_books")
    duties = _spells(IN_DUTIES, [f for f in of("post_started") if f.facts.get("is_social_work")], of("post_ended"), "post_ended")
    licensed = _licensed(of("licensed"))
    registered = _registered(of("registered"))
    spells = [
        *joined(books),
        *joined(duties),
        *_trained(trained),
        *_cultivated(of("cultivation_started"), of("cultivation_ended", "cultivation_completed"), of("supervised")),
        *_eligible(of("educated"), duties, of("licensed")),
        *_examined(of("exam_registered"), of("exam_scored"), of("licensed"), void_years),
        *licensed,
        *joined(registered),
        *_in_post(licensed, joined(duties)),
        *_education_met(of("registered"), of("attended", "studied"), targets),
        *_senior(of("designated"), of("licensed")),
    ]
    places = homes(lines)
    pieces = [piece for spell in spells for piece in cut(spell, places)]
    order = sorted(pieces, key=lambda s: (s.stage, s.aspect, s.starts_on, s.ends_on or HORIZON))
    return Path(tuple(order), _conversion(lines, [*books, *duties], places))


# -- the stages --------------------------------------------------------------------------------------------------------------


def _spells(stage: int, starts: Sequence[Fact], ends: Sequence[Fact], way_out: str) -> list[Spell]:
    ended = {end.source: end for end in ends}
    found = []
    for start in starts:
        end = ended.get(start.source)
        if end is None:
            found.append(Spell(stage, start.on, evidence=(start.line,)))
        else:
            found.append(Spell(stage, start.on, max(end.on, start.on), way_out, evidence=(start.line, end.line)))
    return found


def _trained(trained: Sequence[tuple[dt.date, tuple[uuid.UUID, ...]]]) -> list[Spell]:
    if not trained:
        return []
    day, lines = min(trained, key=lambda t: t[0])
    return [Spell(TRAINED, day, detail={"times": len(trained)}, evidence=lines)]


def _cultivated(starts: Sequence[Fact], ends: Sequence[Fact], supervised: Sequence[Fact]) -> list[Spell]:
    """In a programme (``enrolled``), and under cultivation from the first countersigned supervision within it."""
    ended = {end.source: end for end in ends}
    found = []
    for start in starts:
        end = ended.get(start.source)
        last = max(end.on, start.on) if end else None
        way_out = end.kind if end else ""
        closing = (end.line,) if end else ()
        found.append(Spell(CULTIVATED, start.on, last, way_out, "enrolled", evidence=(start.line, *closing)))
        met = [s for s in supervised if s.programme == start.programme and s.on >= start.on and (last is None or s.on <= last)]
        if met:
            detail = {"meetings": len(met), "minutes": sum(s.minutes for s in met)}
            proof = (start.line, *(s.line for s in met), *closing)
            found.append(Spell(CULTIVATED, met[0].on, last, way_out, detail=detail, evidence=proof))
    return [*joined([s for s in found if s.aspect]), *joined([s for s in found if not s.aspect])]


def _eligible(educated: Sequence[Fact], duties: Sequence[Spell], licences: Sequence[Fact]) -> list[Spell]:
    """From the first day on which the conditions of a level are met; years of work go on counting while a post lasts."""
    if not educated:
        return []
    studies = [
        Study(e.topic, bool(e.facts.get("is_social_work_major")), e.facts.get("kind") == "graduated", e.on) for e in educated
    ]
    work = [Span(s.starts_on, s.ends_on) for s in duties]
    held = [(li.topic, li.on) for li in licences]
    best: tuple[dt.date, str, str] | None = None
    for level in ("junior", "middle"):

        def met(day: dt.date, level: str = level) -> bool:
            return eligible(level, on=day, studies=studies, work=work, licences=held).eligible

        first = _first_day(met, educated[0].on)
        if first is not None and (best is None or first < best[0]):
            condition = eligible(level, on=first, studies=studies, work=work, licences=held).condition
            best = (first, level, condition.code if condition else "")
    if best is None:
        return []
    proof = [e.line for e in educated if e.on <= best[0]] + [line for s in duties if s.starts_on <= best[0] for line in s.evidence]
    return [Spell(ELIGIBLE, best[0], detail={"level": best[1], "condition": best[2]}, evidence=tuple(proof))]


def _first_day(met: Callable[[dt.date], bool], earliest: dt.date) -> dt.date | None:
    """The first day on which a condition holds that, once met, stays met."""
    low, high = earliest.toordinal(), HORIZON.toordinal()
    if not met(dt.date.fromordinal(high)):
        return None
    while low < high:
        middle = (low + high) // 2
        if met(dt.date.fromordinal(middle)):
            high = middle
        else:
            low = middle + 1
    return dt.date.fromordinal(low)


def _examined(
    registered: Sequence[Fact], scored: Sequence[Fact], licences: Sequence[Fact], void_years: Sequence[VoidYear]
) -> list[Spell]:
    """Registered for an exam year, or holding passes that still count; lapsed when the window closes without a licence."""
    found: list[Spell] = []
    for level in ("junior", "middle", "senior"):
        passes = [(f, _passed(f)) for f in scored if f.facts.get("level") == level and f.facts.get("passed")]
        spans = [(f.on, _end_of(f, int(f.facts["year"])), f.line) for f in registered if f.facts.get("level") == level]
        spans += [(f.on, _end_of(f, _last_counting(p, void_years)), f.line) for f, p in passes]
        licence = next((f for f in licences if f.topic == level), None)
        for first, last, lines in union(spans):
            here = [p for f, p in passes if f.line in lines]
            detail = {"level": level, "passed": sorted({p.subject for p in here})}
            complete = any(s.complete_in for s in standings(here, on_year=last.year, void_years=void_years))
            if complete or (licence and first <= licence.on and licence.on <= dt.date(last.year + 1, 12, 31)):
                found.append(Spell(REGISTERED_FOR_EXAM, first, None, detail=detail, evidence=lines))
            else:
                out = "window_lapsed" if here else "not_passed"
                found.append(Spell(REGISTERED_FOR_EXAM, first, last, out, detail=detail, evidence=lines))
    return found


def _passed(fact: Fact) -> Passed:
    facts = fact.facts
    return Passed(int(facts["year"]), str(facts["subject"]), str(facts.get("sat_in") or "/"), facts.get("valid_in"))


def _last_counting(passed: Passed, void_years: Sequence[VoidYear]) -> int:
    year = passed.year
    while counts_in(passed, year + 1, void_years) and year < passed.year + 20:
        year += 1
    return year


def _end_of(fact: Fact, year: int) -> dt.date:
    """The end of an exam year, but never before the day on which the line happened."""
    return max(dt.date(year, 12, 31), fact.on)


def _licensed(licences: Sequence[Fact]) -> list[Spell]:
    """From the first licence on. Valid in a region only as long as every licence is (``region``)."""
    if not licences:
        return []
    regions = [f.facts.get("region") for f in licences]
    detail = {
        "levels": {f.topic: f.on.isoformat() for f in reversed(licences)},
        "region": None if None in regions else regions[0],
    }
    return [Spell(LICENSED, licences[0].on, detail=detail, evidence=tuple(f.line for f in licences))]


def _registered(lines: Sequence[Fact]) -> list[Spell]:
    return [
        Spell(
            REGISTERED,
            f.on,
            max(dt.date.fromisoformat(f.facts["valid_to"]), f.on),
            "registration_expired",
            detail={"level": f.topic, "valid_to": f.facts["valid_to"]},
            evidence=(f.line,),
        )
        for f in lines
    ]


def _in_post(licensed: Sequence[Spell], duties: Sequence[Spell]) -> list[Spell]:
    """In a social-work post while licensed: 持证 and 在岗 at once."""
    found = []
    for held in licensed:
        for post in duties:
            first = max(held.starts_on, post.starts_on)
            if post.ends_on is None or first <= post.ends_on:
                found.append(Spell(IN_POST, first, post.ends_on, post.way_out, evidence=(*held.evidence, *post.evidence)))
    return found


def _education_met(registered: Sequence[Fact], learned: Sequence[Fact], targets: Sequence[Target]) -> list[Spell]:
    """In each registration period, from the day on which its minutes of training reach what the level asks, to its end."""
    found = []
    for period in registered:
        until = dt.date.fromisoformat(period.facts["valid_to"])
        target = next((t for t in targets if t.level == period.topic and _in_force(t, period.on)), None)
        if target is None:
            continue
        total, proof = 0, [period.line]
        for line in learned:
            if period.on <= line.on <= until:
                total += line.minutes
                proof.append(line.line)
                if total >= target.minutes:
                    detail = {"level": period.topic, "minutes": total, "asked": target.minutes}
                    found.append(Spell(EDUCATION_MET, line.on, until, "period_over", detail=detail, evidence=tuple(proof)))
                    break
    return found


def _in_force(target: Target, day: dt.date) -> bool:
    return (target.valid_from is None or target.valid_from <= day) and (target.valid_to is None or day <= target.valid_to)


def _senior(designated: Sequence[Fact], licences: Sequence[Fact]) -> list[Spell]:
    proof = [f for f in designated if f.topic in SENIOR_KINDS or f.facts.get("kind") in SENIOR_KINDS]
    proof += [f for f in licences if f.topic == "senior"]
    if not proof:
        return []
    proof.sort(key=lambda f: (f.on, f.position))
    return [Spell(SENIOR, proof[0].on, detail={"kinds": sorted({f.topic for f in proof})}, evidence=tuple(f.line for f in proof))]


# -- conversion and place ------------------------------------------------------------------------------------------------------


def _conversion(lines: Sequence[Fact], on_books: Sequence[Spell], places: Sequence[tuple[dt.date, int]]) -> Converted | None:
    """转化: somebody on the books became a professional, by licence or social-work degree. Who came as one did not convert."""
    made = [(f, "licence") for f in lines if f.kind == "licensed"]
    made += [
        (f, "degree")
        for f in lines
        if f.kind == "educated" and f.facts.get("is_social_work_major") and f.facts.get("kind") == "graduated"
    ]
    if not made or not on_books:
        return None
    line, kind = min(made, key=lambda m: (m[0].on, m[1] != "licence", m[0].position))
    before = [s for s in on_books if s.starts_on < line.on]
    if not before:
        return None
    first = min(before, key=lambda s: s.starts_on)
    return Converted(line.on, kind, home_on(places, line.on), (line.line, *first.evidence[:1]))

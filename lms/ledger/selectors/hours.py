"""A person's own hours: each with why it counts, under which scheme, and toward which of the regimes that ask for hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateparse import parse_date

from lms.ledger.kinds import LEARNING, Kind
from lms.ledger.models import HourRegime, Line
from lms.ledger.regimes import Hour, Need, Spell, Weighed, Why, needs_of, weigh
from lms.ledger.summaries import lapse_of
from lms.people import selectors as people
from lms.people.models import Person

# what the ledger knows of a person that a regime may ask about: the kind that begins it and the kind that ends it
RELATIONS: dict[str, tuple[str, str]] = {
    "registered": (Kind.REGISTERED, ""),
    "licensed": (Kind.LICENSED, ""),
    "employed": (Kind.EMPLOYED, Kind.EMPLOYMENT_ENDED),
}


@dataclass(frozen=True, slots=True)
class HourLine:
    """One line of learning and what it is toward each regime in force on its day."""

    line: Line
    hour: Hour
    toward: list[tuple[HourRegime, Weighed]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What one regime asks within a window, and how far it is met."""

    regime: HourRegime
    start: dt.date
    end: dt.date | None
    needs: list[Need]


@dataclass(frozen=True, slots=True)
class HourBook:
    year: int
    lines: list[HourLine]
    standings: list[Standing]

    @property
    def minutes(self) -> int:
        return sum(row.hour.minutes for row in self.lines if row.hour.stands)

    @property
    def hundredths(self) -> int:
        return sum(row.hour.hundredths for row in self.lines if row.hour.stands)


def hour_book(person: Person, year: int) -> HourBook:
    """The hours of a calendar year, newest first, and where the person stands in every regime that concerns that year."""
    ids = people.ids_of(person)
    lines = Line.objects.filter(person_id__in=ids, kind__in=LEARNING, sign=1)
    rows = (
        lines.select_related("hour_scheme", "division", "reversed_by")
        .prefetch_related("tags")
        .order_by("-happened_to", "-position")
    )
    hours = [(line, _hour(line)) for line in rows]
    spells = _spells(ids)
    regimes = list(HourRegime.objects.order_by("code", "valid_from"))
    shown = []
    counting: dict[tuple[int, dt.date, dt.date | None], list[Hour]] = {}
    for line, hour in hours:
        toward = [(r, weigh(r.rules, hour, spells[r.rules["for"]])) for r in _in_force(regimes, hour.on)]
        for regime, weighed in toward:
            if weighed.why == Why.COUNTS and weighed.start is not None:
                counting.setdefault((regime.pk, weighed.start, weighed.end), []).append(hour)
        if hour.on.year == year:
            shown.append(HourLine(line, hour, toward))
    return HourBook(year, shown, list(_standings(regimes, spells, counting, year)))


def _standings(
    regimes: list[HourRegime],
    spells: dict[str, list[Spell]],
    counting: dict[tuple[int, dt.date, dt.date | None], list[Hour]],
    year: int,
) -> Iterable[Standing]:
    """One a regime and window that touches the year, also where nothing counts yet."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    for regime in _in_force(regimes, last):
        touching = [s for s in spells[regime.rules["for"]] if s.start <= last and (s.end is None or s.end >= first)]
        if regime.rules["window"] == "registration":
            windows = [(s.start, s.end, s.level) for s in touching]
        else:
            windows = [(first, last, touching[-1].level)] if touching else []
        for start, end, level in windows:
            found = counting.get((regime.pk, start, end), [])
            yield Standing(regime, start, end, needs_of(regime.rules, found, level=level))


def _hour(line: Line) -> Hour:
    topics = tuple(tag.code for tag in line.tags.all() if tag.name == "topic")
    day = timezone.localdate(line.happened_to)
    stands = getattr(line, "reversed_by", None) is None
    return Hour(line.pk, line.kind, line.mode, day, line.minutes, line.hour_hundredths, line.slot, topics, stands)


def _in_force(regimes: list[HourRegime], day: dt.date) -> list[HourRegime]:
    """The regimes valid on a day; of one code the newest."""
    found: dict[str, HourRegime] = {}
    for regime in regimes:
        if (regime.valid_from is None or regime.valid_from <= day) and (regime.valid_to is None or day <= regime.valid_to):
            standing = found.get(regime.code)
            if standing is None or (regime.valid_from or dt.date.min) >= (standing.valid_from or dt.date.min):
                found[regime.code] = regime
    return sorted(found.values(), key=lambda r: r.position)


def _spells(ids: set[int]) -> dict[str, list[Spell]]:
    kinds = {kind for pair in RELATIONS.values() for kind in pair if kind}
    fields = ("kind", "source_uuid", "happened_from", "topic", "facts")
    rows = list(Line.objects.standing().filter(person_id__in=ids, kind__in=kinds).order_by("happened_from").values_list(*fields))
    found: dict[str, list[Spell]] = {}
    for relation, (begins, ends) in RELATIONS.items():
        over = {source: timezone.localdate(moment) for kind, source, moment, _topic, _facts in rows if ends and kind == ends}
        found[relation] = [
            Spell(_began(moment, facts), over.get(source) or lapse_of(facts), topic)
            for kind, source, moment, topic, facts in rows
            if kind == begins
        ]
    return found


def _began(moment: dt.datetime, facts: dict[str, object]) -> dt.date:
    stated = facts.get("started_on")
    return (parse_date(stated) if isinstance(stated, str) else None) or timezone.localdate(moment)

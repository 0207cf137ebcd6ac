"""Acts of training as rows of COPY: classes, online courses, supervision, licences, spread over five years of a province.

Each act leaves the lines that its room would post (``docs/ARCHITECTURE.md``), with their keys, evidence and hours, in the order
in which they become known. No row of the rooms stands behind them: what is measured here is the ledger.
"""

from __future__ import annotations

import datetime as dt
import hmac
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, count

from lms.core.actor import SYSTEM_UUID
from lms.demo.scale.cast import County
from lms.ledger.kinds import Kind, Mode
from lms.ledger.rules import month_of

FIRST_YEAR, MONTHS = 2021, 60
COUNTER_SHARE = 0.003  # lines of attendance that were corrected
WHO = ("person_id", "division_id", "sex", "ethnic_group", "education", "birth_year")
COLUMNS = (
    *("id", "position", "uuid", "key", "source_uuid", "evidence", *WHO, "minutes", "hour_hundredths", "quantity", "facts"),
    *("sign", "reverses_id", "kind", "source_label", "occasion_label", "occasion", "slot", "happened_from", "happened_to"),
    *("posted_period", "posted_on", "hour_scheme_id", "mode", "topic", "category_id", "programme_id", "recorded_at"),
    "recorded_by",
)
FACE, ONLINE, PHONE, NONE = map(str, (Mode.FACE_TO_FACE, Mode.ONLINE, Mode.PHONE, Mode.NONE))
CLASS, COURSE, SESSION = "courses.trainingclass", "courses.course", "supervision.session"
LESSONS = 8  # of one online course
NULL = "\\N"
STANDS = f"1\t{NULL}"  # sign and what is reversed
NOBODY = b""
Person = tuple[str, bytes]
Worth = Callable[[int, str, str], int]  # minutes, kind, mode → hundredths of an hour


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the acts take place and under what."""

    counties: list[County]
    programmes: list[int]
    categories: list[int]
    scheme: int
    worth: Worth
    first_id: int
    first_position: int


class Acts:
    """Draws acts one after another, month by month; ``rows`` never ends: the caller takes as many as were announced."""

    def __init__(self, stage: Stage, *, rng: random.Random, lines: int) -> None:
        self.stage, self.rng, self.lines = stage, rng, lines
        self.serial = count(stage.first_id)
        self.shift = stage.first_position - stage.first_id
        self.last = stage.first_id - 1
        self.weights = list(accumulate(c.weight for c in stage.counties))
        self.worths: dict[tuple[int, str, str], int] = {}
        self.uuids = self._uuids()
        self.catalogue = [(next(self.uuids), [next(self.uuids) for _ in range(LESSONS)]) for _ in range(40)]
        self.by = str(SYSTEM_UUID)

    def rows(self) -> Iterator[str]:
        acts = (self._training, self._course, self._supervision, self._licences)
        weights = (55, 25, 12, 8)
        for number in count():
            month = min(number, MONTHS - 1)
            until = self.stage.first_id + self.lines * (number + 1) // MONTHS if number < MONTHS else None
            while until is None or self.last + 1 < until:
                county = self.rng.choices(self.stage.counties, cum_weights=self.weights)[0]
                day = dt.date(FIRST_YEAR + month // 12, month % 12 + 1, self.rng.randint(1, 21))
                act = self.rng.choices(acts, weights)[0]
                if county.people:
                    yield from act(county, day)

    def _uuids(self) -> Iterator[str]:
        while True:
            text = self.rng.randbytes(16 * 2048).hex()
            for n in range(0, len(text), 32):
                one = text[n : n + 32]
                yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-a{one[17:20]}-{one[20:]}"

    def _tail(
        self,
        kind: Kind,
        source: str,
        occasion: str,
        begins: dt.datetime,
        ends: dt.datetime,
        *,
        slot: str = "",
        mode: str = NONE,
        topic: str = "",
        scheme: int | str = NULL,
        under: tuple[int | str, int | str] = (NULL, NULL),
    ) -> str:
        """What the lines of one moment of an occasion have in common: the columns from ``kind`` on."""
        day, recorded = ends.date(), ends + dt.timedelta(minutes=30)
        return (
            f"{kind}\t{source}\t{occasion}\t{slot}\t{begins}+08\t{ends}+08\t{month_of(day)}\t{day}\t{scheme}\t{mode}\t{topic}\t"
            f"{under[0]}\t{under[1]}\t{recorded}+08\t{self.by}\n"
        )

    def _line(
        self,
        tail: str,
        key: str,
        source: str,
        who: str,
        salt: bytes = NOBODY,
        *,
        minutes: int = 0,
        hundredths: int = 0,
        quantity: int = 1,
        facts: str = "{}",
        digest: str = "",
        counter: str = STANDS,
    ) -> str:
        pk = self.last = next(self.serial)
        self.digest = digest or digest_of(salt, key, source)
        self.uuid = next(self.uuids)
        return (
            f"{pk}\t{pk + self.shift}\t{self.uuid}\t{key}\t{source}\t{self.digest}\t{who}\t{minutes}\t{hundredths}\t{quantity}\t"
            f"{facts}\t{counter}\t{tail}"
        )

    def _hundredths(self, minutes: int, kind: Kind, mode: str) -> int:
        known = self.worths.get((minutes, kind, mode))
        if known is None:
            known = self.worths[minutes, kind, mode] = self.stage.worth(minutes, kind, mode)
        return known

    def _some(self, people: list[Person], size: int) -> list[Person]:
        """A run of neighbours in the list: different people each time, and the same ones come again."""
        start = self.rng.randrange(len(people))
        return (people[start : start + size] + people[: max(0, start + size - len(people))])[: len(people)]

    def _under(self) -> tuple[int, int]:
        return self.rng.choice(self.stage.categories), self.rng.choice(self.stage.programmes)

    def _training(self, county: County, day: dt.date) -> Iterator[str]:
        """A class: its plan, who enrolled, each half-day with those present and a few counted without names, who completed."""
        draw, new, scheme = self.rng.random, self.uuids, self.stage.scheme
        under, floor = self._under(), self.rng.choice((60, 80, 80, 100))
        held, people = next(new), self._some(county.people, self.rng.randint(20, 60))
        occasion, nobody = f"{CLASS}\t{held}", nobody_of(county)
        usual = FACE if draw() < 0.85 else ONLINE
        sessions = []
        for number in range(self.rng.choice((2, 4, 6, 8, 8, 10))):
            begins = at(day + dt.timedelta(days=number // 2), 9 if number % 2 == 0 else 14)
            mode = ONLINE if draw() < 0.03 else usual
            sessions.append((next(new), begins, begins + dt.timedelta(hours=3), mode))
            slot, begins, ends, mode = sessions[-1]
            tail = self._tail(Kind.SCHEDULED, "courses.coursesession", occasion, begins, ends, slot=slot, mode=mode, under=under)
            yield self._line(tail, f"scheduled:{slot}:0", slot, nobody, minutes=180, facts=f'{{"floor_percent": {floor}}}')
        before = at(day, 10) - dt.timedelta(days=7)
        tail = self._tail(Kind.ENROLLED, "courses.classenrolment", occasion, before, before, under=under)
        seats = [(next(new), who, salt) for who, salt in people]
        for source, who, salt in seats:
            yield self._line(tail, f"enrolled:{source}:0", source, who, salt)
        stayed = dict.fromkeys(seats, 0)
        for slot, begins, ends, mode in sessions:
            told = {"slot": slot, "mode": mode, "under": under}
            tail = self._tail(Kind.ATTENDED, "courses.attendance", occasion, begins, ends, scheme=scheme, **told)  # type: ignore[arg-type]
            for seat in seats:
                chance = draw()
                if chance < 0.08:
                    continue
                minutes = 180 if chance < 0.95 else 120
                yield from self._attended(tail, seat[1], seat[2], minutes, mode)
                stayed[seat] += minutes
            if draw() < 0.1:
                counted = next(new)
                tail = self._tail(Kind.HEADCOUNT, "courses.headcount", occasion, begins, ends, **told)  # type: ignore[arg-type]
                yield self._line(tail, f"headcount:{counted}:0", counted, nobody, quantity=self.rng.randint(1, 30))
            tail = self._tail(Kind.HELD, "courses.coursesession", occasion, begins, ends, topic="session", **told)  # type: ignore[arg-type]
            yield self._line(tail, f"session-held:{slot}", slot, nobody, minutes=180)
        start, end, planned = sessions[0][1], sessions[-1][2], 180 * len(sessions)
        tail = self._tail(Kind.COMPLETED, "courses.classenrolment", occasion, end, end, mode=usual, under=under)
        for seat, minutes in stayed.items():
            if minutes * 100 >= floor * planned:
                facts = f'{{"attended_minutes": {minutes}, "planned_minutes": {planned}}}'
                before_, middle = f'"attended_minutes": "{minutes}", ', f'"planned_minutes": "{planned}", '
                key = f"completed:{seat[0]}"
                yield self._line(
                    tail, key, seat[0], seat[1], seat[2], facts=facts, digest=digest_of(seat[2], key, seat[0], before_, middle)
                )
        tail = self._tail(Kind.HELD, CLASS, occasion, start, end, mode=usual, topic="class", under=under)
        yield self._line(tail, f"class-held:{held}", held, nobody)

    def _attended(self, tail: str, who: str, salt: bytes, minutes: int, mode: str) -> Iterator[str]:
        """One half-day of one person; now and then corrected: the line reversed, and posted anew."""
        source = next(self.uuids)
        for version in (0, 1):
            key, worth = f"attended:{source}:{version}", self._hundredths(minutes, Kind.ATTENDED, mode)
            digest = digest_of(salt, key, source, "", f'"method": "roster", "minutes": "{minutes}", ')
            facts = '{"method": "roster"}'
            yield self._line(tail, key, source, who, salt, minutes=minutes, hundredths=worth, facts=facts, digest=digest)
            if version or self.rng.random() >= COUNTER_SHARE:
                return
            yield self._line(
                tail,
                f"reverse:{self.uuid}",
                source,
                who,
                minutes=minutes,
                hundredths=worth,
                facts=facts,
                digest=digest,
                counter=f"-1\t{self.last}",
            )
            minutes = 150

    def _course(self, county: County, day: dt.date) -> Iterator[str]:
        """A group of one county takes an online course of the catalogue, one lesson after the other; most complete it."""
        draw, new, under = self.rng.random, self.uuids, self._under()
        course, lessons = self.rng.choice(self.catalogue)
        occasion, begins = f"{COURSE}\t{course}", at(day, 20)
        told = {"mode": ONLINE, "under": under}
        tail = self._tail(Kind.ENROLLED, "courses.courseenrolment", occasion, begins, begins, **told)  # type: ignore[arg-type]
        seats = [(next(new), who, salt) for who, salt in self._some(county.people, self.rng.randint(10, 40))]
        for source, who, salt in seats:
            yield self._line(tail, f"course-enrolled:{source}", source, who, salt)
        studied = dict.fromkeys(seats, 0)
        for number, lesson in enumerate(lessons):
            on = begins + dt.timedelta(days=number // 2)
            for part, length in enumerate((20, 30, 45)):
                tail = self._tail(
                    Kind.STUDIED,
                    "courses.studyday",
                    occasion,
                    on,
                    on + dt.timedelta(minutes=length),
                    slot=f"{lesson}:{on.date()}",
                    scheme=self.stage.scheme,
                    **told,  # type: ignore[arg-type]
                )
                worth = self._hundredths(length, Kind.STUDIED, ONLINE)
                for seat in seats[(number + part) % 3 :: 3]:
                    if draw() < 0.07:
                        continue
                    source, key = next(new), f"studied:{seat[0]}:{lesson}:{on.date()}"
                    digest = digest_of(seat[2], key, source, f'"day": "{on.date()}", ', f'"seconds": "{length * 60}", ')
                    yield self._line(tail, key, source, seat[1], seat[2], minutes=length, hundredths=worth, digest=digest)
                    studied[seat] += length
        end = begins + dt.timedelta(days=LESSONS // 2)
        tail = self._tail(Kind.COMPLETED, "courses.courseenrolment", occasion, end, end, **told)  # type: ignore[arg-type]
        for seat, minutes in studied.items():
            if minutes and draw() < 0.8:
                facts = f'{{"lessons": {LESSONS}, "studied_minutes": {minutes}}}'
                key = f"course-completed:{seat[0]}"
                lessons_, after = f'"lessons": "{LESSONS}", ', f', "studied_minutes": "{minutes}"'
                digest = digest_of(seat[2], key, seat[0], "", lessons_, after)
                yield self._line(tail, key, seat[0], seat[1], seat[2], facts=facts, digest=digest)

    def _supervision(self, county: County, day: dt.date) -> Iterator[str]:
        """A supervisor meets a small group, in person or by telephone."""
        new, (category, programme) = self.uuids, self._under()
        held, begins = next(new), at(day, 15)
        ends = begins + dt.timedelta(minutes=90)
        mode = FACE if self.rng.random() < 0.7 else PHONE
        supervisor, *group = self._some(county.people, self.rng.randint(2, 9))
        occasion, topic = f"{SESSION}\t{held}", "group" if len(group) > 1 else "individual"
        told = {"mode": mode, "topic": topic}
        tail = self._tail(Kind.SUPERVISED, "supervision.attendance", occasion, begins, ends, under=(category, programme), **told)  # type: ignore[arg-type]
        for who, salt in group:
            source = next(new)
            yield self._line(tail, f"{SESSION}:{held}:supervised:{source}", source, who, salt, minutes=90, facts='{"version": 1}')
        tail = self._tail(
            Kind.SUPERVISING,
            "supervision.supervisionsession",
            occasion,
            begins,
            ends,
            under=(NULL, programme),
            **told,  # type: ignore[arg-type]
        )
        facts = f'{{"present": {len(group)}, "version": 1}}'
        yield self._line(tail, f"{SESSION}:{held}:supervising", held, *supervisor, minutes=90, facts=facts)

    def _licences(self, county: County, day: dt.date) -> Iterator[str]:
        """What the yearly examination brings one county: licences, and the registrations of three years that follow."""
        moment = at(day.replace(month=10), 0)
        level = "junior" if self.rng.random() < 0.75 else "middle"
        gained = self._tail(Kind.LICENSED, "careers.licence", f"\t{NULL}", moment, moment, topic=level)
        entered = self._tail(Kind.REGISTERED, "careers.registration", f"\t{NULL}", moment, moment, topic=level)
        on, until = moment.date(), moment.date().replace(year=moment.year + 3)
        facts = f'{{"exam_year": {on.year}, "level": "{level}", "obtained_on": "{on}", "region": "{county.path}"}}'
        valid = f'{{"kind": "first", "level": "{level}", "registered_on": "{on}", "valid_to": "{until}"}}'
        for who, salt in self._some(county.people, self.rng.randint(2, 25)):
            licence = next(self.uuids)
            yield self._line(gained, f"careers.licence:{licence}", licence, who, salt, facts=facts)
            if self.rng.random() < 0.5:
                entry = next(self.uuids)
                yield self._line(entered, f"careers.registration:{entry}", entry, who, salt, facts=valid)


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour))


def nobody_of(county: County) -> str:
    """The columns ``WHO`` of a line without a person."""
    return f"{NULL}\t{county.pk}\t\t\t\t{NULL}"


def digest_of(salt: bytes, key: str, source: str, before: str = "", between: str = "", after: str = "") -> str:
    """The digest of an evidence whose other members sort before ``key``, between ``key`` and ``source``, and after both."""
    body = f'{{{before}"key": "{key}", {between}"source": "{source}"{after}}}'
    return hmac.digest(salt, body.encode(), "sha256").hex()

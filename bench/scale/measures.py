"""What is measured at each size: the same question to our code and to hand-written SQL, and that both say the same."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.scale import hand
from lms.accounts.models import User
from lms.core import positions
from lms.core.actor import Actor
from lms.ledger import selectors as ledger
from lms.ledger import spans
from lms.ledger.models import CountingBasis
from lms.ledger.rules import first_day, last_day
from lms.places.boundaries import children_known
from lms.places.models import Division
from lms.places.selectors import division_by_code
from lms.reports import drill, tables
from lms.reports.approval import payloads, services, units
from lms.reports.breakdown import Breakdown, breakdown
from lms.reports.kept import forget_figures
from lms.reports.models import Submission
from tests.factories.world import make_client, make_user

YEAR = 2024
PARTS = ("pages", "opened", "as_of", "approvals")
OF_SUMMARIES = {"pages", "opened"}  # what cannot be asked before they are made
Work = Callable[[], Any]


@dataclass
class Measured:
    """``ours`` and ``floor`` in milliseconds, medians of so many rounds; ``lines`` are those behind the answer."""

    name: str
    floor: str
    ours_ms: float
    floor_ms: float
    rounds: int
    lines: int = 0
    queries: int | None = None
    held_ms: float | None = None  # how long nobody else could post, at most

    @property
    def ratio(self) -> float:
        return self.ours_ms / max(self.floor_ms, 1e-6)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 2)}


def taking(work: Work) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return (time.perf_counter() - began) * 1000, found


def compare(name: str, floor_name: str, ours: Work, floor: Work, *, rounds: int, lines: int = 0) -> Measured:
    """One round to warm up where there are several, then in turn."""
    if rounds > 1:
        ours(), floor()
    took: dict[str, list[float]] = {"ours": [], "floor": []}
    for turn in range(rounds):
        for which, work in (("ours", ours), ("floor", floor))[:: 1 if turn % 2 else -1]:
            took[which].append(taking(work)[0])
    return Measured(name, floor_name, statistics.median(took["ours"]), statistics.median(took["floor"]), rounds, lines)


@contextmanager
def holding() -> Iterator[list[float]]:
    """How long each transaction held the position, from taking it to its commit, in milliseconds."""
    held: list[float] = []
    since: list[float] = []
    take = positions.take

    def timed(count: int = 1) -> int:
        first = take(count)
        if not since:
            since.append(time.perf_counter())
            transaction.on_commit(lambda: held.append((time.perf_counter() - since.pop()) * 1000))
        return first

    positions.take = timed
    try:
        yield held
    finally:
        positions.take = take


class Province:
    """One province as seeded, and who looks at it."""

    def __init__(self, *, month: int, past: int, say: Callable[[str], None]) -> None:
        """``month``: the one that is handed in; ``past``: the position of the report as of then."""
        self.month, self.past, self.say = month, past, say
        self.place = division_by_code("530000")
        self.start, self.end = dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)
        self.basis: CountingBasis = ledger.default_basis(self.end)
        self.measure = ledger.measure_of(self.basis)
        self.span = spans.parse(str(YEAR))
        assert self.span is not None

    @cached_property
    def client(self) -> Any:
        user = User.objects.filter(username="scale").first() or make_user("regional_admin", self.place, username="scale")
        return make_client(user)

    @cached_property
    def prefecture(self) -> Division:
        """The one with the median number of lines in the year, so that neither size nor luck decides."""
        found = hand.ask(
            "SELECT split_part(d.path, '/', 3), count(*) FROM ledger_line l JOIN places_division d ON d.id = l.division_id"
            " WHERE l.posted_on BETWEEN %(start)s AND %(end)s AND split_part(d.path, '/', 4) <> '' GROUP BY 1 ORDER BY 2, 1",
            start=self.start,
            end=self.end,
        )
        return Division.objects.get(path=f"{self.place.path}{found[len(found) // 2][0]}/", valid_to__isnull=True)

    @cached_property
    def county(self) -> Division:
        counties = units.below(self.prefecture, self.month)
        return counties[len(counties) // 2]

    def get(self, address: str) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.get("Location"))
        return answer

    def measured(self, parts: Sequence[str]) -> Iterator[Measured]:
        for part in parts:
            for one in getattr(self, part)():
                self.say(f"{one.name}: {one.ours_ms:,.0f} ms, {one.floor}: {one.floor_ms:,.0f} ms, {one.ratio:.1f}×")
                yield one

    def pages(self) -> list[Measured]:
        address = f"/reports/figures/{self.place.code}/?period={YEAR}"
        nodes = [c.path for c in children_known(self.place, on=self.end, position=positions.closed())]

        def floor() -> tuple[hand.Rows, hand.Rows]:
            return hand.kept_figures(self.place.path, YEAR, measure=self.measure, nodes=nodes)

        def cold() -> None:
            forget_figures()
            self.get(address)

        shown = tables.report(self.place, self.span, self.basis)  # type: ignore[arg-type]
        cells, persons = floor()
        ours = {row.key: (row.person_times, row.minutes, row.hundredths, row.unnamed) for row in shown.rows if not row.empty}
        theirs = {code or self.place.code: tuple(int(value or 0) for value in row) for code, *row in cells}
        assert ours == theirs, (ours, theirs)
        humans = {row.code: row.persons for row in shown.rows if row.code and row.code != self.place.code}
        humans[self.place.code] = shown.total.persons
        assert {k: v for k, v in humans.items() if v} == {node.rstrip("/").split("/")[-1]: n for node, n in persons}
        whole = hand.figures(self.place.path, self.start, self.end, position=shown.position, floor=self._floor)["total"]
        total = shown.total
        assert whole == (total.person_times, total.persons, total.minutes, total.hundredths, total.unnamed), (whole, total)
        found = [
            compare("province's page, kept", "SQL on the summaries", lambda: self.get(address), floor, rounds=15),
            compare("province's page, drawn anew", "SQL on the summaries", cold, floor, rounds=9),
        ]
        with CaptureQueriesContext(connection) as seen:
            cold()
        found[1].queries = len(seen)
        return found

    @property
    def _floor(self) -> int:
        return self.basis.attendance_floor_percent

    def opened(self) -> list[Measured]:
        """A county's person-times of the year, and the lines its hours come from."""
        asked = {"path": self.county.path, "start": self.start, "end": self.end}
        found = []
        for what, count, page in (
            ("person_times", hand.OPEN_COUNT, hand.OPEN_PAGE),
            ("hours", hand.LINES_COUNT, hand.LINES_PAGE),
        ):
            values = asked | ({"measure": self.measure} if what == "person_times" else {})
            wanted = drill.Wanted(what=what, division=self.county, span=self.span, basis=self.basis)  # type: ignore[arg-type]
            opened = drill.open_figure(wanted)
            assert opened.count == hand.ask(count, **values)[0][0]
            first = drill.items(opened, list(opened.rows[:50]), Actor.system("bench"))
            assert [item.line for item in first] == [row[0] for row in hand.ask(page, **values)]
            address = f"/reports/figures/{self.county.code}/open/?period={YEAR}&what={what}"

            def floor(count: str = count, page: str = page, values: dict[str, Any] = values) -> None:
                hand.ask(count, **values), hand.ask(page, **values)

            found.append(
                compare(
                    f"a county's {what.replace('_', '-')} opened",
                    "SQL: count and first page",
                    lambda address=address: self.get(address),
                    floor,
                    rounds=7,
                    lines=opened.count,
                )
            )
        return found

    def as_of(self) -> list[Measured]:
        """The province's year as it was known at a position in the past, and as it is known now: folded from the lines."""
        found = []
        for name, position in (("as of the past", self.past), ("as known now", positions.closed())):
            lines = hand.ask(
                "SELECT count(*) FROM ledger_line WHERE posted_on BETWEEN %(start)s AND %(end)s AND position <= %(position)s",
                start=self.start,
                end=self.end,
                position=position,
            )[0][0]
            ours_ms, ours = taking(lambda position=position: self._fold(self.place, position))
            theirs_ms, theirs = taking(
                lambda position=position: hand.figures(self.place.path, self.start, self.end, position=position, floor=self._floor)
            )
            same(ours, theirs, self.place)
            found.append(Measured(f"the province's year {name}, folded", "SQL on the lines", ours_ms, theirs_ms, 1, lines))
        return found

    def _fold(self, place: Division, position: int) -> Breakdown:
        return breakdown(division=place, start=self.start, end=self.end, basis=self.basis, position=position)

    def approvals(self) -> list[Measured]:
        """The province's month: every county handed in, accepted and sealed, then every prefecture, then the province locked."""
        clerk, approver = (Actor(uuid=uuid.uuid4(), label="bench", everywhere=True) for _ in range(2))
        prefectures = units.below(self.place, self.month)
        counties = [county for each in prefectures for county in units.below(each, self.month)]
        found = self._handed_in("county", counties, self.county, services.accept, clerk, approver)
        found += self._handed_in("prefecture", prefectures, self.prefecture, services.accept, clerk, approver)
        found += self._handed_in("province", [self.place], self.place, services.lock, clerk, approver)
        return found

    def _handed_in(
        self,
        level: str,
        places: Sequence[Division],
        one: Division,
        decide: Callable[..., Submission],
        clerk: Actor,
        approver: Actor,
    ) -> list[Measured]:
        """All units of a level: medians of ours, the longest that the position was held; one of them against SQL."""
        handed, decided = [], []
        with holding() as held:
            for place in places:
                ms, row = taking(lambda place=place: services.submit(division=place, period=self.month, by=clerk))
                handed.append(ms)
                ms, row = taking(lambda row=row: decide(submission=row, by=approver))
                decided.append(ms)
        self.say(f"{level}: {len(places)} handed in, {statistics.median(handed):,.0f} ms each; held {max(held):,.0f} ms at most")
        row = Submission.objects.standing().select_related("seal", "division").get(division=one, period=self.month)
        values = {"path": one.path, "period": self.month, "position": row.closing_position}
        values |= {"start": first_day(self.month), "end": last_day(self.month)}
        sealed_ms, sealed = taking(lambda: hand.ask(hand.SEALED, **values))
        assert row.seal is not None and row.seal.line_count == len(sealed)
        sums_ms, theirs = taking(lambda: self._by_hand(one, row))
        same_signed(row.content, theirs, one)
        again_ms, again = taking(lambda: payloads.made_again(row))
        assert again == row.payload
        lines, act, rounds = len(sealed), "locked" if one == self.place else "accepted", len(places)
        sums, rows = "SQL on the lines", "SQL: the sealed rows"
        return [
            Measured(f"{level}'s month handed in", sums, statistics.median(handed), sums_ms, rounds, lines, held_ms=max(held)),
            Measured(f"{level}'s month {act} and sealed", rows, statistics.median(decided), sealed_ms, rounds, lines),
            Measured(f"{level}'s signed report made again", sums, again_ms, sums_ms, 1, lines),
        ]

    def _by_hand(self, place: Division, row: Submission) -> hand.Figures:
        start, end = first_day(row.period), last_day(row.period)
        return hand.figures(place.path, start, end, position=row.closing_position, floor=self._floor)


def same(ours: Breakdown, theirs: hand.Figures, place: Division) -> None:
    rows = {row.key: row for row in ours.rows} | {"total": ours.total}
    found = {
        key: (row.person_times, row.persons, row.minutes, row.hundredths, row.unnamed)
        for key, row in rows.items()
        if any((row.person_times, row.persons, row.minutes, row.unnamed))
    }
    expected = {key or place.code: row for key, row in theirs.items() if any(row)}
    assert found == expected, (found, expected)


def same_signed(content: dict[str, Any], theirs: hand.Figures, place: Division) -> None:
    rows = {row["key"]: row for row in content["rows"]} | {"total": content["total"]}
    found = {k: (r["person_times"], r["persons"], r["minutes"], r["unnamed"]) for k, r in rows.items()}
    expected = {key or place.code: (*row[:3], row[4]) for key, row in theirs.items() if any(row)}
    assert {k: v for k, v in found.items() if any(v)} == expected, (found, expected)

"""A roster of 10,000 rows: read, examined, staged and let into a class (persons, enrolments, ledger lines, audit), against
reading the same workbook with calamine and inserting as many bare persons in bulk."""

from __future__ import annotations

import io
import itertools

from python_calamine import CalamineWorkbook

from bench.cases.roster_100k import staged
from bench.frame import Pair
from bench.world import Bench
from courses.services import roster as rosters
from courses.services import roster_commit as committing
from lms.people.models import Person
from tests.factories import rosters as files

FLOOR = "calamine and bulk_create of 10,000 bare persons"
TARGET = 6.0
ROWS = 10_000


def prepare(bench: Bench) -> Pair:
    years = itertools.count(1950)

    def workbook() -> bytes:
        """People who were not seen before: 1,000 numbers a day of birth."""
        year = next(years)
        days = [f"{year}01{day:02d}" for day in range(1, ROWS // 1000 + 1)]
        numbered = [(day, serial) for day in days for serial in range(1000)]
        rows = [
            files.row(serial, 序号=place + 1, 身份证号=files.number(serial, born=day))
            for place, (day, serial) in enumerate(numbered)
        ]
        return files.xlsx([[*row[:8], f"13{place:09d}", *row[9:]] for place, row in enumerate(rows)])

    county = bench.world.county
    waiting = [workbook() for _ in range(4)]
    one = waiting[0]

    def ours() -> None:
        roster = staged(bench, waiting.pop())
        rosters.confirm_roster(roster=roster, send=False, by=bench.by)
        entered = sum(committing.commit_rows(roster=roster, by=bench.by))
        assert entered == ROWS, entered

    def floor() -> None:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(one)).get_sheet_by_index(0).to_python()
        Person.objects.bulk_create([Person(name=str(row[1]), division=county) for row in rows[1:]], batch_size=500)

    return Pair(ours, floor, rounds=2, note="without accounts: their password hashes are meant to be slow")

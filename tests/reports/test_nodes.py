"""What a page of figures reads: the rows of its own node, whatever lies below, also where the tree has a level nobody shows."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.core import positions
from lms.ledger import selectors, services, spans
from lms.ledger.kinds import Kind
from lms.ledger.models import NodeTotal
from lms.places.models import Division, Level
from lms.reports import breakdown, dimensions, tables
from tests.factories import ledger as book
from tests.factories.world import make_person

DAY = dt.date(2022, 3, 10)
YEAR = spans.parse("2022")


def division_below(parent, code, name, **fields):
    return Division.objects.create(
        code=code,
        name=name,
        level=Level(parent.level + 1),
        parent=parent,
        path=f"{parent.path}{code}/",
        full_name=f"{parent.full_name}{name}",
        position=positions.take(),
        **fields,
    )


def busy_day(place):
    half_day = book.scheduled(uuid.uuid4(), DAY, place)
    book.attended(make_person(place), half_day)
    book.line(Kind.HEADCOUNT, DAY, division=place, quantity=2)


def rows_read(place, by):
    """How many stored totals the report's statements go through: each of them counted before it sums."""
    services.refresh_summaries()
    with CaptureQueriesContext(connection) as asked:
        tables.report(place, YEAR, selectors.default_basis(), by=by)
    texts = [query["sql"] for query in asked if "ledger_nodetotal" in query["sql"]]
    assert texts and not any("LIKE" in text for text in texts)
    with connection.cursor() as cursor:
        read = 0
        for text in texts:
            cursor.execute("SELECT count(*) " + text[text.index("FROM") : text.index("GROUP BY")])
            read += cursor.fetchone()[0]
    return read


def test_the_rows_a_page_reads_do_not_grow_with_leaves_or_lines(world):
    busy_day(world.township)
    few, kept = {by: rows_read(world.province, by) for by in dimensions.DIMENSIONS}, NodeTotal.objects.count()
    assert all(few.values())
    for n in range(40):
        busy_day(division_below(world.county, f"5306212{n:02}", f"某乡{n}"))
    assert {by: rows_read(world.province, by) for by in dimensions.DIMENSIONS} == few
    assert NodeTotal.objects.count() > kept * 5


def test_a_level_that_nobody_shows_is_looked_through(world):
    between = division_below(world.province, "5390", "省直辖县级行政区划", is_statistical=True)
    first, second = division_below(between, "539001", "甲县"), division_below(between, "539002", "乙县")
    for place in (first, first, second, division_below(second, "539002100", "乙县某镇"), between, world.province, world.county):
        busy_day(place)
    services.refresh_summaries()
    basis = selectors.default_basis()
    shown = tables.report(world.province, YEAR, basis)
    folded = breakdown.breakdown(
        division=world.province, start=YEAR.start, end=YEAR.end, basis=basis, position=shown.position, by="division"
    )
    assert {row.key: (row.person_times, row.minutes, row.unnamed) for row in shown.rows if not row.empty} == {
        row.key: (row.person_times, row.minutes, row.unnamed) for row in folded.rows if row.person_times
    }
    assert {row.key: row.missing for row in shown.rows if row.missing} == {"539001": 2, "539002": 2, "5390": 1, "53": 1, "5306": 1}
    assert shown.total.person_times == 7
    whole = tables.report(world.nation, YEAR, basis)
    assert [(row.key, row.person_times) for row in whole.rows if not row.empty] == [("53", 7)]

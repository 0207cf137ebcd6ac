"""The same numbers by hand-written SQL: what each measurement is held against. Two floors: from the summaries, from the lines.

The counting rule of the default basis stands here a second time, and on purpose: a floor that asked our fold would prove
nothing. It is only ever compared, never shown.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

Rows = list[tuple[Any, ...]]


def ask(sql: str, **values: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


# one row for each value of {key} and one for the whole (null): person-times and persons under the default basis.
# A person × class counts when the minutes of its half-days, each slot once, reach the floor; on the last planned day, or
# later where it was reached later. A completed course counts once.
UNITS = """
WITH touched AS MATERIALIZED (
  SELECT DISTINCT occasion FROM ledger_line
  WHERE posted_on BETWEEN %(start)s AND %(end)s AND kind IN ('attended', 'completed', 'scheduled') AND occasion IS NOT NULL
), plan AS MATERIALIZED (
  SELECT occasion, sum(minutes) AS planned, max(posted_on) AS last,
         (array_agg((facts->>'floor_percent')::int ORDER BY position DESC) FILTER (WHERE facts ? 'floor_percent'))[1] AS floor
  FROM ledger_line l
  WHERE kind = 'scheduled' AND sign = 1 AND position <= %(position)s
    AND NOT EXISTS (SELECT 1 FROM ledger_line c WHERE c.reverses_id = l.id AND c.reverses_id IS NOT NULL
                    AND c.position <= %(position)s)
    AND occasion IN (SELECT occasion FROM touched)
  GROUP BY occasion
), line AS (
  SELECT l.person_id AS person, l.occasion, l.kind, l.slot, l.position, l.posted_on AS day, l.minutes, d.path,
         l.posted_on <> (l.happened_to AT TIME ZONE 'Asia/Shanghai')::date AS displaced,
         greatest(0, l.minutes - coalesce(max(l.minutes) OVER (
           PARTITION BY l.person_id, l.occasion, l.kind, l.slot ORDER BY l.posted_on, l.position
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS more
  FROM ledger_line l JOIN places_division d ON d.id = l.division_id
  WHERE l.sign = 1 AND l.position <= %(position)s
    AND (l.kind = 'attended' AND l.occasion_label = 'courses.trainingclass'
         OR l.kind = 'completed' AND l.occasion_label = 'courses.course')
    AND NOT EXISTS (SELECT 1 FROM ledger_line c WHERE c.reverses_id = l.id AND c.reverses_id IS NOT NULL
                    AND c.position <= %(position)s)
    AND l.occasion IN (SELECT occasion FROM touched)
), run AS (
  SELECT *, sum(more) OVER w AS total, max(day) FILTER (WHERE displaced) OVER w AS late,
         first_value(path) OVER g AS home
  FROM line
  WINDOW w AS (PARTITION BY person, occasion, kind ORDER BY day, position),
         g AS (PARTITION BY person, occasion ORDER BY position)
), unit AS (
  SELECT DISTINCT ON (r.person, r.occasion) r.person, r.home, greatest(p.last, r.day, r.late) AS counted_on
  FROM run r LEFT JOIN plan p ON p.occasion = r.occasion
  WHERE r.kind = 'completed'
     OR r.total > 0 AND r.total * 100 >= coalesce(p.floor, %(floor)s) * coalesce(p.planned, 0)
  ORDER BY r.person, r.occasion, r.day, r.position
)
SELECT {key} AS key, count(*), count(DISTINCT person)
FROM unit WHERE home LIKE %(path)s || '%%' AND counted_on BETWEEN %(start)s AND %(end)s
GROUP BY GROUPING SETS (({key}), ())
"""

SUMS = """
SELECT {key} AS key, sum(minutes) FILTER (WHERE kind IN ('attended', 'studied')),
       sum(hour_hundredths) FILTER (WHERE kind IN ('attended', 'studied')), sum(quantity) FILTER (WHERE kind = 'headcount')
FROM (SELECT l.*, d.path AS home FROM ledger_line l JOIN places_division d ON d.id = l.division_id
      WHERE l.sign = 1 AND l.position <= %(position)s AND l.posted_on BETWEEN %(start)s AND %(end)s
        AND l.kind IN ('attended', 'studied', 'headcount') AND d.path LIKE %(path)s || '%%'
        AND NOT EXISTS (SELECT 1 FROM ledger_line c WHERE c.reverses_id = l.id AND c.reverses_id IS NOT NULL
                    AND c.position <= %(position)s)) line
GROUP BY GROUPING SETS (({key}), ())
"""

Figures = dict[str, tuple[int, int, int, int, int]]  # key → person-times, persons, minutes, hundredths, unnamed; "" the whole


def figures(path: str, start: Any, end: Any, *, position: int, floor: int) -> Figures:
    """From the lines: what a report of a division and period says as of a position."""
    key = f"split_part(home, '/', {path.count('/') + 1})"
    values = {"path": path, "start": start, "end": end, "position": position, "floor": floor}
    found: dict[str, list[int]] = {}
    for name, times, persons in ask(UNITS.format(key=key), **values):
        found[_name(name)] = [times, persons, 0, 0, 0]
    for name, *sums in ask(SUMS.format(key=key), **values):
        found.setdefault(_name(name), [0, 0, 0, 0, 0])[2:] = [value or 0 for value in sums]
    return {name: tuple(row) for name, row in found.items()}  # type: ignore[misc]


def _name(key: Any) -> str:
    return "total" if key is None else str(key)


TOTALS = """
SELECT code, sum(total) FILTER (WHERE measure = %(measure)s),
       sum(total) FILTER (WHERE measure = 'minutes'),
       sum(total) FILTER (WHERE measure = 'hundredths'), sum(total) FILTER (WHERE measure = 'unnamed')
FROM ledger_nodetotal WHERE node = %(path)s AND dimension = 'division' AND month BETWEEN %(first)s AND %(last)s
  AND measure IN (%(measure)s, 'minutes', 'hundredths', 'unnamed')
GROUP BY 1
"""
PERSONS = """
SELECT node, persons FROM ledger_personcount
WHERE measure = %(measure)s AND span = %(span)s AND dimension = '' AND (node = %(path)s OR node = ANY(%(nodes)s))
"""


def kept_figures(path: str, year: int, *, measure: str, nodes: list[str]) -> tuple[Rows, Rows]:
    """From the summaries: the numbers of a division's page for a year."""
    values = {"path": path, "first": year * 100 + 1, "last": year * 100 + 12, "measure": measure}
    return ask(TOTALS, **values), ask(PERSONS, measure=measure, span=str(year), path=path, nodes=nodes)


OPEN_COUNT = """
SELECT count(*) FROM ledger_countedunit
WHERE measure = %(measure)s AND path LIKE %(path)s || '%%' AND counted_on BETWEEN %(start)s AND %(end)s
"""
OPEN_PAGE = """
SELECT l.uuid, p.name, d.name, u.counted_on, l.minutes FROM ledger_countedunit u
JOIN ledger_line l ON l.id = u.line JOIN people_person p ON p.id = l.person_id JOIN places_division d ON d.id = l.division_id
WHERE u.measure = %(measure)s AND u.path LIKE %(path)s || '%%' AND u.counted_on BETWEEN %(start)s AND %(end)s
ORDER BY u.counted_on, u.id LIMIT 50
"""
LINES_COUNT = """
SELECT count(*) FROM ledger_line l JOIN places_division d ON d.id = l.division_id
WHERE l.kind IN ('attended', 'studied') AND l.minutes > 0 AND l.sign = 1 AND d.path LIKE %(path)s || '%%'
  AND l.posted_on BETWEEN %(start)s AND %(end)s AND NOT EXISTS (SELECT 1 FROM ledger_line c WHERE c.reverses_id = l.id)
"""
LINES_PAGE = """
SELECT l.uuid, p.name, d.name, l.posted_on, l.minutes FROM ledger_line l
JOIN places_division d ON d.id = l.division_id JOIN people_person p ON p.id = l.person_id
WHERE l.kind IN ('attended', 'studied') AND l.minutes > 0 AND l.sign = 1 AND d.path LIKE %(path)s || '%%'
  AND l.posted_on BETWEEN %(start)s AND %(end)s AND NOT EXISTS (SELECT 1 FROM ledger_line c WHERE c.reverses_id = l.id)
ORDER BY l.posted_on, l.position LIMIT 50
"""
SEALED = """
SELECT l.*, d.path FROM ledger_line l JOIN places_division d ON d.id = l.division_id
WHERE l.posted_period = %(period)s AND l.posted_on BETWEEN %(start)s AND %(end)s
  AND l.position <= %(position)s AND d.path LIKE %(path)s || '%%' ORDER BY l.position
"""

"""The judge: reads the database afterwards in plain SQL and asks nothing of the application's code."""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from bench.load.candidates import Candidate
from bench.load.world import Asked, Hall

MILLISECONDS_A_DAY = 24 * 3600 * 1000  # later than any sequence that was sent


@dataclass
class Verdict:
    """What was found. ``faults`` are sentences; none is what is asked for."""

    attempts: int = 0
    answers_confirmed: int = 0
    answers_lost: int = 0
    double_marks: int = 0
    faults: list[str] = field(default_factory=list)


def judge(database: str, hall: Hall, candidates: Sequence[Candidate]) -> Verdict:
    verdict = Verdict()
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT a.id, a.uuid::text, a.state, a.points, a.person_id FROM exams_attempt a WHERE a.sitting_id = %s",
            [hall.sitting_pk],
        ).fetchall()
        verdict.attempts = len(rows)
        _attempts(verdict, rows, candidates)
        by_attempt = {f"/exams/attempts/{public}/": pk for pk, public, *_rest in rows}
        held = _responses(connection, hall)
        for one in candidates:
            _answers(verdict, one, held.get(by_attempt.get(one.attempt, -1), {}))
        _marks(verdict, hall, rows, held)
        _lines(verdict, connection, rows)
        _positions(verdict, connection, hall)
    return verdict


def is_awake(database: str, hall: Hall, candidates: Sequence[Candidate]) -> bool:
    """Whether it finds one confirmed answer more than there is, and one attempt fewer: tried each time on a false witness."""
    false = copy.copy(next(one for one in candidates if one.told))
    number = min(false.told)
    false.told = {**false.told, number: false.told[number] + MILLISECONDS_A_DAY}
    honest = [one for one in candidates if one.attempt != false.attempt]
    found = judge(database, hall, [*honest, false])
    return found.answers_lost == 1 and bool(judge(database, hall, honest).faults)


Held = dict[int, tuple[int, str, int | None]]  # number → sequence, answer, points


def _responses(connection: psycopg.Connection, hall: Hall) -> dict[int, Held]:
    found: dict[int, Held] = defaultdict(dict)
    for attempt, number, sequence, answer, points in connection.execute(
        "SELECT r.attempt_id, r.number, r.sequence, r.answer, r.points FROM exams_response r "
        "JOIN exams_attempt a ON a.id = r.attempt_id WHERE a.sitting_id = %s",
        [hall.sitting_pk],
    ):
        found[attempt][number] = (sequence, "".join(sorted(answer)), points)
    return found


def _attempts(verdict: Verdict, rows: Sequence[tuple], candidates: Sequence[Candidate]) -> None:
    """One a person, every one of them marked, and each candidate's is there."""
    persons = Counter(row[4] for row in rows)
    verdict.faults += [f"person {person} has {count} attempts" for person, count in persons.items() if count != 1]
    verdict.faults += [f"attempt {row[1]} is {row[2]}" for row in rows if row[2] != "marked"]
    there = {f"/exams/attempts/{row[1]}/" for row in rows}
    verdict.faults += [f"{one.attempt or 'an attempt'} is not in the database" for one in candidates if one.attempt not in there]
    if len(rows) != len(candidates):
        verdict.faults.append(f"{len(candidates)} candidates, {len(rows)} attempts")


def _answers(verdict: Verdict, one: Candidate, held: Held) -> None:
    """Each confirmed answer stands, or a later one that was sent; and what stands is what was sent under its number."""
    verdict.answers_confirmed += len(one.told)
    for number, confirmed in one.told.items():
        sequence, answer, _points = held.get(number, (0, "", None))
        if sequence < confirmed:
            verdict.answers_lost += 1
            verdict.faults.append(f"{one.attempt} item {number}: confirmed {confirmed}, stands {sequence}")
    for number, (sequence, answer, _points) in held.items():
        if sequence and one.sent.get((number, sequence)) != answer:
            verdict.faults.append(f"{one.attempt} item {number}: {answer} was never sent as {sequence}")


def _marks(verdict: Verdict, hall: Hall, rows: Sequence[tuple], held: dict[int, Held]) -> None:
    """The licence exam's rule once more, from the answers that stand."""
    items = {item.number: item for item in hall.items}
    for pk, public, _state, points, _person in rows:
        answers = held[pk]
        if set(answers) != set(items):
            verdict.faults.append(f"attempt {public} has {len(answers)} answers of {len(items)}")
            continue
        wrong = [n for n, (_sequence, answer, marked) in answers.items() if marked != worth(items[n], answer)]
        if wrong:
            verdict.faults.append(f"attempt {public}: items {wrong} bear points that their answers did not earn")
        if points != sum(marked or 0 for _sequence, _answer, marked in answers.values()):
            verdict.faults.append(f"attempt {public}: its points are not the sum of its answers'")


def worth(item: Asked, answer: str) -> int:
    """Hundredths: a single choice 1 point; a multiple one 2, half a point for each key of a part, nothing with a wrong one."""
    chosen = set(answer)
    if chosen == item.keys:
        return 200 if item.is_multiple else 100
    return 0 if chosen - item.keys or not item.is_multiple else 50 * len(chosen)


def _lines(verdict: Verdict, connection: psycopg.Connection, rows: Sequence[tuple]) -> None:
    """Exactly one line and one event for each attempt, and the line says the attempt's points."""
    told: dict[str, list[tuple]] = defaultdict(list)
    for public, sign, points in connection.execute(
        "SELECT source_uuid::text, sign, facts ->> 'points' FROM ledger_line WHERE kind = 'scored'"
    ):
        told[public].append((sign, points))
    events = Counter(
        row[0]
        for row in connection.execute("SELECT record_uuid::text FROM audit_auditevent WHERE verb = 'exams.attempt.submitted'")
    )
    for _pk, public, _state, points, _person in rows:
        lines = told.pop(public, [])
        if len(lines) > 1 or events[public] > 1:
            verdict.double_marks += 1
        if len(lines) != 1 or lines[0][0] != 1:
            verdict.faults.append(f"attempt {public} has {len(lines)} lines")
        elif points is None or round(float(lines[0][1]) * 100) != points:
            verdict.faults.append(f"attempt {public}: the line says {lines[0][1]}, the attempt {points}")
        if events[public] != 1:
            verdict.faults.append(f"attempt {public} was handed in {events[public]} times by the audit trail")
    verdict.faults += [f"a score of {public}, which is no attempt of the sitting" for public in told]


def _positions(verdict: Verdict, connection: psycopg.Connection, hall: Hall) -> None:
    """From the position before the first candidate on: each taken once, none missing."""
    tables = connection.execute(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'position' AND data_type = 'bigint'"
    ).fetchall()
    seen: Counter[int] = Counter()
    for (table,) in tables:
        found = connection.execute(f'SELECT position FROM "{table}" WHERE position > %s', [hall.position])
        seen.update(position for (position,) in found)
    row = connection.execute("SELECT last FROM core_counter WHERE name = 'position'").fetchone()
    assert row is not None
    missing = sorted(set(range(hall.position + 1, row[0] + 1)) - set(seen))
    doubled = sorted(position for position, count in seen.items() if count > 1 or position > row[0])
    if missing or doubled:
        verdict.faults.append(f"positions missing: {missing[:10]}, taken twice or ahead of the counter: {doubled[:10]}")

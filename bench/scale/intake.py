"""Lines in: a bare COPY of ready rows, our bulk path with the same rows, and the service that posts acts. All rolled back."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection, transaction

from bench.scale.measures import Measured, taking
from lms.core import bulk
from lms.core.actor import Actor
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.people.models import Person

POSTED = 20_000
PART = 100_000
FIELDS = [f for f in Line._meta.concrete_fields if not f.primary_key]


def measure(count: int, say: Callable[[str], None]) -> list[Measured]:
    """``count`` rows into the table with all its indexes, references checked within the time."""
    copied = ours = 0.0
    for first in range(0, count, PART):
        size = min(PART, count - first)
        with rolled_back():
            text = text_of(first, size)
            copied += taking(partial(copy_in, text))[0]
        with rolled_back():
            lines = rows_of(first, size)
            ours += taking(partial(bulk_in, lines))[0]
        say(f"{first + size:,} lines: COPY {copied / 1000:.1f} s, ours {ours / 1000:.1f} s")
    with rolled_back():
        drafts = drafts_of(POSTED)
        posted = taking(lambda: post(drafts))[0] * count / POSTED
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ledger_line")
    return [
        Measured(f"{count:,} ready lines through core.bulk", "COPY of the same rows", ours, copied, 1, count),
        Measured(f"{count:,} acts through ledger.post (from {POSTED:,})", "COPY of the same rows", posted, copied, 1, count),
    ]


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def checked() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# the same rows for both: lines that stand, under new keys; a counter-line would reverse twice
CHANGED = {"uuid": "gen_random_uuid()", "key": "'again:' || key", "position": "position + 1000000000"}
ROWS = "SELECT {columns} FROM ledger_line WHERE sign = 1 ORDER BY id OFFSET {first} LIMIT {size}"


def text_of(first: int, size: int) -> bytes:
    columns = ", ".join(CHANGED.get(f.column, f.column) for f in FIELDS)
    out = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({ROWS.format(columns=columns, first=first, size=size)}) TO STDOUT") as copy,
    ):
        for block in copy:
            out.write(bytes(block))
    return out.getvalue()


def copy_in(text: bytes) -> None:
    names = ", ".join(f.column for f in FIELDS)
    with connection.cursor() as cursor, cursor.copy(f"COPY ledger_line ({names}) FROM STDIN") as copy:
        for start in range(0, len(text), 1 << 20):
            copy.write(text[start : start + (1 << 20)])
    checked()


def rows_of(first: int, size: int) -> list[Any]:
    lines = list(Line.objects.filter(sign=1).order_by("pk")[first : first + size])
    for line in lines:
        line.pk, line.uuid, line.key, line.position = None, uuid.uuid4(), f"again:{line.key}", line.position + 1_000_000_000
    return lines


def bulk_in(lines: list[Any]) -> None:
    bulk.create(Line, lines, keys=False)
    checked()


def drafts_of(count: int) -> list[ledger.Draft]:
    people = list(Person.objects.select_related("division")[:5000])
    occasion = uuid.uuid4()
    moment = dt.datetime(2024, 5, 10, 12, tzinfo=dt.UTC)
    return [
        ledger.Draft(
            key=f"again:{number}",
            kind=Kind.ATTENDED,
            source_label="bench.act",
            source_uuid=uuid.uuid4(),
            happened_from=moment,
            person=people[number % len(people)],
            occasion_label="courses.trainingclass",
            occasion=occasion,
            slot=str(number // len(people)),
            minutes=180,
            mode=Mode.FACE_TO_FACE,
        )
        for number in range(count)
    ]


def post(drafts: list[ledger.Draft]) -> None:
    for start in range(0, len(drafts), 500):
        ledger.post(drafts[start : start + 500], by=Actor.system("bench"))
    checked()

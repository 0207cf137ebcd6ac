"""Fills a scratch database of PostgreSQL with a province: all of it in one transaction or nothing, and more on top when asked."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from lms.audit import selectors as trail
from lms.audit import services as audit
from lms.core import positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.core.planner import analyse
from lms.demo.scale import acts, cast, copying
from lms.ledger import rules
from lms.ledger.models import HourScheme, Line
from lms.people.models import Person
from lms.places.selectors import division_by_code
from lms.programmes import services as programmes
from lms.programmes.models import Category, Programme

BY = Actor.system("seed_scale")
VERB = "demo.scale.seeded"
CATEGORIES = ("基层民政干部", "社区工作者", "社工站人员", "机构社工", "志愿服务骨干")
PROGRAMMES = ("社会工作人才培训", "乡镇社工站能力提升", "社区工作者素质提升")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What one call added, what stands now, and what it took in seconds: people, lines and indexes, lines alone."""

    people_added: int
    lines_added: int
    people: int
    lines: int
    seconds: float
    copy_seconds: float

    @property
    def lines_per_second(self) -> int:
        return round(self.lines_added / self.seconds) if self.seconds else 0


def seed(*, people: int, lines: int, number: int, say: Say) -> Seeded:
    """Bring the database to so many people and lines of the invented province; ``number`` is the seed of chance.

    Called again with more it adds the difference. Refuses SQLite, what is fewer than stands, and a database that holds
    people or lines of anybody else.
    """
    if connection.vendor != "postgresql":
        raise Refused("这条命令只能在 PostgreSQL 上运行：请用 DATABASE_URL 指定一个空的临时数据库。")
    if people < 1 or lines < 0:
        raise BadInput("人数至少为 1，台账笔数不能是负数。")
    standing = _own()
    if people < standing[0] or lines < standing[1]:
        raise Refused(f"库里已有 {standing[0]} 人、{standing[1]} 笔；只能增加，不能减少。")
    began = time.monotonic()
    rng = random.Random(f"{number}:{standing}")
    where = cast.counties(by=BY, rng=random.Random(number))
    with transaction.atomic():
        _enter_people(where, people - standing[0], rng, say)
        copying_took = _enter_lines(where, lines - standing[1], rng, say)
        audit.record(VERB, by=BY, people=people, lines=lines, seed=number)
    took = time.monotonic() - began
    return Seeded(people - standing[0], lines - standing[1], people, lines, round(took, 1), round(copying_took, 1))


def _own() -> tuple[int, int]:
    """People and lines that stand; refused unless an earlier call says it brought all of them."""
    last = trail.latest(VERB)
    said = (last.details["people"], last.details["lines"]) if last is not None else (0, 0)
    found = (Person.objects.count(), Line.objects.count())
    if found != said:
        raise Refused(f"库里有不是本命令写入的数据（{found[0]} 人、{found[1]} 笔）；请换一个空的临时数据库。")
    return found


def _enter_people(where: list[cast.County], count: int, rng: random.Random, say: Say) -> None:
    if not count:
        return
    with connection.cursor() as cursor:
        first = _next_id(Person)
        rows = cast.rows(where, count, first=first, rng=rng)
        _copy(cursor, Person, cast.COLUMNS, rows, count, say, "人员")
    analyse(Person)


def _enter_lines(where: list[cast.County], count: int, rng: random.Random, say: Say) -> float:
    """Returns how long the rows took, without their indexes."""
    if not count:
        return 0.0
    categories, running = _programmes(where)
    scheme = HourScheme.objects.get(is_default=True, division=None, valid_from=None)

    def worth(minutes: int, kind: str, mode: str) -> int:
        return rules.hundredths_of(minutes, scheme.rules, kind=kind, mode=mode)

    with connection.cursor() as cursor:
        cast.seat(cursor, where)
        stage = acts.Stage(where, running, categories, scheme.pk, worth, _next_id(Line), positions.take(count))
        rows = acts.Acts(stage, rng=rng, lines=count).rows()
        took = _copy(cursor, Line, acts.COLUMNS, rows, count, say, "台账")
    analyse(Line)
    return took


def _programmes(where: list[cast.County]) -> tuple[list[int], list[int]]:
    province = division_by_code(cast.PROVINCE)
    for number, name in enumerate(CATEGORIES, start=1):
        programmes.create_category(code=f"scale-{number}", name=name, division=province, by=BY)
    if not Programme.objects.filter(code="scale-1").exists():
        for number, name in enumerate(PROGRAMMES, start=1):
            programmes.create_programme(
                code=f"scale-{number}",
                name=name,
                kind=Programme.Kind.TRAINING,
                division=province,
                starts_on=date(acts.FIRST_YEAR, 1, 1),
                by=BY,
            )
    ours = {"code__startswith": "scale-"}
    return (
        list(Category.objects.filter(**ours).values_list("pk", flat=True)),
        list(Programme.objects.filter(**ours).order_by("code").values_list("pk", flat=True)),
    )


def _copy(cursor: Any, model: type[models.Model], columns: tuple[str, ...], rows: Any, count: int, say: Say, what: str) -> float:
    """COPY rows with their keys; the indexes are made anew when the table grows by more than a quarter. Moves the sequence on."""
    table = model._meta.db_table
    began = time.monotonic()
    took = 0.0

    def said(done: int) -> None:
        nonlocal took
        took = time.monotonic() - began
        if done == count or done % (copying.BLOCK * 40) == 0:
            say(f"{what} {done:,}/{count:,}，每秒 {done / max(took, 0.001):,.0f} 行")

    if count * 4 > model._default_manager.count():
        with copying.bare(cursor, model):
            copying.copy_text(cursor, table, columns, islice(rows, count), said)
            say(f"{what}：重建索引与约束")
    else:
        copying.copy_text(cursor, table, columns, islice(rows, count), said)
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, _next_id(model) - 1])
    return took


def _next_id(model: type[models.Model]) -> int:
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1

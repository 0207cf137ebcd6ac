"""A roster of 100,000 × 15: outlined, examined, staged and let into a class (persons, documents, enrolments, ledger lines,
audit), against reading the same workbook with the fastest reader library (python-calamine) and one bulk insert of as many
persons. ``roster_100k_staged`` measures the part before the confirmation alone."""

from __future__ import annotations

import io
import itertools
import os

from django.core.files.base import ContentFile
from python_calamine import CalamineWorkbook

from bench.frame import Pair
from bench.world import Bench
from courses import services as courses
from courses.models import RosterImport, TrainingClass
from courses.services import roster as rosters
from courses.services import roster_commit as committing
from lms.people.models import Person
from tests.factories import rosters as files
from tests.factories.courses import make_class

FLOOR = "python-calamine reads the workbook, one bulk_create of as many bare persons"
TARGET = 2.0
ROWS = int(os.environ.get("BENCH_ROSTER_ROWS", "100000"))
_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文斌宇浩凯健俊帆雪琳晨辉力永忠诚春燕云飞龙海波"
_YEARS = itertools.count(1950)


def _name(place: int) -> str:
    """Names as counties have them: one of a hundred family names, two characters drawn from a few thousand pairs."""
    return f"{_FAMILY[place % len(_FAMILY)]}{_GIVEN[place // 7 % len(_GIVEN)]}{_GIVEN[place * 13 // 5 % len(_GIVEN)]}"


def workbook() -> bytes:
    """People who were not seen before: 1,000 numbers a day of birth, 15 columns, written without holding the sheet."""
    from openpyxl import Workbook

    year = next(_YEARS)
    book = Workbook(write_only=True)
    page = book.create_sheet("名册")
    page.append([*files.HEADER, "专业", "政治面貌", "对象类别", "社工证级别/编号"])
    for place in range(ROWS):
        day, serial = divmod(place, 1000)
        born = f"{year}{day // 28 + 1:02d}{day % 28 + 1:02d}"
        row = files.row(
            serial,
            序号=place + 1,
            姓名=_name(place),
            身份证号=files.number(serial, born=born),
            联系电话=f"13{year % 100:02d}{place:07d}",
        )
        page.append([*row, "社会工作", "群众", None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def staged(bench: Bench, content: bytes) -> RosterImport:
    """From the upload to the row-by-row result, by the services that the jobs call."""
    held: TrainingClass = make_class(bench.world.county, capacity=None)
    made = courses.upload_roster(
        training_class=held, file=ContentFile(content, name="roster.xlsx"), give_accounts=False, by=bench.by
    )
    rosters.read_roster(roster=RosterImport.objects.get(pk=made.pk), by=bench.by)
    roster = RosterImport.objects.select_related("training_class__division").get(pk=made.pk)
    assert not roster.reason, roster.reason
    fields = {row["column"]: row["field"] for row in roster.columns if row["field"]}
    top, first = roster.header_top, roster.header_first
    courses.confirm_columns(roster=roster, sheet=roster.sheet, top=top, first=first, fields=fields, send=False, by=bench.by)
    roster.refresh_from_db()
    roster = rosters.examine_roster(roster=roster, by=bench.by)
    assert not roster.reason, roster.reason
    return roster


def floor(bench: Bench, content: bytes) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    Person.objects.bulk_create([Person(name=str(row[1]), division=bench.world.county) for row in rows[1:]], batch_size=500)


def prepare(bench: Bench) -> Pair:
    waiting = [workbook() for _ in range(2)]  # run twice: counted, timed
    one = waiting[0]

    def ours() -> None:
        roster = staged(bench, waiting.pop())
        rosters.confirm_roster(roster=roster, send=False, by=bench.by)
        entered = sum(committing.commit_rows(roster=roster, by=bench.by))
        assert entered == ROWS, entered

    return Pair(ours, lambda: floor(bench, one), rounds=1, note="without accounts: their password hashes are meant to be slow")

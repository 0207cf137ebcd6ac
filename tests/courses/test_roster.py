"""Rosters: what is understood, what is refused with row, column and reason, what a second upload changes, what is hostile."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from courses import services
from courses.models import ClassEnrolment, RosterImport
from courses.roster import guard, workbooks
from courses.roster.columns import field_of, find_header
from courses.roster.reading import read
from courses.services import roster_commit as committing
from courses.states import RosterState
from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.errors import Missing, Refused
from lms.core.models import Job
from lms.ledger.models import Line
from lms.people.models import Person
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class
from tests.factories.world import World, make_actor, make_person


@pytest.fixture
def manager(world: World):
    return make_actor(Role.CLASS_MANAGER, world.county)


@pytest.fixture
def upload(manager, django_capture_on_commit_callbacks):
    def send(training_class, content: bytes, name: str = "名册.xlsx", by=manager, **extra) -> RosterImport:
        with django_capture_on_commit_callbacks(execute=True):
            made = services.upload_roster(training_class=training_class, file=ContentFile(content, name), by=by, **extra)
        made.refresh_from_db()
        if made.state == RosterState.MAPPING:
            with django_capture_on_commit_callbacks(execute=True):
                rosters.take_columns(made, by=by)
        made.refresh_from_db()
        return made

    return send


@pytest.fixture
def confirm(manager, django_capture_on_commit_callbacks):
    def send(roster: RosterImport) -> RosterImport:
        with django_capture_on_commit_callbacks(execute=True):
            services.confirm_roster(roster=roster, by=manager)
        roster.refresh_from_db()
        return roster

    return send


def problems(roster: RosterImport) -> dict[int, str]:
    return {row.number: f"{row.problems[0]['column']} {row.problems[0]['reason']}" for row in roster.rows.filter(verdict="refused")}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("身份证号（必填）", "document"),
        ("县（市、区）", "county"),
        ("县\n(市、区)", "county"),
        ("职务/职称", "position_title"),
        ("姓 名", "name"),
        ("*联系电话*", "phone"),
        ("社工证级别/编号", "licence"),
        ("培训感想", None),
        (12, None),
    ],
)
def test_header_words(words, field):
    assert field_of(words) == field


def test_a_header_of_two_rows_below_a_title():
    rows = [
        ["鲁甸县社会救助业务培训班名册", None, None, None, None],
        ["序号", "姓名", "工作情况", None, "联系电话"],
        [None, None, "工作单位", "职务", None],
        [1, "张三", "龙头山镇", "科员", "13800000000"],
    ]
    header = find_header(rows)
    assert header is not None
    assert header.first == 3
    assert {c.field: c.letter for c in header.columns} == {
        "index": "A",
        "name": "B",
        "organisation": "C",
        "position_title": "D",
        "phone": "E",
    }


def test_a_first_row_of_words_is_not_taken_for_a_header():
    header = find_header([["姓名", "联系电话", "单位"], ["张三", None, "民政局"], ["李四", "13800000000", "民政局"]])
    assert header is not None
    assert header.first == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", lambda rows: rosters.xlsx(rows, above=[["名册"], []])),
        ("a.csv", rosters.csv),
        ("a.csv", lambda rows: rosters.csv(rows, encoding="utf-8-sig")),
        ("a.csv", lambda rows: rosters.csv(rows, encoding="utf-16")),
        ("a.xls", lambda rows: rosters.xls([rosters.HEADER, *rows])),
    ],
)
def test_every_format_reads_alike(tmp_path: Path, name, content):
    path = tmp_path / name
    path.write_bytes(content([rosters.row(1), rosters.row(2)]))
    sheet = read(path)
    names = [row[1] for row in list(sheet.rows)[sheet.header.first :]]
    assert names == ["学员乙一", "学员丙一"]
    assert sheet.header.column("document").letter == "E"


@pytest.mark.django_db
def test_bad_rows_are_refused_with_their_column_and_the_rest_goes_in(world: World, upload, confirm):
    training_class = make_class(world.county)
    known = make_person(world.township, name="李已知", phone="13911112222")
    rows = [
        rosters.row(1),
        rosters.row(2, 身份证号=4.4e17),
        rosters.row(3, 身份证号="4.4E+17"),
        rosters.row(4, 身份证号=rosters.number(4)[:17] + ("1" if rosters.number(4)[17] != "1" else "2")),
        rosters.row(5, 联系电话=8702123456.0),
        rosters.row(6, **{"乡镇（街道）": "不存在镇"}),
        rosters.row(7, 身份证号=rosters.number(1)),
        rosters.row(8, 姓名="张3"),
        rosters.row(9, 民族="火星族"),
        rosters.row(10, **{"乡镇（街道）": "龙头山"}),
        rosters.row(11, 姓名="李已知", 身份证号=None, 联系电话="139 1111 2222"),
        rosters.row(12, 身份证号=None, 联系电话=None),
        [None] * len(rosters.HEADER),
    ]
    roster = upload(training_class, rosters.xlsx(rows))
    assert roster.state == RosterState.READY
    found = problems(roster)
    assert set(found) == {3, 4, 5, 6, 7, 8, 9, 10, 13}
    assert found[3].startswith("E 证件号码单元格是数字格式")
    assert found[4].startswith("E ")
    assert "4.4E+17" in found[4]
    assert "末位校验" in found[5]
    assert found[6].startswith("I 电话单元格是数字格式")
    assert found[7].startswith("J 在“鲁甸县”范围内找不到")
    assert found[8].startswith("E 与第 2 行重复")
    assert found[9].startswith("B ")
    assert found[10].startswith("D ")
    assert found[13].startswith("E 身份证号和联系电话至少填一项")
    assert not ClassEnrolment.objects.exists()
    confirm(roster)
    assert roster.state == RosterState.DONE
    enrolled = {e.person.name: e for e in ClassEnrolment.objects.select_related("person", "division")}
    assert set(enrolled) == {"学员乙一", "学员甲二", "李已知"}
    assert enrolled["学员甲二"].division == world.township
    assert enrolled["学员甲二"].organisation.name == "龙头山镇人民政府"
    assert enrolled["学员甲二"].person.organisation == enrolled["学员甲二"].organisation
    assert enrolled["李已知"].person == known
    assert Line.objects.filter(kind="enrolled").count() == 3


@pytest.mark.django_db
def test_the_same_file_twice_adds_nothing(world: World, upload, confirm):
    training_class = make_class(world.county)
    content = rosters.xlsx([rosters.row(n) for n in range(1, 6)] + [rosters.row(7, 身份证号=None)])
    confirm(upload(training_class, content))
    counts = (Person.objects.count(), User.objects.count(), Line.objects.count())
    again = upload(training_class, content)
    assert set(again.rows.values_list("verdict", flat=True)) == {"already"}
    with pytest.raises(Refused):
        confirm(again)
    assert (Person.objects.count(), User.objects.count(), Line.objects.count()) == counts


@pytest.mark.django_db
def test_a_row_that_is_in_says_nothing_more_and_the_page_reads_the_books(world: World, upload, confirm, client_as):
    roster = confirm(
        upload(make_class(world.county), rosters.xlsx([rosters.row(1), rosters.row(2, 民族="无此族")]), give_accounts=False)
    )
    rows = {row.verdict: row for row in roster.rows.all()}
    assert rows["new"].committed_at is not None
    assert (rows["new"].sealed, bool(rows["refused"].sealed)) == ("", True)
    page = client_as(Role.CLASS_MANAGER, world.county).get(reverse("courses:roster_detail", args=[roster.uuid])).content.decode()
    assert "学员乙一" in page
    assert "学员丙一" in page


@pytest.mark.django_db
def test_new_learners_get_accounts_and_the_passwords_once(world: World, upload, confirm, manager, client):
    training_class = make_class(world.county)
    roster = confirm(upload(training_class, rosters.xlsx([rosters.row(1), rosters.row(2)])))
    job = Job.objects.get(kind="courses.import_roster")
    assert job.status == "done"
    assert job.outcome == {"entered": 2, "accounts": 2}
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(job.result_file.read()))
    listed = book.get_sheet_by_index(0).to_python()[3:]
    assert [line[0] for line in listed] == ["学员乙一", "学员丙一"]
    user = User.objects.get(username=listed[0][2])
    assert user.check_password(listed[0][3])
    assert user.must_change_password
    with clock.at(clock.now() + dt.timedelta(hours=25)):
        assert services.clean_rosters(by=SYSTEM) == 1
        assert services.clean_rosters(by=SYSTEM) == 0
    assert not roster.rows.exclude(sealed="").exists()


@pytest.mark.django_db
def test_a_broken_off_import_goes_on_where_it_was(world: World, upload, monkeypatch, manager):
    """The worker dies between two chunks: the first is whole, the second not begun; run again, all are in once."""
    monkeypatch.setattr(committing, "CHUNK", 3)
    training_class = make_class(world.county)
    roster = upload(training_class, rosters.xlsx([rosters.row(n) for n in range(1, 9)]), give_accounts=False)
    services.confirm_roster(roster=roster, send=False, by=manager)
    assert len(committing.commit_chunk(roster=roster, by=manager)) == 3

    def fail(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(committing, "enter_rows", fail)
        with pytest.raises(RuntimeError):
            committing.commit_chunk(roster=roster, by=manager)
    assert Person.objects.filter(name__startswith="学员").count() == 3
    while committing.commit_chunk(roster=roster, by=manager):
        pass
    assert ClassEnrolment.objects.count() == 8
    assert Person.objects.filter(name__startswith="学员").count() == 8


@pytest.mark.django_db
def test_seats_are_checked_before_anything_enters(world: World, upload, confirm):
    training_class = make_class(world.county, capacity=2)
    roster = upload(training_class, rosters.xlsx([rosters.row(n) for n in range(1, 4)]))
    with pytest.raises(Refused, match="名额 2 人"):
        confirm(roster)
    assert not ClassEnrolment.objects.exists()


@pytest.mark.django_db
def test_who_withdrew_is_not_brought_back_by_a_file(world: World, upload, confirm):
    training_class = make_class(world.county)
    content = rosters.xlsx([rosters.row(1), rosters.row(2)])
    confirm(upload(training_class, content))
    services.withdraw(enrolment=ClassEnrolment.objects.first(), reason="工作调整", by=SYSTEM)
    roster = upload(training_class, content)
    assert "已退出本班" in problems(roster)[2]


@pytest.mark.django_db
def test_another_county_can_neither_upload_nor_confirm(world: World, upload, manager):
    training_class = make_class(world.county)
    outsider = make_actor(Role.CLASS_MANAGER, world.other_county)
    with pytest.raises(Missing):
        upload(training_class, rosters.xlsx([rosters.row(1)]), by=outsider)
    roster = upload(training_class, rosters.xlsx([rosters.row(1)]))
    for act in (services.confirm_roster, services.discard_roster):
        with pytest.raises(Missing):
            act(roster=roster, by=outsider)


@pytest.mark.django_db
def test_a_staged_roster_can_be_given_up(world: World, upload, manager):
    roster = upload(make_class(world.county), rosters.xlsx([rosters.row(1)]))
    services.discard_roster(roster=roster, by=manager)
    roster.refresh_from_db()
    assert (roster.state, roster.rows.count(), bool(roster.upload)) == (RosterState.DISCARDED, 0, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (rosters.encrypted, "密码"),
        (rosters.far_corner, "过大"),
        (rosters.long_text, "过大"),
        (lambda: rosters.bomb(200), "过大"),
        (lambda: rosters.lying_bomb(100), "损坏|过大"),
        (lambda: b"", "空的"),
        (lambda: b"%PDF-1.7 nothing", "不是表格"),
        (lambda: b"\x89PNG\r\n\x1a\n\x00\x00", "不是表格"),
        (lambda: b"PK\x03\x04 broken", "损坏"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 4000, "损坏"),
        (lambda: rosters.xlsx([["张三", 3]], header=["什么", "别的"]), "表头"),
        (lambda: "姓名,联系电话\n".encode(), "没有名单"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_a_sentence(world: World, upload, content, sentence):
    roster = upload(make_class(world.county), content())
    assert roster.state == RosterState.REFUSED
    assert re.search(sentence, roster.reason)
    assert Job.objects.get(kind="courses.read_roster").error == roster.reason


@pytest.mark.slow
@pytest.mark.parametrize("make", ["far_corner", "bomb", "lying_bomb", "long_text", "wide_xls"])
def test_hostile_files_cost_no_memory(tmp_path: Path, make: str):
    """In a process of its own: refused, and the peak grows by less than 50 MB."""
    path = tmp_path / "hostile"
    if make == "wide_xls":
        rows: list[list[object]] = [["姓名"]] + [[] for _ in range(65534)] + [[None] * 255 + ["x"]]
        path.write_bytes(rosters.xls(rows))
    else:
        path.write_bytes(getattr(rosters, make)())
    script = (
        "import django, os, resource, sys; from pathlib import Path\n"
        "django.setup()\n"
        "from courses.roster.reading import read\n"
        "from lms.core.errors import BadInput\n"
        "import python_calamine\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read(Path(sys.argv[1])); print('read')\n"
        "except BadInput as e: print('refused')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=Path.cwd())
    verdict, grown = done.stdout.split()
    assert verdict == "refused"
    assert int(grown) < 50 * 1024


def test_a_large_honest_sheet_passes_the_guard(tmp_path: Path):
    cells = b"".join(
        b'<row r="%d">' % n + b"".join(b'<c r="%c%d"><v>1</v></c>' % (65 + c, n) for c in range(15)) + b"</row>"
        for n in range(1, 20_001)
    )
    path = tmp_path / "large.xlsx"
    path.write_bytes(rosters.workbook(cells))
    assert guard.kind_of(path) == "xlsx"


@pytest.mark.django_db
def test_the_template_is_a_roster_with_text_columns(tmp_path: Path):
    from openpyxl import load_workbook

    path = tmp_path / "template.xlsx"
    path.write_bytes(workbooks.template(categories=["机构社会工作师"]))
    book = load_workbook(path)
    assert book.sheetnames == ["名册", "填写说明"]
    assert book["填写说明"]["B3"].value.startswith("必填。")
    assert book["名册"]["E2"].number_format == "@"
    assert book["名册"].data_validations.count >= 3
    header = find_header([[c.value for c in row] for row in book["名册"].iter_rows(max_row=1)])
    assert header is not None
    assert header.unknown == ()

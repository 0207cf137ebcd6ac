"""A county's workbook with twelve kinds of damage: up, columns confirmed, errors back in the own workbook, corrected, in. Once."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from courses.models import ClassEnrolment, RosterImport, RosterWording
from courses.roster import sample as twelve
from courses.states import RosterState
from lms.accounts.roles import Role
from lms.ledger.models import Line
from lms.people.models import Person
from tests.factories import rosters
from tests.factories.courses import make_class
from tests.factories.world import World, make_client, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: World):
    return make_client(make_user(Role.CLASS_MANAGER, world.county))


@pytest.fixture
def up(office, django_capture_on_commit_callbacks):
    """Upload through the page; the columns page of the roster comes back."""

    def send(training_class, content: bytes, name: str = "鲁甸县报名表.xlsx") -> RosterImport:
        file = SimpleUploadedFile(name, content)
        with django_capture_on_commit_callbacks(execute=True):
            answer = office.post(f"/learn/office/classes/{training_class.uuid}/roster/", {"file": file})
        assert answer.status_code == 302
        return RosterImport.objects.get(uuid=answer["Location"].rstrip("/").rpartition("/")[2])

    return send


@pytest.fixture
def confirm(office, django_capture_on_commit_callbacks):
    """Confirm the columns as the page proposes them, with changes."""

    def send(roster: RosterImport, **changes: str):
        page = office.get(f"/learn/office/rosters/{roster.uuid}/columns/")
        assert page.status_code == 200
        fields = {f"field-{p.column.letter}": field for p, field in page.context["proposals"]}
        start = {k: page.context["form"].initial[k] for k in ("sheet", "top", "depth")}
        with django_capture_on_commit_callbacks(execute=True):
            answer = office.post(f"/learn/office/rosters/{roster.uuid}/columns/", {"confirm": "1", **start, **fields, **changes})
        roster.refresh_from_db()
        return answer

    return send


@pytest.fixture
def enter(office, django_capture_on_commit_callbacks):
    def send(roster: RosterImport) -> RosterImport:
        with django_capture_on_commit_callbacks(execute=True):
            office.post(f"/learn/office/rosters/{roster.uuid}/confirm/")
        roster.refresh_from_db()
        return roster

    return send


def test_twelve_kinds_of_damage_before_and_after(world: World, office, up, confirm, enter):
    training_class = make_class(world.county)
    roster = up(training_class, twelve.workbook())
    page = office.get(f"/learn/office/rosters/{roster.uuid}/", follow=True)
    assert page.request["PATH_INFO"].endswith("/columns/")
    assert "5306**********0052" in page.content.decode()  # samples are shown, numbers masked
    asked = confirm(roster)  # nothing said on the hidden row
    assert asked.status_code == 422
    assert "1 个隐藏行" in asked.content.decode()
    assert confirm(roster, hidden="take").status_code == 302
    assert roster.state == RosterState.READY
    counts = office.get(f"/learn/office/rosters/{roster.uuid}/").context["counts"]
    assert counts == {"new": 5, "refused": 12, "left_out": 2}
    problems = {row.number: row.problems[0]["column"] for row in roster.rows.filter(verdict="refused")}
    assert problems == {row: letter for row, (letter, _why) in twelve.DAMAGE.items()}
    assert not Person.objects.filter(name="赵青禾").exists()  # nothing has changed yet

    given = office.get(f"/learn/office/rosters/{roster.uuid}/results/")
    book = load_workbook(io.BytesIO(given.content))
    sheet = book[twelve.SHEET]
    for row, (letter, _why) in twelve.DAMAGE.items():
        assert sheet[f"{letter}{row}"].comment is not None
        assert sheet[f"N{row}"].value == "未通过"
        assert sheet[f"O{row}"].value
    assert [sheet["N5"].value, sheet["O5"].value, sheet["N22"].value] == ["新学员", None, "不导入"]

    # the clerk writes the right content into the very workbook that came back
    right = twelve.people(damaged=False)
    for row in twelve.DAMAGE:
        for place, content in enumerate(right[row - twelve.FIRST], 1):
            if place != 2:
                sheet.cell(row, place).value = content
    saved = io.BytesIO()
    book.save(saved)
    again = up(training_class, saved.getvalue(), "鲁甸县报名表（核对结果）.xlsx")
    assert confirm(again, hidden="take").status_code == 302
    assert not again.rows.filter(verdict="refused").exists()
    enter(again)
    assert again.state == RosterState.DONE
    assert ClassEnrolment.objects.filter(training_class=training_class).count() == 17
    sentinel = (Person.objects.count(), Line.objects.count(), ClassEnrolment.objects.count())

    once_more = up(training_class, saved.getvalue())
    confirm(once_more, hidden="take")
    assert set(once_more.rows.values_list("verdict", flat=True)) == {"already", "left_out"}
    enter(once_more)
    assert (Person.objects.count(), Line.objects.count(), ClassEnrolment.objects.count()) == sentinel
    last = load_workbook(io.BytesIO(office.get(f"/learn/office/rosters/{once_more.uuid}/results/").content))[twelve.SHEET]
    assert [c.comment.text for row in last.iter_rows() for c in row if c.comment] == [twelve.NOTED[1]]
    assert last["N7"].value == "已在班内"
    assert last["P4"].value is None


def test_a_wording_corrected_once_is_known_the_next_time(world: World, up, confirm):
    header = ["序号", "名号", "性别", "民族", "证号", "学历", "供职何处", "职务/职称", "联系电话", "乡镇（街道）", "备注"]
    content = rosters.xlsx([rosters.row(1)], header=header)
    first = up(make_class(world.county), content)
    assert confirm(first).status_code == 422  # no column for the name
    assert confirm(first, **{"field-B": "name", "field-E": "document", "field-G": "organisation"}).status_code == 302
    assert RosterWording.objects.filter(division=world.county).count() == 3
    second = up(make_class(world.county), content)
    assert {row["column"]: row["field"] for row in second.columns}["B"] == "name"
    assert confirm(second).status_code == 302


def test_who_did_not_upload_gets_no_workbook_and_other_counties_see_nothing(world: World, up, confirm):
    roster = up(make_class(world.county), rosters.xlsx([rosters.row(1)]))
    confirm(roster)
    colleague = make_client(make_user(Role.CLASS_MANAGER, world.county))
    outsider = make_client(make_user(Role.CLASS_MANAGER, world.other_county))
    assert colleague.get(f"/learn/office/rosters/{roster.uuid}/").status_code == 200
    assert colleague.get(f"/learn/office/rosters/{roster.uuid}/results/").status_code == 404
    for page in ("", "columns/", "results/"):
        assert outsider.get(f"/learn/office/rosters/{roster.uuid}/{page}").status_code == 404

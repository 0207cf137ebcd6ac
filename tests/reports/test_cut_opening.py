"""What a number of a cut opens: for every measure, dimension, condition, boundary and position as many rows as it says."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from decimal import Decimal

import openpyxl
import pytest
from django.core.cache import cache
from django.urls import reverse

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core.models import Job
from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.people import selectors as people
from lms.people.services import merge
from lms.places.changing import Heir, change_division
from lms.reports import workbook
from lms.reports.cuts import folding, opened, opening, telling, views
from lms.reports.dimensions import ALL
from lms.reports.filters import FILTERS, NONE
from lms.reports.questions import Question
from tests.factories import cuts as cuts_world
from tests.factories import ledger as book
from tests.factories.cuts import DAY
from tests.factories.world import make_client, make_person, make_user
from tests.reports.test_pages import queries

SPAN = {"start": dt.date(2022, 1, 5), "end": dt.date(2022, 12, 20)}
DAYS = {"from": "2022-01-05", "to": "2022-12-20"}


@pytest.fixture
def busy(world):
    """And one human being under two records, who came to both counties and was licensed in both, with another education."""
    cache.clear()
    programme = cuts_world.busy(world)
    one, two = make_person(world.county, education="31"), make_person(world.other_county, education="21")
    for place, person in ((world.county, one), (world.other_county, two)):
        book.attended(person, book.scheduled(uuid.uuid4(), DAY, place), division=place)
        book.line(Kind.LICENSED, DAY, person=person, division=place, topic="junior")
    book.attended(two, book.scheduled(uuid.uuid4(), DAY + dt.timedelta(days=31), world.county), division=world.county)
    merge(kept=one, duplicate=two, reason="同一人", by=world.system)
    return programme


def question(place, **more) -> Question:
    basis = ledger.default_basis(SPAN["end"])
    return Question(**{"division": place, "basis": basis, "position": ledger.position_of(None), **SPAN, **more})


def check_every_number(asked: Question) -> int:
    """Opens every number of a cut; how many."""
    told = telling.payload(folding.cut(asked))
    numbers = [(told["total"], None, None)]
    for row in told["rows"]:
        numbers += [(row, row["key"], None), *((inner, row["key"], inner["key"]) for inner in row.get("below", ()))]
    canonical = people.canonical_ids(asked.position)
    for row, key, below in numbers:
        for measure in folding.MEASURES:
            cell = opening.Cell(asked, measure, key, below)
            found = opening.open_cell(cell)
            assert opening.value_of(measure, found.amount) == Decimal(row[measure]), (asked.by, row["name"], measure)
            lines = Line.objects.as_of(asked.position).in_bulk(list(found.lines))
            assert len(lines) == len(found), "each line stands there once, and stands"
            if cell.shape != "line":
                assert len(found) == row[measure], (row["name"], measure)
            if cell.shape == "person":
                assert len({canonical.get(line.person_id, line.person_id) for line in lines.values()}) == row[measure]
            if measure == "hours":
                assert sum(line.hours for line in lines.values()) == Decimal(row["hours"])
            elif measure in ("unnamed", "classes", "sessions"):
                assert sum(line.quantity for line in lines.values()) == row[measure]
    return len(numbers)


@pytest.mark.parametrize("by", ALL)
def test_every_number_opens_exactly_what_it_says(world, busy, by):
    assert check_every_number(question(world.province, by=by)) >= 3


@pytest.mark.parametrize("by", ["division", "month", "topic"])
def test_so_it_does_in_the_boundaries_of_another_day_and_at_an_earlier_position(world, busy, by):
    heir = Heir("530621", "鲁甸县", world.other_prefecture)
    change_division(before=world.county, heirs=[heir], happened_on=dt.date(2022, 7, 1), source="批复", by=world.system)
    check_every_number(question(world.province, by=by, boundaries_on=dt.date(2022, 12, 31)))
    late = question(world.other_prefecture, by=by, boundaries_on=dt.date(2022, 12, 31))
    assert opening.open_cell(opening.Cell(late, "person_times")).amount > 0
    check_every_number(late)
    check_every_number(question(world.province, by=by, position=Line.objects.order_by("position")[20].position))


@pytest.mark.parametrize("name", FILTERS)
def test_so_it_does_under_every_condition(world, busy, name):
    rows = telling.payload(folding.cut(question(world.province, by=name)))["rows"]
    for key in [row["key"] or NONE for row in rows if row["key"] != "several"][:2]:
        check_every_number(question(world.province, having=((name, key),)))


def test_who_holds_by_two_licences_is_counted_under_one(world, busy):
    """A condition narrows to the row of the split: a stock's too."""
    split = telling.payload(folding.cut(question(world.province, by="education")))
    for row in split["rows"]:
        narrowed = telling.payload(folding.cut(question(world.province, having=(("education", row["key"] or NONE),))))
        assert narrowed["total"]["licensed"] == row["licensed"], row["key"]
    assert sum(row["licensed"] for row in split["rows"]) == split["total"]["licensed"]


@pytest.fixture
def manager(world):
    return make_client(make_user(Role.REGIONAL_ADMIN, world.province))


@pytest.mark.parametrize("more", [{"by": "division"}, {"by": "sex", "having": ["programme:three-areas", "mode:face_to_face"]}])
def test_every_number_of_the_page_leads_to_its_rows(world, busy, manager, more):
    context = manager.get(reverse("reports:cut", args=["5306"]), DAYS | more).context
    _row, cells, below = context["rows"][-1]
    opened_ones = 0
    for title, value, url in [*cells, *context["total"], *(cell for _inner, inner in below for cell in inner)]:
        assert bool(url) == bool(value)
        if url:
            shown = manager.get(url).context
            assert shown["opened"].value == value and shown["opened"].title.startswith(title)
            assert len(shown["items"]) == shown["opened"].count
            opened_ones += 1
    assert opened_ones >= 8


def test_the_number_is_opened_as_of_its_position(world, busy, manager):
    context = manager.get(reverse("reports:cut", args=["5306"]), DAYS).context
    _title, value, url = context["total"][0]
    book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), DAY, world.county))
    assert manager.get(url).context["opened"].value == value
    later = manager.get(reverse("reports:cut", args=["5306"]), DAYS).context
    assert later["total"][0][1] == value + 1
    earlier = manager.get(reverse("reports:cut", args=["5306"]), DAYS | {"as_of": context["told"]["position"]}).context
    assert earlier["told"]["total"] == context["told"]["total"]


def test_rows_are_masked_scoped_paged_and_each_look_is_logged(world, busy, manager, monkeypatch):
    monkeypatch.setattr(opened, "PAGE", 4)
    asked = DAYS | {"what": "person_times", "by": "division"}
    first = manager.get(reverse("reports:cut_open", args=["5306"]), asked)
    assert first.context["page_obj"].paginator.count == 15 and len(first.context["items"]) == 4
    again = manager.get(reverse("reports:cut_open", args=["5306"]), asked | {"page": 4}).context
    assert len(again["items"]) == 3 and again["first"] == 13
    looks = [event.details for event in AuditEvent.objects.filter(verb="reports.cut.opened").order_by("pk")]
    assert [look["page"] for look in looks] == [1, 4] and looks[0]["what"] == "person_times" and looks[0]["position"]
    masked = {item.masked for item in first.context["items"]}
    other = make_client(make_user(Role.REVIEWER, world.prefecture))
    seen = other.get(reverse("reports:cut_open", args=["5306"]), asked).context["items"]
    assert masked == {False} and all(item.masked and "*" in item.name for item in seen)
    stranger = make_client(make_user(Role.REGIONAL_ADMIN, world.other_prefecture))
    assert stranger.get(reverse("reports:cut_open", args=["5306"]), asked).status_code == 404
    for wrong in ({"what": "moons"}, {"by": "month", "key": "202213"}, {"by": "sex", "key": "1", "below": "x"}, {"from": "soon"}):
        assert manager.get(reverse("reports:cut_open", args=["5306"]), asked | wrong).status_code == 404, wrong


def test_many_lines_are_searched_by_a_job_and_shown_a_page_at_a_time(
    world, busy, manager, monkeypatch, django_capture_on_commit_callbacks
):
    asked = DAYS | {"what": "clock_hours", "by": "mode", "key": "face_to_face", "having": "programme:three-areas"}
    at_once = manager.get(reverse("reports:cut_open", args=["53"]), asked)
    monkeypatch.setattr(views, "AT_ONCE", 3)
    monkeypatch.setattr(opened, "PAGE", 2)
    many = manager.get(reverse("reports:cut_open", args=["53"]), asked).content.decode()
    assert "需在后台查找" in many
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', many))
    fields = {name: fields[name] for name in asked if name in fields}
    assert fields == asked
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            response = manager.post(reverse("reports:cut_rows", args=["53"]), fields)
    job = Job.objects.get()
    assert response.url == reverse("job_detail", args=[job.uuid]) and job.status == "done", job.error
    lines = []
    for number in (1, 2, 3):
        shown = manager.get(job.outcome["url"], {"page": number} | dict([job.outcome["url"].split("?")[1].split("=")])).context
        assert shown["opened"].value == at_once.context["opened"].value
        lines += [item.line for item in shown["items"]]
    assert lines == [item.line for item in at_once.context["items"]] and len(lines) == 6
    stranger = make_client(make_user(Role.REGIONAL_ADMIN, world.province))
    assert stranger.get(job.outcome["url"]).status_code == 404
    assert manager.get(reverse("reports:cut_open", args=["5306"]), {"job": job.uuid}).status_code == 404


def test_rows_go_out_as_a_workbook_at_once_or_by_a_job(world, busy, manager, monkeypatch, django_capture_on_commit_callbacks):
    asked = DAYS | {"what": "persons", "by": "division", "key": "5306", "below": "530621"}
    monkeypatch.setattr(workbook, "ROWS_A_SHEET", 2)
    url = reverse("reports:cut_export", args=["53"])
    now = openpyxl.load_workbook(io.BytesIO(manager.get(url, asked).content))
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(opened, "EXPORTED_AT_ONCE", 1)
        manager.get(url, asked)
    job = Job.objects.get()
    assert job.status == "done", job.error
    later = openpyxl.load_workbook(job.result_file.open())
    names = []
    for book_ in (now, later):
        notes = [next(cell.value for cell in row) for row in book_.worksheets[0].iter_rows(max_row=4)]
        assert "人数 · 鲁甸县 · 7 人" in notes[0] and "第" in notes[3]
        rows = [[cell.value for cell in row] for sheet in book_.worksheets for row in sheet.iter_rows(min_row=6)]
        assert [row[0] for row in rows] == list(range(1, 8)) and len(book_.worksheets) == 4
        names.append(rows)
    assert names[0] == names[1]
    assert AuditEvent.objects.filter(verb="reports.cut.rows_exported").count() == 2


def test_opening_costs_the_same_for_3_and_for_60_lines(world, busy, manager):
    urls = [(reverse("reports:cut_open", args=["5306"]), DAYS | {"what": what}) for what in ("persons", "hours", "licensed")]
    few = [queries(manager, *url) for url in urls]
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    for _ in range(30):
        person = make_person(world.county)
        book.attended(person, half_day)
        book.line(Kind.LICENSED, DAY, person=person, topic="junior")
    assert [queries(manager, *url) for url in urls] == few
    assert max(few) <= 40

"""The page of figures: its numbers, what each opens, the workbook, scope, and a cost that does not grow with lines."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core.models import Job
from lms.ledger import selectors, services, spans
from lms.ledger.kinds import Kind, Mode
from lms.reports import breakdown, dimensions, drill, tables, views
from tests.factories import ledger as book
from tests.factories.world import make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)


@pytest.fixture
def manager(world):
    return make_client(make_user(Role.REGIONAL_ADMIN, world.province))


@pytest.fixture
def busy(world):
    """Two counties share one person; one course online; a head-count; a licence; an unheld session."""
    for county, heads in ((world.county, 2), (world.other_county, 1)):
        occasion = uuid.uuid4()
        half_day = book.scheduled(occasion, DAY, county)
        book.line(Kind.HELD, DAY, division=county, topic="session", occasion=occasion, slot=half_day.slot, mode=half_day.mode)
        book.line(Kind.HELD, DAY, division=county, topic="class", occasion=occasion, mode=Mode.FACE_TO_FACE)
        for n in range(heads):
            sides = {"sex": str(1 + n), "ethnic_group": "05", "education": "31", "birth_date": dt.date(1992 - 5 * n, 3, 1)}
            book.attended(make_person(county, name="李秀英", **sides), half_day)
    both = make_person(world.county, name="王建国")
    for county in (world.county, world.other_county):
        book.attended(both, book.scheduled(uuid.uuid4(), DAY, county), division=county)
    book.completed_course(both, uuid.uuid4(), DAY)
    book.line(Kind.HEADCOUNT, DAY, division=world.county, quantity=7)
    book.line(Kind.LICENSED, DAY, person=both, topic="junior")
    return both


def page(client, code, **query):
    return client.get(reverse("reports:division", args=[code]), {"period": "2022", **query})


def test_page_shows_what_the_fold_says(world, manager, busy):
    response = page(manager, "53")
    report = response.context["report"]
    scope = selectors.Scope.of(world.province, dt.date(2022, 1, 1), dt.date(2022, 12, 31))
    assert report.cards.person_times == selectors.person_times(scope) == 6
    assert report.cards.persons == selectors.persons(scope) == 4
    assert report.cards.unnamed == 7
    assert report.cards.licences_gained == report.cards.licensed == 1
    prefecture = page(manager, "5306").context["report"]
    assert prefecture.cards.children_sum == 5
    assert prefecture.cards.counted_twice == 1
    assert {row.name: (row.person_times, row.persons, row.missing) for row in prefecture.rows} == {
        "鲁甸县": (4, 3, 1),
        "昭阳区": (2, 2, 1),
    }


@pytest.mark.parametrize("by", dimensions.DIMENSIONS)
@pytest.mark.parametrize("period", ["2022", "2022H1", "2022Q1", "202203", "2022Q4"])
def test_page_equals_the_command_in_every_cut(world, busy, by, period):
    span = spans.parse(period)
    basis = selectors.default_basis()
    shown = tables.report(world.province, span, basis, by=by)
    folded = breakdown.breakdown(
        division=world.province, start=span.start, end=span.end, basis=basis, position=shown.position, by=by
    )
    assert sorted((r.person_times, r.persons, r.unnamed, r.minutes, r.hours) for r in shown.rows if not r.empty) == sorted(
        (r.person_times, r.persons, r.unnamed, r.minutes, r.hours) for r in folded.rows if r.person_times or r.minutes or r.unnamed
    )
    assert (shown.total.person_times, shown.total.persons) == (folded.total.person_times, folded.total.persons)


def test_every_figure_opens_exactly_what_it_says(world, manager, busy):
    report = page(manager, "53").context["report"]
    said = {
        "person_times": report.cards.person_times,
        "persons": report.cards.persons,
        "licences_gained": 1,
        "licensed": 1,
        "registered": 0,
        "classes": report.total.classes,
        "sessions": report.total.sessions,
        "unnamed": 7,
    }
    for what, value in said.items():
        opened = manager.get(reverse("reports:open", args=["53"]), {"what": what, "period": "2022"}).context
        assert opened["opened"].value == value, what
        assert len(opened["items"]) == (1 if what == "unnamed" else value), what
    by_mode = manager.get(
        reverse("reports:open", args=["53"]), {"what": "person_times", "period": "2022", "by": "mode", "key": "online"}
    ).context
    assert by_mode["opened"].value == 1


def test_each_row_links_to_its_own_figures(world, manager, busy):
    for by in dimensions.DIMENSIONS:
        response = page(manager, "5306", by=by)
        for row, links in response.context["rows"]:
            for what, value in (("person_times", row.person_times), ("persons", row.persons), ("unnamed", row.unnamed)):
                if value:
                    assert manager.get(links[what]).context["opened"].value == value, (by, row.name, what)


def test_evidence_shows_every_line_corrections_too(world, manager, busy):
    person, occasion = make_person(world.county), uuid.uuid4()
    line = book.attended(person, book.scheduled(occasion, DAY, world.county))
    services.reverse(line, reason="签错", by=book.BY)
    response = manager.get(reverse("reports:evidence", args=["530621", person.uuid, occasion]))
    assert [found.sign for found in response.context["lines"]] == [1, -1]
    assert response.context["minutes"] == 0
    outside = reverse("reports:evidence", args=["530602", person.uuid, occasion])
    assert manager.get(outside).status_code == 404


def test_names_are_masked_outside_the_offices_of_the_person(world, busy):
    manager = make_client(make_user(Role.CLASS_MANAGER, world.other_county))
    reviewer = make_client(make_user(Role.REVIEWER, world.other_county))
    query = {"what": "persons", "period": "2022"}
    shown = manager.get(reverse("reports:open", args=["530602"]), query).context["items"]
    assert sorted(item.name for item in shown) == ["李秀英", "王**"]  # 王建国 is on the books of the other county
    shown = reviewer.get(reverse("reports:open", args=["530602"]), query).context["items"]
    assert sorted(item.name for item in shown) == ["李**", "王**"]


def test_foreign_and_unknown_divisions_are_the_same_404(world, manager, busy):
    for code in ("51", "511381", "999999"):
        for name in ("division", "export", "open", "export_rows"):
            assert manager.get(reverse(f"reports:{name}", args=[code])).status_code == 404
    learner = make_client(make_user())
    assert learner.get(reverse("reports:division", args=["53"])).status_code == 404
    assert manager.get(reverse("reports:open", args=["53"]), {"what": "nonsense"}).status_code == 404


def test_workbook_equals_the_screen_and_holds_no_formula(world, manager, busy):
    world.county.name = "=cmd|' /C calc'!A0"
    world.county.save(update_fields=["name"])
    shown = page(manager, "5306").context["report"]
    response = manager.get(reverse("reports:export", args=["5306"]), {"period": "2022"})
    book_ = openpyxl.load_workbook(io.BytesIO(response.content))
    rows = list(book_.worksheets[0].iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[3] == "人次") + 1
    assert [(r[3], r[4], r[5]) for r in rows[start:]] == [
        (r.person_times, r.persons, r.unnamed) for r in [*shown.rows, shown.total]
    ]
    assert float(rows[-1][6]) == float(shown.total.hours)
    assert any("统计口径" in str(row[0]) for row in rows[:start])
    assert any("第" in str(row[0]) and str(shown.position) in str(row[0]) for row in rows[:start])
    assert all(cell.data_type != "f" for sheet in book_ for row in sheet.iter_rows() for cell in row)
    assert any(str(row[0]).startswith("'=cmd") for row in rows)
    assert {row[0].value for row in book_.worksheets[1].iter_rows()} >= {"人次", "人数", "统计口径"}
    assert AuditEvent.objects.filter(verb="reports.report.exported").count() == 1


def test_long_export_is_a_job_of_as_many_rows(world, manager, busy, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(views, "AT_ONCE", 3)
    url = reverse("reports:export_rows", args=["53"])
    with django_capture_on_commit_callbacks(execute=True):
        response = manager.get(url, {"what": "person_times", "period": "2022"})
    job = Job.objects.get()
    assert response.url == reverse("job_detail", args=[job.uuid])
    assert (job.status, job.outcome) == ("done", {"rows": 6})
    monkeypatch.setattr(views, "AT_ONCE", 100)
    now = manager.get(url, {"what": "person_times", "period": "2022"})
    sheet = openpyxl.load_workbook(io.BytesIO(now.content)).worksheets[0]
    assert sheet.max_row == 3 + 1 + 6


def queries(client, url, query) -> int:
    client.get(url, query)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url, query).status_code == 200
    return len(captured)


def test_page_costs_the_same_for_3_and_for_60_lines(world, manager, busy):
    services.refresh_summaries()
    urls = [
        (reverse("reports:division", args=["5306"]), {"period": "2022"}),
        (reverse("reports:open", args=["5306"]), {"period": "2022", "what": "person_times"}),
        (reverse("reports:open", args=["5306"]), {"period": "2022", "what": "persons"}),
    ]
    few = [queries(manager, *url) for url in urls]
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    for _ in range(30):
        book.attended(make_person(world.county), half_day)
    services.refresh_summaries()
    many = [queries(manager, *url) for url in urls]
    assert many == few
    assert few[0] <= 30


def test_an_act_shows_on_the_page_right_after(world, manager, busy):
    before = page(manager, "5306").context["report"].cards.persons
    person = make_person(world.county)
    book.attended(person, book.scheduled(uuid.uuid4(), DAY, world.county))
    after = page(manager, "5306").context["report"]
    assert (after.cards.persons, after.lag) == (before + 1, 0)


def test_pages_speak_the_field_s_words_and_link_everywhere(world, manager, busy):
    html = page(manager, "5306").content.decode()
    for word in ("统计口径", "统计期", "截至", "人次", "人数", "学时", "新增持证", "完整度", "其中 1 个是同一人"):
        assert word in html
    assert not re.search(r'style="|onclick=', html)
    assert manager.get(reverse("reports:definitions")).status_code == 200
    overview = manager.get(reverse("reports:overview"))
    assert overview.url == reverse("reports:division", args=["53"])


def test_drill_refuses_a_bad_month(world):
    wanted = drill.Wanted(
        what="person_times",
        division=world.county,
        span=spans.parse("2022"),
        basis=selectors.default_basis(),
        by="month",
        key="2022Q1",
    )
    with pytest.raises(Exception, match="月份"):
        drill.open_figure(wanted)


def test_any_other_period_is_folded_by_a_job(world, manager, busy, django_capture_on_commit_callbacks):
    url = reverse("reports:custom", args=["5306"])
    with django_capture_on_commit_callbacks(execute=True):
        response = manager.post(url, {"from": "2022-03-05", "to": "2022-03-20", "by": "division"})
    job = Job.objects.get()
    assert response.url == reverse("job_detail", args=[job.uuid])
    assert job.status == "done" and (job.outcome["person_times"], job.outcome["persons"]) == (6, 4)
    shown = manager.get(job.outcome["url"])
    assert shown.context["told"] == job.outcome["cut"] and "昭阳区" in shown.content.decode()
    stranger = make_client(make_user(Role.REGIONAL_ADMIN, world.province))
    assert stranger.get(job.outcome["url"]).status_code == 404
    sheet = openpyxl.load_workbook(job.result_file.open()).worksheets[0]
    assert [cell.value for cell in sheet[sheet.max_row]][1:4] == [6, 4, 7]
    refused = manager.post(url, {"from": "2022-03-05", "to": "soon"}, follow=True)
    assert "不是日期" in refused.content.decode()
    assert Job.objects.count() == 1


def test_a_cut_by_funder_and_of_one_topic_is_made_by_a_job(world, django_capture_on_commit_callbacks):
    funded, other = (book.scheduled(uuid.uuid4(), dt.date(2022, 3, 10), world.county, tags=t) for t in ([("topic", "rescue")], []))
    for planned, n in ((funded, 2), (other, 3)):
        for _person in range(n):
            book.attended(make_person(world.county), planned)
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    page = client.get(reverse("reports:cut", args=[world.county.code])).content.decode()
    assert 'value="topic:rescue"' in page and 'value="funder"' in page
    data = {"from": "2022-03-01", "to": "2022-04-05", "by": "topic", "boundaries": "now"}
    address = reverse("reports:custom", args=[world.county.code])
    with django_capture_on_commit_callbacks(execute=True):
        for having in ("topic:rescue", "topic:rescue", ""):
            client.post(address, {**data, "having": having})
    outcomes = {"".join(job.params["having"]): job.outcome["person_times"] for job in Job.objects.filter(kind="reports.custom_cut")}
    assert outcomes == {"topic:rescue": 2, "": 5} and Job.objects.count() == 2

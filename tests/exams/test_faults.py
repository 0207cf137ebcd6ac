"""Reports of faulty items: made by who met the item, answered once for all, told to the reporter."""

from __future__ import annotations

import pytest
from django.urls import reverse

from exams import services
from exams.models import FaultReport
from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Missing, Refused
from lms.notices.models import Notice
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db


def test_a_report_is_one_however_often_one_clicks():
    paper = make.paper()
    first = after.report(paper)
    again = services.report_fault(
        version=first.item_version, person=first.person, kind="typo", by=make.actor_of(first.person), text="又一次"
    )
    assert again == first and FaultReport.objects.count() == 1
    assert AuditEvent.objects.filter(verb="exams.fault.reported").count() == 1


def test_who_never_met_the_item_cannot_report_it():
    paper, stranger = make.paper(), make.learner()
    with pytest.raises(Missing):
        services.report_fault(version=after.version_of(paper), person=stranger, kind="typo", by=make.actor_of(stranger))
    under_way = make.attempt(stranger, paper)
    with pytest.raises(Missing):  # an item of an open attempt is no secret to report yet
        services.report_fault(version=after.version_of(paper), person=under_way.person, kind="typo", by=make.actor_of(stranger))
    other = after.marked(paper, {1: "B"})
    with pytest.raises(Missing):
        services.report_fault(version=after.version_of(paper), person=other.person, kind="typo", by=make.actor_of(stranger))


def test_a_key_report_needs_words():
    attempt = after.marked(make.paper(), {1: "C"})
    with pytest.raises(BadInput, match="写几句话"):
        services.report_fault(
            version=after.version_of(attempt.paper), person=attempt.person, kind="key", by=make.actor_of(attempt.person)
        )


def test_one_answer_reaches_everybody_who_waits_and_retires_the_item():
    paper = make.paper()
    reports = [after.report(paper), after.report(paper)]
    version = reports[0].item_version
    by = make.actor("trainer", "/")
    assert (
        services.answer_faults(version=version, outcome="accepted", answer="确有错误，谢谢。", by=make.actor("reviewer", "/")) == 2
    )
    assert services.answer_faults(version=version, outcome="explained", answer="再答", by=by) == 0
    version.refresh_from_db()
    assert version.state == "retired"
    for report in reports:
        report.refresh_from_db()
        assert (report.state, report.answer) == ("accepted", "确有错误，谢谢。")
        assert "确有错误" in Notice.objects.get(user=report.person.user, kind="exam.fault_answered").body


def test_regraded_needs_a_regrade_and_names_it():
    report = after.report(make.paper())
    by = make.actor("reviewer", "/")
    with pytest.raises(Refused, match="先对这道题提出改分"):
        services.answer_faults(version=report.item_version, outcome="regraded", answer="已改分", by=by)
    regrade = after.regrade(report.attempt.paper)
    services.answer_faults(version=report.item_version, outcome="regraded", answer="已提出改分", by=by)
    report.refresh_from_db()
    assert report.regrade == regrade
    with pytest.raises(Missing):
        services.answer_faults(version=report.item_version, outcome="explained", answer="x", by=make.actor("reviewer", "/51/"))


def test_the_way_from_the_result_page_to_the_answer(world, client_as):
    paper = make.paper(world.county)
    attempt = after.marked(paper, {1: "C"}, make.learner(world.county))
    learner = make_client(attempt.person.user)
    page = learner.get(reverse("exams:attempt_result", args=[attempt.uuid])).content.decode()
    version = after.version_of(paper)
    address = reverse("exams:fault_report", args=[version.uuid])
    assert f"{address}?attempt={attempt.uuid}" in page
    sent = learner.post(f"{address}?attempt={attempt.uuid}", {"kind": "key", "text": "教材第 3 章写的是 C"}, follow=True)
    assert "教材第 3 章写的是 C" in sent.content.decode()
    report = FaultReport.objects.get()
    assert report.attempt == attempt
    office = client_as("reviewer", world.county)
    assert version.item.code in office.get(reverse("exams:office_faults")).content.decode()
    detail = reverse("exams:office_fault", args=[version.uuid])
    shown = office.get(detail).content.decode()
    assert "教材第 3 章写的是 C" in shown and attempt.person.name not in shown
    office.post(detail, {"outcome": "explained", "answer": "以 2025 版大纲为准，答案 B 无误。"})
    assert "答案 B 无误" in learner.get(reverse("exams:fault_list")).content.decode()


@pytest.mark.parametrize("count", [3, 30])
def test_the_worklist_asks_as_often_for_many_as_for_few(world, client_as, count, django_assert_max_num_queries):
    paper = make.paper(world.county, singles=count, multiples=1)
    person = make.learner(world.county)
    attempt = after.marked(paper, {1: "C"}, person)
    for number in range(1, count + 1):
        services.report_fault(version=after.version_of(paper, number), person=attempt.person, kind="typo", by=make.actor_of(person))
    office = client_as("reviewer", world.county)
    office.get(reverse("exams:office_faults"))
    with django_assert_max_num_queries(14):
        assert office.get(reverse("exams:office_faults")).status_code == 200

"""Pages of sittings, practice, blueprints: constant queries at two sizes, outsiders 404, results hidden until released."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from exams import services, tasks
from exams.models import Attempt, Blueprint, PaperDraw, PracticeRound, SittingSeat, SyllabusChapter
from exams.printing import html
from lms.core.models import Job
from lms.core.runner import execute
from lms.people import personal_data
from lms.people import services as people
from tests.factories import exams as make
from tests.factories.world import make_client, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(world):
    """A client of a learner of the county, who agreed to everything."""
    user = make_user()
    person = make_person(world.county, user=user)
    people.answer_consents(person=person, answers={"training": True, "identity_document": True, "contact": True}, by=make.SYSTEM)
    client = make_client(user)
    client.person = person
    return client


def count(client, url, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most) as seen:
        assert client.get(url).status_code == 200
    return len(seen.captured_queries)


@pytest.mark.parametrize("name", ["office_watch", "office_sitting", "office_roll"])
def test_lists_of_candidates_take_the_same_queries_at_3_and_30(name, client_as, world, django_assert_max_num_queries):
    sitting = make.sitting(world.county)
    office = client_as("class_manager", world.county)
    url = reverse(f"exams:{name}", kwargs={"sitting": sitting.uuid})
    seen = []
    for more in (3, 27):
        for _ in range(more):
            make.seat(sitting)
        office.get(url)
        seen.append(count(office, url, django_assert_max_num_queries, 25))
    assert seen[0] == seen[1]
    assert client_as("class_manager", world.foreign_county).get(url).status_code == 404


@pytest.mark.parametrize("name", ["sitting_list", "wrong_book", "practice"])
def test_a_learners_lists_take_the_same_queries_at_3_and_30(name, candidate, world, django_assert_max_num_queries):
    paper = make.paper(world.county, is_reserved=True)
    bank, seen = make.bank(world.county), []
    for more in (3, 15):
        for _ in range(more):
            sitting = make.sitting(world.county, papers=[paper])
            make.seat(sitting, candidate.person)
            round_ = make.practice_round(candidate.person, [make.live(bank)])
            services.answer_practice(round_=round_, number=1, answer="A", by=make.actor_of(candidate.person))
        candidate.get(reverse(f"exams:{name}"))
        seen.append(count(candidate, reverse(f"exams:{name}"), django_assert_max_num_queries, 25))
    assert seen[0] == seen[1]


def test_a_candidate_signs_up_enters_with_the_code_and_reads_results_only_when_released(candidate, world):
    sitting = make.sitting(world.county, has_access_code=True)
    page = reverse("exams:sitting", kwargs={"sitting": sitting.uuid})
    assert "报名" in candidate.get(page).text
    candidate.post(reverse("exams:sitting_seat", kwargs={"sitting": sitting.uuid}), {"act": "take"})
    assert SittingSeat.objects.get(sitting=sitting).person == candidate.person
    start = reverse("exams:sitting_start", kwargs={"sitting": sitting.uuid})
    assert "入场码不对" in candidate.post(start, {"code": "NO"}, follow=True).text
    answer = candidate.post(start, {"code": sitting.access_code})
    attempt = Attempt.objects.get(sitting=sitting)
    assert answer.url == reverse("exams:attempt", kwargs={"attempt": attempt.uuid})
    candidate.post(reverse("exams:attempt_submit", kwargs={"attempt": attempt.uuid}))
    result = reverse("exams:attempt_result", kwargs={"attempt": attempt.uuid})
    receipts = reverse("exams:attempt_receipts", kwargs={"attempt": attempt.uuid})
    assert "统一公布" in candidate.get(result).text and "未达合格分" not in candidate.get(result).text
    assert "没有收到答案" in candidate.get(receipts).text
    with time_machine.travel(sitting.ends_at + dt.timedelta(minutes=1), tick=False):
        services.close_sitting(sitting=sitting, by=make.SYSTEM)
        services.release_sitting(sitting=sitting, by=make.SYSTEM)
    assert "未达合格分" in candidate.get(result).text


def test_time_travel_the_task_submits_and_the_page_shows_the_result(candidate, world):
    """Real time, not the service's clock: the scheduled task hands in what is past its grace, and the page says why."""
    paper = make.paper(world.county)
    attempt = make.attempt(candidate.person, paper)
    page = reverse("exams:attempt", kwargs={"attempt": attempt.uuid})
    save = reverse("exams:attempt_answers", kwargs={"attempt": attempt.uuid})

    def send(sequence, letter, at):
        body = f'{{"w": "", "a": [[1, {sequence}, "{letter}", {int(at.timestamp() * 1000)}, 0]]}}'
        return candidate.post(save, body, content_type="application/json").json()

    with time_machine.travel(attempt.deadline_at - dt.timedelta(seconds=30), tick=False):
        assert send(1, "A", attempt.deadline_at - dt.timedelta(seconds=31))["saved"] == {"1": 1}
    with time_machine.travel(attempt.deadline_at + dt.timedelta(seconds=60), tick=False):
        assert tasks.submit_overdue.apply().get() == 0
        assert send(2, "B", attempt.deadline_at - dt.timedelta(seconds=5))["saved"] == {"1": 2}  # given in time, within the grace
        assert send(3, "C", attempt.deadline_at + dt.timedelta(seconds=5))["refused"] == [1]
    with time_machine.travel(attempt.closes_at + dt.timedelta(seconds=31), tick=False):
        assert tasks.submit_overdue.apply().get() == 1
        assert candidate.get(page).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_because, attempt.points) == ("marked", "time", 100)
    text = candidate.get(reverse("exams:attempt_receipts", kwargs={"attempt": attempt.uuid})).text
    assert "截止后送达，作答在时限内" in text and "时间到，自动交卷" in text


def test_a_ruling_is_made_on_the_evidence_page_and_read_by_the_candidate(candidate, client_as, world):
    sitting = make.sitting(world.county)
    attempt = make.sat(make.seat(sitting, candidate.person), {1: "B"})
    url = reverse("exams:office_evidence", kwargs={"attempt": attempt.uuid})
    manager = client_as("class_manager", world.county)
    assert "本次作答作废" not in manager.get(url).text  # not a class manager's to decide
    reviewer = client_as("reviewer", world.county)
    assert "本次作答作废" in reviewer.get(url).text
    assert reviewer.post(url, {"outcome": "voided", "reason": ""}).status_code == 200
    assert reviewer.post(url, {"outcome": "voided", "reason": "经核实由他人代答"}).status_code == 302
    assert client_as("reviewer", world.foreign_county).get(url).status_code == 404
    text = candidate.get(reverse("exams:attempt_receipts", kwargs={"attempt": attempt.uuid})).text
    assert "经核实由他人代答" in text and "已作废" in text


@time_machine.travel(dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC), tick=False)  # all of it: the edition's year, and one session
def test_practice_by_chapter_through_the_web(candidate, world):
    services.load_syllabus(by=make.SYSTEM)
    chapter = SyllabusChapter.objects.filter(syllabus_subject__edition__code="2025").select_related("syllabus_subject__edition")[0]
    for _ in range(2):
        make.live(make.bank(world.county), chapters=[chapter])
    kept = make.live(make.bank(world.county), chapters=[chapter])
    _reserve(kept, world)
    assert chapter.title in candidate.get(reverse("exams:practice")).text
    start = reverse("exams:practice_start")
    candidate.post(start, {"mode": "chapter", "chapter": str(chapter.uuid), "size": "10"})
    round_ = PracticeRound.objects.get()
    assert round_.answers.count() == 2  # an item of a paper kept for a sitting is not practised
    page = reverse("exams:practice_round", kwargs={"round_": round_.uuid})
    candidate.post(reverse("exams:practice_answer", kwargs={"round_": round_.uuid}), {"number": "1", "q1": "A"})
    told = candidate.get(page + "?n=1").text
    assert "答错" in told and "因为如此" in told
    candidate.post(reverse("exams:practice_answer", kwargs={"round_": round_.uuid}), {"number": "2", "q2": "B"})
    assert "本轮结果" in candidate.get(page).text
    item = round_.answers.get(number=1).item_version.item
    candidate.post(reverse("exams:favourite_keep", kwargs={"item": item.uuid}), {"keep": "1"})
    assert "因为如此" in candidate.get(reverse("exams:favourites")).text
    assert "因为如此" in candidate.get(reverse("exams:wrong_book")).text
    candidate.post(reverse("exams:wrong_remove", kwargs={"item": item.uuid}))
    assert "错题本是空的" in candidate.get(reverse("exams:wrong_book")).text


def _reserve(version, world):
    template = make.template(singles=1, multiples=1)
    other = make.live(version.item.bank, "multiple")
    services.create_paper(
        template=template, title="留考", division=world.county, items=[version, other], is_reserved=True, by=make.SYSTEM
    )


def test_a_printed_paper_is_a_job_and_its_key_is_for_the_office(candidate, client_as, world):
    paper = make.paper(world.county)
    assert candidate.post(reverse("exams:paper_print", kwargs={"paper": paper.uuid, "part": "key"})).status_code == 404
    office = client_as("class_manager", world.county)
    office.post(reverse("exams:office_paper_print", kwargs={"paper": paper.uuid, "part": "key"}))
    job = Job.objects.get(kind="exams.print_paper")
    execute(job.uuid, worker="test", live=False)
    job.refresh_from_db()
    assert job.status == "done", job.error
    assert job.result_name.endswith("答案与解析.pdf") and job.result_file.read(5) == b"%PDF-"
    assert "因为如此" in html(paper, "key") and "因为如此" not in html(paper, "paper") + html(paper, "sheet")
    candidate.post(reverse("exams:paper_print", kwargs={"paper": paper.uuid, "part": "sheet"}))
    own = Job.objects.exclude(pk=job.pk).get()
    execute(own.uuid, worker="test", live=False)
    own.refresh_from_db()
    assert own.status == "done", own.error


def test_a_blueprint_is_written_proved_and_drawn_through_the_web(client_as, world):
    services.load_syllabus(by=make.SYSTEM)
    services.load_standards(by=make.SYSTEM)
    bank = make.bank(world.county)
    for _ in range(3):
        make.live(bank)
    office = client_as("trainer", world.county)
    office.post(
        reverse("exams:blueprint_create"),
        {
            "title": "小测",
            "division": str(world.county.pk),
            "subject": "comprehensive_junior",
            "duration_minutes": "20",
            "pass_percent": "60",
            "rest_papers": "0",
        },
    )
    plan = Blueprint.objects.get()
    cells = reverse("exams:blueprint_cells", kwargs={"blueprint": plan.uuid})
    form = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-kind": "single", "form-0-points": "1"}
    office.post(cells, {**form, "form-0-count": "4"})
    page = reverse("exams:blueprint", kwargs={"blueprint": plan.uuid})
    assert "第 1 行要 4 题，符合条件的只有 3 题，缺 1 题" in office.get(page).text
    office.post(cells, {**form, "form-0-count": "3"})
    assert "题量足够" in office.get(page).text
    draw = reverse("exams:blueprint_act", kwargs={"blueprint": plan.uuid, "act": "draw"})
    office.post(draw, {"title": "小测", "count": "2", "seed": "5", "is_reserved": "on"})
    assert sorted(PaperDraw.objects.values_list("letter", "seed")) == [("A", 5), ("B", 5)]
    assert "A、B 卷重题 3 / 3" in office.get(page).text
    assert client_as("trainer", world.foreign_county).get(page).status_code == 404


def test_what_is_held_of_a_person_is_handed_out_and_blanked(world):
    person = make.consenting_learner(world.county)
    seat = make.seat(make.sitting(world.county), person)
    services.grant(seat=seat, reason="经批准", extra_minutes=5, by=make.SYSTEM)
    attempt = make.sat(seat, {1: "A"})
    services.rule_on_attempt(attempt=attempt, outcome="reminded", reason="当面提醒", by=make.SYSTEM)
    make.practice_round(person)
    told = personal_data.EXPORTERS["exams"]({person.pk})
    assert told["grants"][0]["reason"] == "经批准" and told["rulings"][0]["reason"] == "当面提醒" and told["practice"]
    assert "points" not in told["attempts"][0]  # not before the results are out
    personal_data.ERASERS["exams"]({person.pk}, [], make.SYSTEM)
    again = personal_data.EXPORTERS["exams"]({person.pk})
    assert (again["grants"][0]["reason"], again["rulings"][0]["reason"], again["practice"]) == ("—", "—", [])

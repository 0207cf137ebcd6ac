"""The pages of courses through the web: what learners and managers see and do, query counts, weight, outsiders."""

from __future__ import annotations

import datetime as dt
import gzip
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from courses import rules, services
from courses.models import Attendance, CourseEnrolment, LessonProgress
from courses.selectors.content import checks_of
from lms.accounts.roles import Role
from lms.core import clock
from lms.ledger.models import Line
from tests.factories import supervision
from tests.factories.courses import SYSTEM, lesson_of, make_class, make_course, make_enrolment, make_learner
from tests.factories.world import World, make_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(world: World):
    person, _actor = make_learner(world.township)
    return person, make_client(person.user)


@pytest.fixture
def office(client_as, world: World):
    return client_as(Role.CLASS_MANAGER, world.county)


def follow(client, response):
    assert response.status_code == 302, response.content.decode()[:2000]
    return client.get(response["Location"].partition("#")[0], follow=True)


def test_a_learner_studies_a_course_to_its_end(learner):
    person, client = learner
    course = make_course(lessons=2, checks=1)
    assert "开始学习" in client.get(reverse("courses:course", args=[course.uuid])).content.decode()
    page = follow(client, client.post(reverse("courses:course_start", args=[course.uuid])))
    assert "第1课" in page.content.decode()
    for index in range(2):
        lesson = lesson_of(course, index)
        page = client.get(reverse("courses:lesson", args=[lesson.uuid]))
        assert page["Cache-Control"] == "private, no-store"
        progress = LessonProgress.objects.get(lesson=lesson, enrolment__person=person)
        check = checks_of(lesson)[0]
        where = reverse("courses:check_answer", args=[progress.uuid, check.check_id])
        wrong = follow(client, client.post(where, {"chosen": "A"})).content.decode()
        assert "还不对" in wrong
        assert "关于A" in wrong
        assert "解析在此" not in wrong
        refused = follow(client, client.post(reverse("courses:lesson_finish", args=[progress.uuid])))
        assert "请先答对随堂检测第 1 题" in refused.content.decode()
        assert "解析在此" in follow(client, client.post(where, {"chosen": "B"})).content.decode()
        done = follow(client, client.post(reverse("courses:lesson_finish", args=[progress.uuid]))).content.decode()
    assert "恭喜" in done
    assert CourseEnrolment.objects.get().completed_at is not None
    assert Line.objects.filter(kind="completed", person=person).count() == 1


def test_pings_credit_and_come_back_as_json(learner):
    _person, client = learner
    course = make_course()
    client.post(reverse("courses:course_start", args=[course.uuid]))
    client.get(reverse("courses:lesson", args=[lesson_of(course).uuid]))
    progress = LessonProgress.objects.get()
    where = reverse("courses:study_ping", args=[progress.uuid])
    now = timezone.now()
    send = lambda body: client.post(where, body, content_type="application/json")  # noqa: E731
    with clock.at(now):
        assert send({"seconds": 0}).json()["seconds"] == 0
    with clock.at(now + dt.timedelta(seconds=30)):
        assert send({"seconds": 30, "place": 420}).json()["credited"] == 30
    with clock.at(now + dt.timedelta(minutes=30)):
        at = (now + dt.timedelta(minutes=10)).timestamp() * 1000
        device = (now + dt.timedelta(minutes=30)).timestamp() * 1000
        later = send({"seconds": 0, "now": device, "stretches": [{"from": at, "to": at + 60000, "seconds": 60}]}).json()
    assert later["seconds"] == 90
    progress.refresh_from_db()
    assert progress.place == 420
    for bad in (
        '{"seconds": "x"}',
        "[]",
        "{",
        '{"stretches": [{}], "now": 1}',
        '{"now": 1e99, "stretches": [{"from":1,"to":2,"seconds":1}]}',
    ):
        assert send(bad).status_code == 400


def test_the_finish_without_script_credits_the_time_since_the_page_was_shown(learner):
    _person, client = learner
    course = make_course(lesson={"required_minutes": 3})
    client.post(reverse("courses:course_start", args=[course.uuid]))
    page = client.get(reverse("courses:lesson", args=[lesson_of(course).uuid])).content.decode()
    token = re.search(r'name="shown" value="([^"]+)"', page).group(1)
    progress = LessonProgress.objects.get()
    where = reverse("courses:lesson_finish", args=[progress.uuid])
    with clock.at(timezone.now() + dt.timedelta(minutes=4)):
        client.post(where, {"shown": token + "x"})
        assert LessonProgress.objects.get().seconds == 0
        client.post(where, {"shown": token})
    progress.refresh_from_db()
    assert progress.completed_at is not None
    assert 230 <= progress.seconds <= 240


def test_a_closed_course_asks_to_sign_in_and_an_open_one_does_not(client, learner):
    closed, open_course = make_course(), make_course(open_to_public=True)
    answer = client.get(reverse("courses:lesson", args=[lesson_of(closed).uuid]))
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert "最低生活保障以家庭为单位" in client.get(reverse("courses:lesson", args=[lesson_of(open_course).uuid])).content.decode()
    _person, signed_in = learner
    answer = signed_in.get(reverse("courses:lesson", args=[lesson_of(closed).uuid]))
    assert answer["Location"] == reverse("courses:course", args=[closed.uuid])


def test_what_is_not_published_is_missing(client, learner):
    hidden = make_course(live=False)
    _person, signed_in = learner
    for browser in (client, signed_in):
        assert browser.get(reverse("courses:course", args=[hidden.uuid])).status_code == 404
        assert browser.get(reverse("courses:lesson", args=[lesson_of(hidden).uuid])).status_code == 404


def test_wagtails_own_address_leads_to_the_lesson(client):
    course = make_course(open_to_public=True)
    lesson = lesson_of(course)
    assert lesson.path_of_view() == reverse("courses:lesson", args=[lesson.uuid])
    assert lesson.serve(None).url == lesson.path_of_view()
    assert lesson.get_url_parts()[2] == lesson.path_of_view() if lesson.get_url_parts() else True


def test_the_catalogue_finds_two_characters_of_a_lesson(client):
    course = make_course(title="个案工作实务")
    lesson = lesson_of(course)
    lesson.title = "接案与预估"
    lesson.save_revision().publish()
    make_course(title="别的课程")
    found = client.get(reverse("courses:catalogue"), {"q": "接案"}).content.decode()
    assert "个案工作实务" in found
    assert "别的课程" not in found
    assert "没有找到" in client.get(reverse("courses:catalogue"), {"q": "区块链"}).content.decode()


def test_the_lesson_page_needs_few_queries(learner, django_assert_max_num_queries):
    _person, client = learner
    course = make_course(lessons=12, checks=2)
    client.post(reverse("courses:course_start", args=[course.uuid]))
    lesson = reverse("courses:lesson", args=[lesson_of(course).uuid])
    client.get(lesson)
    with django_assert_max_num_queries(8):
        assert client.get(lesson).status_code == 200


def test_the_first_view_of_a_lesson_weighs_little(learner):
    """Everything the page names: page, styles, scripts, images of the frame; uncompressed as the upper bound."""
    from django.contrib.staticfiles import finders

    _person, client = learner
    course = make_course(lessons=8, checks=2)
    client.post(reverse("courses:course_start", args=[course.uuid]))
    page = client.get(reverse("courses:lesson", args=[lesson_of(course).uuid])).content
    named = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode()))
    weight = len(page) + sum(len(open(finders.find(name), "rb").read()) for name in named)  # noqa: SIM115
    assert 1 + len(named) <= 12
    assert weight <= 120 * 1024
    assert len(gzip.compress(page)) < 20 * 1024
    assert not re.search(rb"https?://(?!testserver)", page.replace(b"http://www.w3.org", b""))


def test_a_learner_gets_from_home_to_the_record_that_waits_for_them(world):
    team = supervision.make_team(world.township)
    session = supervision.make_signed(team)
    client = make_client(team.supervisees[0].user)
    link = reverse("supervision:confirm", args=[session.uuid])
    assert f'href="{link}"' in client.get(reverse("courses:home")).content.decode()
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("name", ["courses:home", "courses:records", "courses:my_classes"])
def test_an_account_without_a_person_is_told_so(client_as, name):
    page = client_as().get(reverse(name))
    assert page.status_code == 200
    assert "还没有学员档案" in page.content.decode()


def test_home_shows_what_to_go_on_with_and_the_half_day_of_today(learner, world: World):
    person, client = learner
    course = make_course(lessons=3)
    client.post(reverse("courses:course_start", args=[course.uuid]))
    now = timezone.localtime().replace(hour=10, minute=0)
    training_class = make_class(world.county, starts_on=now.date(), ends_on=now.date())
    make_enrolment(training_class, person)
    session = services.plan_session(
        training_class=training_class, title="入户调查", starts_at=now, ends_at=now + dt.timedelta(hours=2), by=SYSTEM
    )
    with clock.at(now + dt.timedelta(minutes=5)):
        page = client.get(reverse("courses:home")).content.decode()
        assert "接着学" in page
        assert "第 1 课，共 3 课" in page
        assert reverse("courses:sign_in", args=[session.uuid]) in page
        code = rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(clock.now()))
        where = reverse("courses:sign_in", args=[session.uuid])
        wrong = f"{(int(code) + 1) % 10000:04d}"
        assert "签到码不对" in follow(client, client.post(where, {"code": wrong})).content.decode()
        assert f'value="{code}"' in client.get(where, {"code": code}).content.decode()
        assert "签到成功" in follow(client, client.post(where, {"code": code})).content.decode()
        client.post(where, {"code": code})
    assert Attendance.objects.get().minutes == 120
    assert Line.objects.filter(kind="attended").count() == 1


def test_records_name_the_lesson_the_minutes_and_the_scheme(learner, world: World):
    from django.core.management import call_command

    call_command("load_ledger_rules", verbosity=0)
    person, client = learner
    course = make_course(lessons=2, minutes=45)
    services.complete_course_many(
        course=course, runs=[services.CourseRun(person, timezone.now() - dt.timedelta(hours=3))], by=SYSTEM
    )
    page = client.get(reverse("courses:records")).content.decode()
    assert page.count("45 分钟折 1 学时") == 2
    assert "第1课" in page
    assert "<b>2</b>" in page


# -- the office ------------------------------------------------------------------------------------------------------------

"""The pages of courses through the web: what learners and managers see and do, query counts, weight, outsiders."""

from __future__ import annotations

import datetime as dt
import gzip
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses import rules, services
from courses.models import Attendance, ClassEnrolment, CourseEnrolment, LessonProgress, RosterImport, TrainingClass
from courses.selectors.content import checks_of
from lms.accounts.roles import Role
from lms.core import clock
from lms.ledger.models import Line
from tests.factories import rosters, supervision
from tests.factories.certificates import make_issuer, make_organisation
from tests.factories.courses import ROUTES, SYSTEM, lesson_of, make_class, make_course, make_enrolment, make_learner, make_session
from tests.factories.world import World, make_client, make_person

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


def test_a_new_class_names_the_only_issuer_as_its_organiser(office, world: World):
    create = reverse("courses:class_create")
    issuer = make_issuer(world.county)
    assert f'value="{issuer.organisation.name}"' in office.get(create).content.decode()
    make_issuer(world.county, organisation=make_organisation(world.county, name="鲁甸县社会工作协会"))
    assert f'name="organiser" value="{issuer.organisation.name}"' not in office.get(create).content.decode()


def test_a_manager_runs_a_class_from_plan_to_close(office, world: World):
    today = timezone.localdate()
    form = {
        "code": "LD-1",
        "title": "社会救助业务培训班",
        "division": "530621",
        "starts_on": today - dt.timedelta(days=1),
        "ends_on": today,
        "attendance_floor_percent": 80,
    }
    assert follow(office, office.post(reverse("courses:class_create"), form)).status_code == 200
    training_class = TrainingClass.objects.get()
    again = office.post(reverse("courses:class_create"), form)
    assert "已被使用" in again.content.decode()
    make_person(world.township, name="张桂英")
    who = reverse("courses:class_learners", args=[training_class.uuid])
    assert "已加入本班" in follow(office, office.post(who, {"who": "张桂英"})).content.decode()
    assert "没有“王某某”" in office.post(who, {"who": "王某某"}).content.decode()
    half_day = {"title": "上午", "kind": "lecture", "day": today - dt.timedelta(days=1), "starts": "09:00", "ends": "12:00"}
    plan = reverse("courses:session_create", args=[training_class.uuid])
    follow(office, office.post(plan, {**half_day, "mode": "face_to_face", "topics": "低保，特困"}))
    session = training_class.sessions.get()
    assert session.topics == ["低保", "特困"]
    enrolment = ClassEnrolment.objects.get()
    grid = reverse("courses:attendance", args=[session.uuid])
    assert "张桂英" in office.get(grid).content.decode()
    office.post(grid, {f"was-{enrolment.uuid}": "0", f"here-{enrolment.uuid}": "on", f"minutes-{enrolment.uuid}": "150"})
    assert Attendance.objects.get().minutes == 150
    office.post(reverse("courses:headcount", args=[session.uuid]), {"quantity": "4"})
    follow(office, office.post(reverse("courses:session_close", args=[session.uuid]), {"cases_shared": ""}))
    follow(office, office.post(reverse("courses:class_close", args=[training_class.uuid])))
    training_class.refresh_from_db()
    assert training_class.state == "held"
    assert ClassEnrolment.objects.get().state == "completed"


def test_saving_the_grid_keeps_a_sign_in_made_meanwhile(office, world: World):
    training_class = make_class(world.county)
    session = make_session(training_class)
    one, two = make_enrolment(training_class), make_enrolment(training_class)
    shown = {f"was-{e.uuid}": "0" for e in (one, two)}
    services.record_attendance(session=session, present=[(one, 180)], method="code", by=SYSTEM)
    office.post(reverse("courses:attendance", args=[session.uuid]), {**shown, f"here-{two.uuid}": "on"})
    assert dict(Attendance.objects.values_list("enrolment_id", "minutes")) == {one.pk: 180, two.pk: 180}
    office.post(reverse("courses:attendance", args=[session.uuid]), {f"was-{one.uuid}": "180", f"was-{two.uuid}": "180"})
    assert set(Attendance.objects.values_list("minutes", flat=True)) == {0}
    office.post(reverse("courses:attendance", args=[session.uuid]), {"all": "1"})
    assert set(Attendance.objects.values_list("minutes", flat=True)) == {180}


def test_a_roster_goes_through_the_web(office, world: World, django_capture_on_commit_callbacks):
    training_class = make_class(world.county)
    content = rosters.xlsx([rosters.row(1), rosters.row(2, 身份证号=4.4e17)])
    with django_capture_on_commit_callbacks(execute=True):
        sent = office.post(
            reverse("courses:roster_upload", args=[training_class.uuid]),
            {"file": SimpleUploadedFile("名册.xlsx", content), "give_accounts": "on"},
        )
    roster = RosterImport.objects.get()
    columns = office.get(sent["Location"])["Location"]
    asked = office.get(columns).context
    chosen = {f"field-{proposal.column.letter}": field for proposal, field in asked["proposals"]}
    top, depth = asked["form"]["top"].value(), asked["form"]["depth"].value()
    with django_capture_on_commit_callbacks(execute=True):
        office.post(columns, {"confirm": "1", "sheet": asked["outline"]["name"], "top": top, "depth": depth, **chosen})
    page = office.get(sent["Location"]).content.decode()
    assert "确认导入 1 人" in page
    assert "E 列“身份证号”" in page
    assert "5306**********" in page
    results = office.get(reverse("courses:roster_results", args=[roster.uuid]))
    assert results["Content-Disposition"].startswith("attachment")
    with django_capture_on_commit_callbacks(execute=True):
        office.post(reverse("courses:roster_confirm", args=[roster.uuid]))
    page = office.get(sent["Location"]).content.decode()
    assert "导入完成" in page
    assert "初始密码单" in page
    assert training_class.enrolments.count() == 1
    assert office.get(reverse("courses:roster_template")).status_code == 200
    assert office.get(reverse("courses:roster_sample")).content.startswith(b"PK")


def test_results_of_a_roster_are_for_the_one_who_uploaded(client_as, world: World):
    built = ROUTES["courses:roster_results"](world)
    other = client_as(Role.CLASS_MANAGER, world.county)
    assert other.get(reverse("courses:roster_results", kwargs=built["kwargs"])).status_code == 404


def test_the_screen_shows_a_code_only_around_the_half_day(office, world: World):
    session = make_session(make_class(world.county))
    where = reverse("courses:session_code", args=[session.uuid])
    assert office.get(where).json()["open"] is False
    with clock.at(session.starts_at):
        found = office.get(where).json()
        assert found["open"] is True
        assert found["digits"] == rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(session.starts_at))
        assert "<svg" in found["qr"]
        assert found["digits"] in office.get(reverse("courses:session_screen", args=[session.uuid])).content.decode()


def test_a_half_day_that_is_over_is_not_called_to_come(learner, office, world: World):
    person, client = learner
    training_class = make_class(world.county)
    enrolment = make_enrolment(training_class, person)
    session = make_session(training_class)
    own, list_of = reverse("courses:my_class", args=[enrolment.uuid]), reverse("courses:class_detail", args=[training_class.uuid])
    told = {}
    for moment in (session.starts_at - dt.timedelta(days=1), session.ends_at + dt.timedelta(minutes=1)):
        with clock.at(moment):
            told[moment] = client.get(own).content.decode(), office.get(list_of).content.decode()
    (before, planned), (after, overdue) = told.values()
    assert "未开始" in before
    assert "待结束" not in planned
    assert "未开始" not in after
    assert "出勤待登记" in after
    assert "待结束" in overdue
    services.close_session(session=session, by=SYSTEM)
    assert "未出勤" in client.get(own).content.decode()
    assert "待结束" not in office.get(list_of).content.decode()


def test_the_form_of_a_class_shows_every_field_once_under_a_heading(office, world: World):
    training_class = make_class(world.county)
    for where in (reverse("courses:class_create"), reverse("courses:class_edit", args=[training_class.uuid])):
        answer = office.get(where)
        form = answer.context["form"]
        assert sorted(field.name for _title, fields in form.parts for field in fields) == sorted(form.fields)


@pytest.mark.parametrize("name", [name for name in ROUTES if "{" not in name])
def test_outside_is_the_same_404_as_missing(client_as, world: World, name: str):
    """Rows of 鲁甸县 for a manager of another province, a trainer of the county and somebody without a role."""
    from courses.access import ROUTES as ACCESS
    from lms.core.routes import Reach

    built = ROUTES[name](world)
    if not built.get("kwargs") or ACCESS[name].reach not in (Reach.OWN, Reach.DIVISION):
        return
    address = reverse(name, kwargs=built["kwargs"])
    for role, place in ((Role.CLASS_MANAGER, world.foreign_county), (Role.TRAINER, world.county), (None, None)):
        client = client_as(role, place)
        extra = {"content_type": built["content_type"]} if "content_type" in built else {}
        answer = getattr(client, built.get("method", "get"))(address, built.get("data", {}), **extra)
        assert answer.status_code == 404, (name, role)


@pytest.mark.parametrize("name", ["courses:class_list", "courses:class_learners", "courses:attendance", "courses:class_detail"])
def test_lists_of_the_office_cost_the_same_for_3_and_30(office, world: World, name: str, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    training_class = make_class(world.county)
    session = make_session(training_class)

    def grow(number: int) -> None:
        people = [make_person(world.township, name=f"学员{n}") for n in range(number)]
        services.enrol_many(training_class=training_class, people=people, by=SYSTEM)
        for n in range(number):
            make_class(world.county)
            make_session(training_class, day=2 + n % 20, hour=8 + n // 20, hours=1, title=f"课次{n}")

    address = {
        "courses:class_list": reverse(name) if name == "courses:class_list" else "",
        "courses:attendance": reverse("courses:attendance", args=[session.uuid]),
    }.get(name) or reverse(name, args=[training_class.uuid])
    grow(3)
    office.get(address)
    with CaptureQueriesContext(connection) as few:
        assert office.get(address).status_code == 200
    grow(27)
    with CaptureQueriesContext(connection) as many:
        assert office.get(address).status_code == 200
    assert len(many) == len(few)

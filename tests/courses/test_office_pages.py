"""The pages of whoever runs a class: from plan to close, its roster, its screen, its lists, outsiders."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses import rules, services
from courses.models import Attendance, ClassEnrolment, RosterImport, TrainingClass
from lms.accounts.roles import Role
from lms.core import clock
from tests.factories import rosters
from tests.factories.certificates import make_issuer, make_organisation
from tests.factories.courses import ROUTES, SYSTEM, make_class, make_enrolment, make_learner, make_session
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

"""The story through the web: record on a phone, sign, countersign or dispute, follow from the office, print."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.supervision.models import Agreement, Attendance, SupervisionSession
from tests.factories.supervision import make_countersigned, make_draft, make_signed, make_team, moment
from tests.factories.world import make_client, make_person, make_user


def url(name, *args):
    return reverse(f"supervision:{name}", args=args)


def filled(team, **changes):
    values = {
        "held_on": "2026-03-12",
        "starts": "09:00",
        "ends": "11:00",
        "mode": "face_to_face",
        "form": "group",
        "functions": ["educational", "supportive"],
        "tags": ["practice_skills"],
        "topic": "小组工作的准备",
        "place": "社工站",
        "discussion": "讨论了方案。",
        "key": "phone-1",
        "action_0": "整理方案",
        "owner_0": str(team.supervisees[0].pk),
        "due_0": "2026-03-20",
    }
    for agreement in team.agreements:
        values[f"seat_{agreement.pk}"] = "here"
    return {**values, **changes}


@pytest.fixture
def team(world):
    return make_team(world.division, size=3)


def test_record_sign_and_confirm_through_the_web(team):
    phone = make_client(team.supervisor_user)
    assert "学员0" in phone.get(url("new")).content.decode()
    absent = {f"seat_{team.agreements[2].pk}": "absent", f"why_{team.agreements[2].pk}": "下村"}
    answer = phone.post(url("new"), filled(team, **absent, **{f"minutes_{team.agreements[1].pk}": "90"}))
    session = SupervisionSession.objects.get()
    assert answer.url == url("record", session.uuid)
    assert list(session.attendances.order_by("pk").values_list("minutes", flat=True)) == [120, 90, 0]
    assert session.actions.get().owner == team.supervisees[0]
    # sent again after a lost connection
    phone.post(url("new"), filled(team))
    assert SupervisionSession.objects.count() == 1
    assert make_client(team.supervisees[0].user).get(url("confirm", session.uuid)).status_code == 404  # not signed yet
    for _ in range(2):
        assert phone.post(url("sign", session.uuid)).status_code == 302
    learner = make_client(team.supervisees[0].user)
    assert "小组工作的准备" in learner.get(url("to_confirm")).content.decode()
    for _ in range(2):
        learner.post(url("confirm", session.uuid), {"reflection": "要多问开放式问题。"})
    assert Line.objects.filter(kind=Kind.SUPERVISED).count() == 1
    assert "要多问开放式问题" in phone.get(url("record", session.uuid)).content.decode()


def test_a_new_record_begins_with_the_last_group(team):
    make_signed(team, present=[(team.agreements[0], 60), (team.agreements[1], 120)])
    page = make_client(team.supervisor_user).get(url("new"))
    form = page.context["form"]
    assert [row["seat"].value() for row in form.seats] == ["here", "here", "out"]
    assert form["starts"].value().hour == 9 and form["place"].value() == "龙头山镇社工站"


def test_what_is_wrong_is_said_and_nothing_is_lost(team):
    phone = make_client(team.supervisor_user)
    answer = phone.post(url("new"), filled(team, discussion="服务对象张桂英近来失眠"))
    page = answer.content.decode()
    assert answer.status_code == 400 and "疑似服务对象" in page and "服务对象张桂英近来失眠" in page
    assert phone.post(url("new"), filled(team, discussion="服务对象张桂英近来失眠", names_checked="on")).status_code == 302
    answer = phone.post(url("new"), filled(team, key="phone-2", discussion="证件53062119800101123X", names_checked="on"))
    assert answer.status_code == 400 and "身份证号" in answer.content.decode()
    assert phone.post(url("new"), filled(team, key="phone-3", ends="08:00")).status_code == 400
    assert phone.post(url("new"), filled(team, key="phone-3", owner_0="")).status_code == 400
    assert SupervisionSession.objects.count() == 1


def test_edit_amend_and_dispute(team):
    phone = make_client(team.supervisor_user)
    session = make_draft(team)
    assert phone.get(url("edit", session.uuid)).status_code == 200
    phone.post(url("edit", session.uuid), filled(team, topic="改过的主题", key=""))
    session.refresh_from_db()
    assert session.topic == "改过的主题" and session.attendances.count() == 3
    phone.post(url("sign", session.uuid))
    learner = make_client(team.supervisees[1].user)
    assert learner.post(url("dispute", session.uuid), {"reason": ""}).status_code == 400
    learner.post(url("dispute", session.uuid), {"reason": "我只到了一小时"})
    assert Attendance.objects.get(session=session, supervisee=team.supervisees[1]).answer == "disputed"
    assert "我只到了一小时" in phone.get(url("record", session.uuid)).content.decode()
    assert phone.get(url("edit", session.uuid)).status_code == 302  # signed: frozen
    draft_url = phone.post(url("amend", session.uuid), {"reason": "时长更正"}).url
    new = SupervisionSession.objects.get(version=2)
    assert draft_url == url("edit", new.uuid)
    phone.post(draft_url, filled(team, key="", **{f"minutes_{team.agreements[1].pk}": "60"}))
    phone.post(url("sign", new.uuid))
    page = learner.get(url("confirm", session.uuid)).content.decode()
    assert url("confirm", new.uuid) in page


def test_discarding(team):
    session = make_draft(team)
    phone = make_client(team.supervisor_user)
    assert phone.post(url("discard", session.uuid)).url == url("mine")
    session.refresh_from_db()
    assert session.status == "discarded" and session.discussion == ""
    assert make_draft(team).pk != session.pk  # its time is free again


def test_others_see_nothing(world, team, client_as):
    session = make_signed(team)
    stranger = make_client(make_person(world.division, user=make_user()).user)
    for name in ("record", "confirm", "sheet", "detail"):
        assert stranger.get(url(name, session.uuid)).status_code == 404
    foreign = client_as("regional_admin", world.foreign_county)
    for name in ("detail", "sheet"):
        assert foreign.get(url(name, session.uuid)).status_code == 404
    assert "入户访谈" not in foreign.get(url("list")).content.decode()
    office = client_as("class_manager", world.county)
    for name in ("detail", "sheet"):
        assert office.get(url(name, session.uuid)).status_code == 200
    assert office.post(url("sign", session.uuid)).status_code == 404


def test_an_office_sees_its_own_people_only(world, client_as):
    from lms.supervision import services

    team = make_team(world.division, size=2)
    far = make_person(world.other_county, name="昭阳学员")
    joined = services.start_cultivation(
        person=far, programme=team.programme, started_on=team.participations[0].started_on, by=world.system
    )
    agreed = services.open_agreement(participation=joined, supervisor=team.supervisor, starts_on=joined.started_on, by=world.system)
    session = make_signed(team, present=[(team.agreements[0], 120), (agreed, 120)])
    page = client_as("class_manager", world.other_county).get(url("detail", session.uuid)).content.decode()
    assert "昭阳学员" in page and "学员0" not in page
    page = client_as("class_manager", world.prefecture).get(url("detail", session.uuid)).content.decode()
    assert "昭阳学员" in page and "学员0" in page


def test_the_sheet_is_for_those_concerned(team):
    session = make_countersigned(team)
    for user in (team.supervisor_user, team.supervisees[0].user):
        page = make_client(user).get(url("sheet", session.uuid)).content.decode()
        assert "社会工作督导记录表" in page and session.content_sha256 in page
    assert "学员1" not in make_client(team.supervisees[0].user).get(url("sheet", session.uuid)).content.decode()


def test_agreements_from_the_office(world, team, client_as):
    office = client_as("class_manager", world.county)
    other = make_person(world.division, name="李督导", user=make_user("supervisor", world.division))
    values = {"participation": team.participations[0].pk, "supervisor": other.pk, "starts_on": "2026-02-01"}
    assert office.get(url("agree")).status_code == 200
    assert office.post(url("agree"), values).status_code == 302
    made = Agreement.objects.get(supervisor=other)
    assert "李督导" in office.get(url("agreements")).content.decode()
    nobody = make_person(world.division, name="无角色")
    assert office.post(url("agree"), {**values, "supervisor": nobody.pk}).status_code == 200
    assert office.post(url("end_agreement", made.uuid), {"ends_on": "2026-03-01", "reason": "调整"}).status_code == 302
    made.refresh_from_db()
    assert made.ended_reason == "调整"
    foreign = client_as("class_manager", world.foreign_county)
    assert foreign.get(url("end_agreement", made.uuid)).status_code == 404
    assert client_as("auditor", world.county).get(url("end_agreement", made.uuid)).status_code == 404


def test_progress_against_the_programmes_target(world, team):
    import datetime as dt

    from lms.supervision import selectors, services

    services.set_target(
        programme=team.programme, valid_from=dt.date(2026, 1, 1), source="项目任务书（测试）", sessions_per_span=2,
        minutes_per_span=180, span="month", by=world.system,
    )  # fmt: skip
    make_countersigned(team)
    first, *_rest = selectors.with_progress(team.agreements, on=dt.date(2026, 3, 31))
    assert (first.meetings, first.minutes, first.is_short) == (1, 120, True)
    make_countersigned(team, starts_at=moment(day=20), ends_at=moment(day=20, hour=11))
    first, *_rest = selectors.with_progress(team.agreements, on=dt.date(2026, 3, 31))
    assert (first.meetings, first.minutes, first.is_short) == (2, 240, False)
    first, *_rest = selectors.with_progress(team.agreements, on=dt.date(2026, 4, 30))
    assert first.meetings == 0


def test_search(world, team, client_as):
    make_countersigned(team)
    make_signed(team, topic="危机介入", starts_at=moment(day=14), ends_at=moment(day=14, hour=11))
    office = client_as("class_manager", world.county)

    def found(**asked):
        page = office.get(url("list"), asked).content.decode()
        return [topic for topic in ("入户访谈的准备", "危机介入") if topic in page]

    assert found(q="危机") == ["危机介入"]
    assert found(q="学员1") == ["入户访谈的准备", "危机介入"]
    assert found(state="settled") == ["入户访谈的准备"]
    assert found(state="waiting") == ["危机介入"]


@pytest.mark.parametrize("which", ["mine", "to_confirm", "list", "agreements"])
def test_lists_take_as_many_queries_for_many_as_for_three(world, which, client_as):
    team = make_team(world.division, size=2)
    browser = {
        "mine": make_client(team.supervisor_user),
        "to_confirm": make_client(team.supervisees[0].user),
        "list": client_as("class_manager", world.county),
        "agreements": client_as("class_manager", world.county),
    }[which]
    counts = []
    for month, size in ((3, 3), (4, 12)):
        for day in range(1, size + 1):
            make_signed(team, starts_at=moment(day=day, month=month), ends_at=moment(day=day, hour=11, month=month))
        browser.get(url(which))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url(which)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]

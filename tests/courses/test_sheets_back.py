"""Sign-in sheets on paper: printed with frozen rows, entered back, undone, entered once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from courses import rules, services
from courses.models import SignInSheet
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_session
from tests.factories.world import make_client, make_person, make_user

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
MOMENT = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)


def printed(session) -> SignInSheet:
    return services.print_sheet(session=session, by=SYSTEM)


def test_rows_are_entered_back_undone_and_once(world):
    training_class = make_class(world.county)
    enrolments = [make_enrolment(training_class) for _ in range(3)]
    session = make_session(training_class)
    sheet = printed(session)
    typed = [f"{n}{rules.row_check(sheet.code, n)}" for n in (1, 2, 3)]
    assert services.enter_row(session=session, code=typed[1], by=SYSTEM).enrolment == enrolments[1]
    assert services.enter_row(session=session, code=rules.row_code(sheet.code, 2), by=SYSTEM).again
    services.enter_row(session=session, code=typed[0].lower(), by=SYSTEM)
    services.undo_row(session=session, enrolment=enrolments[0], by=SYSTEM)
    services.undo_row(session=session, enrolment=enrolments[0], by=SYSTEM)
    standing = Line.objects.standing().filter(kind="attended")
    assert list(standing.values_list("person_id", flat=True)) == [enrolments[1].person_id]


def test_a_sheet_keeps_its_rows_when_the_roster_changes(world):
    training_class = make_class(world.county)
    first, second = make_enrolment(training_class), make_enrolment(training_class)
    session = make_session(training_class)
    sheet = printed(session)
    services.withdraw(enrolment=first, reason="调走", by=SYSTEM)
    printed(session)
    entered = services.enter_row(session=session, code=rules.row_code(sheet.code, 2), by=SYSTEM)
    assert entered.enrolment == second
    with pytest.raises(Refused, match="已退出"):
        services.enter_row(session=session, code=rules.row_code(sheet.code, 1), by=SYSTEM)


def test_wrong_rows_say_what_is_wrong(world):
    training_class = make_class(world.county)
    make_enrolment(training_class)
    session, other = make_session(training_class), make_session(training_class, hour=14)
    sheet, foreign = printed(session), printed(other)
    letter = rules.row_check(sheet.code, 1)
    for code, error, words in [
        ("17", BadInput, "不是签到表上的行码"),
        (f"1{'B' if letter == 'A' else 'A'}", BadInput, "不对"),
        (rules.row_code(foreign.code, 1), Refused, "另一课次"),
        (rules.row_code("222222", 1), BadInput, "没有编号"),
    ]:
        with pytest.raises(error, match=words):
            services.enter_row(session=session, code=code, by=SYSTEM)
    services.record_attendance(session=session, present=[(training_class.enrolments.get(), 90)], by=SYSTEM)
    with pytest.raises(Refused, match="不是从签到表"):
        services.undo_row(session=session, enrolment=training_class.enrolments.get(), by=SYSTEM)


def test_the_sheet_shows_what_a_county_prints_and_masks_telephones(world):
    from courses.sheet_pdf import sheet_html, sheet_pdf

    training_class = make_class(world.county, needs_check_out=True)
    person = make_person(world.township, name="和志㼆", phone="13987654321", position_title="民政干事")
    make_enrolment(training_class, person)
    sheet = printed(make_session(training_class))
    html = sheet_html(sheet)
    for word in ("培训名称", "时段", "上午", "和志㼆", "民政干事", "签名", "签退", rules.row_code(sheet.code, 1)[-4:]):
        assert word in html
    assert "13987654321" not in html
    assert sheet_pdf(sheet).startswith(b"%PDF")


def test_the_entry_page_works_with_and_without_script(world):
    training_class = make_class(world.county)
    enrolment = make_enrolment(training_class)
    session = make_session(training_class)
    sheet = printed(session)
    client = make_client(make_user("class_manager", world.county))
    address = reverse("courses:sheet_entry", args=[session.uuid])
    said = client.post(address, {"code": rules.row_code(sheet.code, 1)}, headers={"Accept": "application/json"}).json()
    assert (said["ok"], said["again"], said["count"]) == (True, False, 1)
    assert client.post(address, {"code": "1"}, follow=True).status_code == 200
    said = client.post(address, {"undo": str(enrolment.uuid)}, headers={"Accept": "application/json"}).json()
    assert (said["ok"], said["count"]) == (True, 0)
    stranger = make_client(make_user("class_manager", world.other_county))
    assert stranger.post(address, {"code": "1A"}).status_code == 404
    with pytest.raises(Missing):
        services.enter_row(session=session, code="1A", by=stranger.actor)

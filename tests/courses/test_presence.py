"""Signing in and out, codes and clocks, what a phone sends later, walk-ins and heads, sheets entered back."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import rules, services
from courses.models import Attendance, HeadCount, WalkIn
from courses.selectors import presence
from lms.core import clock
from lms.core.errors import Refused
from lms.ledger.models import Line
from lms.ledger.services import lock_period
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_late_mark, make_learner, make_session
from tests.factories.world import make_client, make_person, make_user

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
MOMENT = dt.datetime(2026, 11, 2, 1, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _no_tries():
    cache.clear()


def attending(world, **fields):
    training_class = make_class(world.county, **fields)
    person, actor = make_learner(world.township)
    enrolment = make_enrolment(training_class, person)
    return make_session(training_class), person, actor, enrolment


def code_at(session, moment, **how):
    return rules.sign_in_code(session.sign_in_secret, rules.sign_in_step(moment), **how)


# -- codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [rules.sign_in_code, rules.sign_in_token])
@pytest.mark.parametrize("seconds, fits", [(-30, True), (0, True), (60, True), (-61, False), (91, False), (3600, False)])
def test_a_code_lives_ninety_seconds_and_a_clock_may_be_half_a_minute_slow(make, seconds, fits):
    shown = make("secret", rules.sign_in_step(MOMENT))
    moment = MOMENT + dt.timedelta(seconds=seconds)
    assert rules.sign_in_code_matches("secret", shown, moment) is fits


def test_codes_of_signing_in_do_not_sign_out_and_tokens_cannot_be_altered():
    step = rules.sign_in_step(MOMENT)
    for make in (rules.sign_in_code, rules.sign_in_token):
        assert not rules.sign_in_code_matches("secret", make("secret", step), MOMENT, leaving=True)
    token = rules.sign_in_token("secret", step)
    later = f"{step + 100:x}-{token.partition('-')[2]}"
    assert not rules.sign_in_code_matches("secret", later, MOMENT + dt.timedelta(seconds=3000))
    assert not rules.sign_in_code_matches("secret", "签到", MOMENT)


@given(st.integers(1, 1999), st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=6, max_size=6))
def test_row_codes_are_read_as_printed_and_as_typed(number, sheet):
    printed = rules.row_code(sheet, number)
    letter = rules.row_check(sheet, number)
    assert rules.read_row_code(printed) == (sheet, number, letter)
    assert rules.read_row_code(f" {number}{letter.lower()} ") == ("", number, letter)


@given(st.integers(0, 240), st.integers(0, 240), st.integers(0, 100))
def test_dwell_is_what_a_minute_by_minute_count_says(into, out, floor):
    start = MOMENT
    session = (start, start + 180 * MINUTE)
    counted = sum(1 for m in range(180) if into <= m < out)
    wanted = counted if counted / 180 >= floor / 100 else 0
    got = rules.dwell_minutes(
        signed_in=start + into * MINUTE, signed_out=start + out * MINUTE, session=session, floor_percent=floor
    )
    assert got == wanted


# -- signing in and out -----------------------------------------------------------------------------------------------


def test_the_token_of_the_square_code_signs_in(world):
    session, person, actor, _enrolment = attending(world)
    with clock.at(session.starts_at):
        page = make_client(make_user("class_manager", world.county)).get(reverse("courses:session_screen", args=[session.uuid]))
        assert page.status_code == 200
        token = rules.sign_in_token(session.sign_in_secret, rules.sign_in_step(session.starts_at))
        made = services.sign_in(session=session, person=person, code=token, by=actor)
    assert (made.minutes, made.signed_in_at) == (180, session.starts_at)


def test_wrong_codes_are_counted_for_each_person(world):
    session, person, actor, _enrolment = attending(world)
    other, other_actor = make_learner(world.township)
    make_enrolment(session.training_class, other)
    with clock.at(session.starts_at):
        right = code_at(session, session.starts_at)
        wrong = f"{(int(right) + 1) % 10000:04d}"
        for _ in range(rules.SIGN_IN_TRIES):
            with pytest.raises(Refused, match="签到码不对"):
                services.sign_in(session=session, person=person, code=wrong, by=actor)
        with pytest.raises(Refused, match="试错次数太多"):
            services.sign_in(session=session, person=person, code=right, by=actor)
        services.sign_in(session=session, person=other, code=right, by=other_actor)
    assert Attendance.objects.count() == 1


def test_minutes_run_from_in_to_out_and_one_line_stands(world):
    session, person, actor, enrolment = attending(world, needs_check_out=True)
    into, out, later = session.starts_at + 15 * MINUTE, session.starts_at + 100 * MINUTE, session.ends_at + 10 * MINUTE
    with clock.at(into):
        services.sign_in(session=session, person=person, code=code_at(session, into), by=actor)
    assert not Line.objects.filter(kind="attended").exists()
    for moment in (out, out, later):
        with clock.at(moment):
            services.sign_out(session=session, person=person, code=code_at(session, moment, leaving=True), by=actor)
    mark = Attendance.objects.get(enrolment=enrolment)
    assert (mark.minutes, mark.signed_in_at, mark.signed_out_at) == (165, into, later)
    assert list(Line.objects.standing().filter(kind="attended").values_list("minutes", flat=True)) == [165]
    assert Line.objects.filter(kind="attended").aggregate(n=Sum("sign"))["n"] == 1


def test_below_the_floor_nothing_is_credited(world):
    session, person, actor, enrolment = attending(world, needs_check_out=True, dwell_floor_percent=50)
    with clock.at(session.starts_at):
        services.sign_in(session=session, person=person, code=code_at(session, session.starts_at), by=actor)
    out = session.starts_at + 89 * MINUTE
    with clock.at(out):
        services.sign_out(session=session, person=person, code=code_at(session, out, leaving=True), by=actor)
    assert Attendance.objects.get(enrolment=enrolment).minutes == 0
    assert not Line.objects.filter(kind="attended").exists()
    enough = session.starts_at + 90 * MINUTE
    with clock.at(enough):
        services.sign_out(session=session, person=person, code=code_at(session, enough, leaving=True), by=actor)
    assert Attendance.objects.get(enrolment=enrolment).minutes == 90


def test_nobody_signs_out_who_did_not_sign_in(world):
    session, person, actor, _enrolment = attending(world, needs_check_out=True)
    with clock.at(session.starts_at), pytest.raises(Refused, match="还没有签到"):
        services.sign_out(session=session, person=person, code="0000", by=actor)


# -- sent later -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone_is_wrong_by", [dt.timedelta(0), dt.timedelta(hours=7), -dt.timedelta(days=400)])
def test_what_was_typed_without_network_is_checked_against_its_moment(world, phone_is_wrong_by):
    session, person, actor, _enrolment = attending(world)
    typed, sent = session.starts_at + 5 * MINUTE, session.ends_at + dt.timedelta(hours=6)
    with clock.at(sent):
        made = services.sign_in_later(
            session=session,
            person=person,
            code=code_at(session, typed),
            claimed=typed + phone_is_wrong_by,
            device_now=sent + phone_is_wrong_by,
            by=actor,
        )
    assert (made.minutes, made.late_sent, made.signed_in_at, made.received_at) == (180, True, typed, sent)
    assert list(presence.late_waiting(session)) == [made]
    assert Line.objects.filter(kind="attended").count() == 1


@pytest.mark.parametrize(
    "claimed, sent", [(5, 5 + 24 * 60 + 1), (30, 10), (-120, 60), (190, 240)], ids=["too late", "future", "before", "after the end"]
)
def test_times_that_cannot_be_are_refused(world, claimed, sent):
    session, person, actor, _enrolment = attending(world)
    typed, now = session.starts_at + claimed * MINUTE, session.starts_at + sent * MINUTE
    with clock.at(now), pytest.raises(Refused):
        services.sign_in_later(
            session=session, person=person, code=code_at(session, typed), claimed=typed, device_now=now, by=actor
        )
    assert not Attendance.objects.exists()


def test_a_code_of_another_moment_is_refused_later_too(world):
    session, person, actor, _enrolment = attending(world)
    typed = session.starts_at
    with clock.at(session.ends_at), pytest.raises(Refused, match="签到码不对"):
        services.sign_in_later(
            session=session,
            person=person,
            code=code_at(session, typed),
            claimed=typed + 10 * MINUTE,
            device_now=session.ends_at,
            by=actor,
        )


def test_a_late_mark_is_looked_at_and_struck_off(world):
    mark = make_late_mark(make_class(world.county))
    session = mark.session
    manager = make_client(make_user("class_manager", world.county))
    assert "离线补送的签到" in manager.get(reverse("courses:attendance", args=[session.uuid])).content.decode()
    manager.post(reverse("courses:late_review", args=[mark.uuid]), {"strike": "1"})
    mark.refresh_from_db()
    assert (mark.minutes, mark.signed_in_at) == (0, None)
    assert mark.reviewed_at is not None
    assert not Line.objects.standing().filter(kind="attended").exists()
    assert services.review_late(attendance=mark, stands=True, by=SYSTEM).minutes == 0


def test_what_was_struck_off_cannot_be_sent_again(world):
    """The phone still has it, and sends it again: it was looked at already, and must not count unseen."""
    session, person, actor, _enrolment = attending(world)
    typed, sent = session.starts_at + 5 * MINUTE, session.ends_at + dt.timedelta(hours=6)

    def send() -> Attendance:
        return services.sign_in_later(
            session=session, person=person, code=code_at(session, typed), claimed=typed, device_now=sent, by=actor
        )

    with clock.at(sent):
        services.review_late(attendance=send(), stands=False, by=SYSTEM)
        with pytest.raises(Refused, match="已经看过"):
            send()
    assert Attendance.objects.get().minutes == 0
    on_site = session.starts_at + 20 * MINUTE
    with clock.at(on_site):
        came = services.sign_in(session=session, person=person, code=code_at(session, on_site), by=actor)
    assert (came.minutes, came.late_sent, came.reviewed_at) == (180, False, None)


def test_signing_out_sent_later_waits_for_a_look_of_its_own(world):
    session, person, actor, _enrolment = attending(world, needs_check_out=True)
    into, out, sent = session.starts_at, session.ends_at, session.ends_at + dt.timedelta(hours=6)
    mark = None
    with clock.at(sent):
        for moment, leaving in ((into, False), (out, True)):
            mark = services.sign_in_later(
                session=session,
                person=person,
                code=code_at(session, moment, leaving=leaving),
                claimed=moment,
                device_now=sent,
                leaving=leaving,
                by=actor,
            )
            if not leaving:
                services.review_late(attendance=mark, stands=True, by=SYSTEM)
    assert mark is not None
    assert mark.minutes == 180
    assert list(presence.late_waiting(session)) == [mark]


def test_the_phone_s_journal_answers_for_good_or_not_at_all(world):
    session, person, _actor, _enrolment = attending(world)
    client = make_client(person.user)
    address = reverse("courses:sign_in_later", args=[session.uuid])
    now = session.starts_at + 20 * MINUTE
    with clock.at(now):
        sent = {"code": code_at(session, session.starts_at), "at": session.starts_at.timestamp() * 1000}
        for body, status in [("{", 409), (json.dumps({**sent, "now": "x"}), 409)]:
            assert client.post(address, body, content_type="application/json").status_code == status
        good = json.dumps({**sent, "now": now.timestamp() * 1000})
        assert client.post(address, good, content_type="application/json").status_code == 200
        assert client.post(address, good, content_type="application/json").status_code == 200
    assert Attendance.objects.get().late_sent
    assert make_client(make_user()).post(address, good, content_type="application/json").status_code == 404


def test_who_presses_the_button_is_told_on_the_next_page_and_the_journal_tells_by_itself(world):
    session, person, _actor, enrolment = attending(world)
    client, after = make_client(person.user), session.starts_at + MINUTE
    address, shown = reverse("courses:sign_in_later", args=[session.uuid]), reverse("courses:my_class", args=[enrolment.uuid])
    sent = {"code": code_at(session, after), "at": after.timestamp() * 1000, "now": after.timestamp() * 1000}
    with clock.at(after):
        for goes_on in (False, True):
            body = json.dumps({**sent, "goes_on": goes_on})
            assert client.post(address, body, content_type="application/json").json() == {"text": "签到成功。"}
            assert ("签到成功。" in client.get(shown).content.decode()) == goes_on


# -- heads and walk-ins -----------------------------------------------------------------------------------------------


def total_of(session) -> int:
    """Standing unnamed heads and attended lines of a half-day, counted in the ledger one by one."""
    lines = list(Line.objects.filter(slot=str(session.uuid), kind__in=["headcount", "attended"]))
    gone = {line.reverses_id for line in lines if line.sign < 0}
    return sum(line.quantity for line in lines if line.sign > 0 and line.pk not in gone)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("count"), st.integers(0, 6)),
        st.tuples(st.just("walk in"), st.just(0)),
        st.tuples(st.just("identify"), st.integers(0, 5)),
        st.tuples(st.just("identify again"), st.integers(0, 5)),
        st.tuples(st.just("from count"), st.integers(0, 5)),
        st.tuples(st.just("strike"), st.integers(0, 5)),
        st.tuples(st.just("close"), st.just(0)),
    ),
    max_size=14,
)


@pytest.fixture
def at_the_door(world):
    """A half-day and six who may come to it: one for all examples, each of which is undone."""
    return make_session(make_class(world.county, capacity=1)), [make_person(world.township, name=f"来宾{n}") for n in range(6)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=steps)
def test_identifying_never_changes_the_total(world, at_the_door, acts):
    session, people = at_the_door
    with transaction.atomic():
        counted, door, from_count, struck = 0, 0, set(), 0
        for act, number in acts:
            walk_ins = list(WalkIn.objects.filter(session=session, from_count=False).order_by("pk"))
            before = total_of(session)
            person = people[number % len(people)]
            try:
                with transaction.atomic():
                    if act == "count":
                        services.record_headcount(session=session, quantity=number, by=SYSTEM)
                        counted = number
                    elif act == "close":
                        with clock.at(session.ends_at):
                            services.close_session(session=session, by=SYSTEM)
                            services.close_class(training_class=session.training_class, by=SYSTEM)
                            lock_period(division=world.county, period=202611, by=SYSTEM)
                        assert total_of(session) == before
                    elif act == "walk in":
                        services.enter_walk_in(session=session, name="某人", by=SYSTEM)
                        door += 1
                    elif act == "from count":
                        services.identify_from_count(session=session, person=person, by=SYSTEM)
                        from_count.add(person.pk)
                        assert total_of(session) == before
                    elif walk_ins and act == "strike":
                        walk_in = walk_ins[number % len(walk_ins)]
                        was = walk_in.struck_at
                        services.strike_walk_in(walk_in=walk_in, reason="重复", by=SYSTEM)
                        struck += was is None
                    elif walk_ins:
                        walk_in = walk_ins[number % len(walk_ins)]
                        for _ in range(2 if act == "identify again" else 1):
                            services.identify_walk_in(walk_in=walk_in, person=person, by=SYSTEM)
                        assert total_of(session) == before
            except Refused:
                assert total_of(session) == before
            assert total_of(session) == counted + door - struck
            assert HeadCount.objects.filter(session=session, posted__lt=0).count() == 0
        transaction.set_rollback(True)


def test_a_walk_in_becomes_a_new_person_on_the_page(world):
    session = make_session(make_class(world.county))
    client = make_client(make_user("class_manager", world.county))
    client.post(reverse("courses:walk_ins", args=[session.uuid]), {"name": "李来宾", "unit": "龙头山镇社工站"})
    services.enter_walk_in(session=session, unit="水磨镇卫生院", by=SYSTEM)
    page = client.get(reverse("courses:walk_ins", args=[session.uuid])).content.decode()
    assert "李来宾" in page
    assert "水磨镇卫生院" in page
    services.strike_walk_in(walk_in=WalkIn.objects.get(name=""), reason="登记了两次", by=SYSTEM)
    walk_in = WalkIn.objects.get(name="李来宾")
    assert total_of(session) == 1
    answer = client.post(
        reverse("courses:walk_in_identify", args=[walk_in.uuid]),
        {"who": "李来宾", "is_new": "on", "division": "530621103", "phone": ""},
    )
    assert answer.status_code == 302
    walk_in.refresh_from_db()
    assert walk_in.person is not None
    assert Attendance.objects.get().enrolment == walk_in.enrolment
    assert total_of(session) == 1
    assert HeadCount.objects.get().posted == 0


def test_whoever_is_marked_is_not_identified_again(world):
    session, person, _actor, enrolment = attending(world)
    services.record_attendance(session=session, present=[(enrolment, 180)], by=SYSTEM)
    walk_in = services.enter_walk_in(session=session, name="来宾", by=SYSTEM)
    with pytest.raises(Refused, match="已有出勤"):
        services.identify_walk_in(walk_in=walk_in, person=person, by=SYSTEM)
    assert total_of(session) == 2


# -- sheets -----------------------------------------------------------------------------------------------------------

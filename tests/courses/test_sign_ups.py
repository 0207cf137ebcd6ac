"""Signing up, the unit's answer, leave and transfers, through the services and the pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from courses import services
from courses.models import ClassEnrolment, LeaveRequest, SignUp
from courses.selectors import signups as rows
from courses.states import EnrolmentState, LeaveState, SignUpState
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from lms.programmes.services import create_category
from tests.factories.courses import (
    SYSTEM,
    make_class,
    make_enrolment,
    make_future_session,
    make_learner,
    make_open_class,
    make_session,
    make_sign_up,
)
from tests.factories.world import make_actor, make_client, make_user

pytestmark = pytest.mark.django_db


def test_asking_twice_is_once_and_outside_the_window_refused(world):
    found = make_open_class(world.county)
    person, actor = make_learner(world.township)
    first = services.sign_up(training_class=found, person=person, by=actor)
    assert services.sign_up(training_class=found, person=person, by=actor) == first
    assert first.state == SignUpState.ACCEPTED
    assert AuditEvent.objects.filter(verb="courses.sign_up.made").count() == 1
    other, other_actor = make_learner(world.township)
    with clock.at(found.sign_up_closes_at), pytest.raises(Refused, match="截止"):
        services.sign_up(training_class=found, person=other, by=other_actor)
    with clock.at(found.sign_up_opens_at - dt.timedelta(minutes=1)), pytest.raises(Refused, match="还没有开始"):
        services.sign_up(training_class=found, person=other, by=other_actor)


def test_a_class_elsewhere_is_missing_until_it_gives_seats(world):
    found = make_open_class(world.county, capacity=10)
    person, actor = make_learner(world.far_county)
    with pytest.raises(Missing):
        services.sign_up(training_class=found, person=person, by=actor)
    services.set_quotas(training_class=found, shares=[services.Share(world.far_county, 1)], by=SYSTEM)
    assert services.sign_up(training_class=found, person=person, by=actor).state == SignUpState.ACCEPTED
    local, local_actor = make_learner(world.county)
    waiting = services.sign_up(training_class=found, person=local, by=local_actor)
    assert waiting.state == SignUpState.WAITING
    services.set_quotas(
        training_class=found, shares=[services.Share(world.far_county, 1), services.Share(world.county, 1)], by=SYSTEM
    )
    waiting.refresh_from_db()
    assert waiting.state == SignUpState.ACCEPTED


def test_shares_may_not_exceed_the_seats(world):
    found = make_open_class(world.prefecture, capacity=3)
    with pytest.raises(Refused, match="合计 4 人"):
        services.set_quotas(
            training_class=found, shares=[services.Share(world.county, 2), services.Share(world.other_county, 2)], by=SYSTEM
        )


def test_one_of_several_categories_is_chosen(world):
    categories = [create_category(code=f"k{n}", name=f"类别{n}", division=world.county, by=SYSTEM) for n in (1, 2, 3)]
    found = make_open_class(world.county, categories=categories[:2], category=categories[0])
    person, actor = make_learner(world.county)
    for wrong in (None, categories[2]):
        with pytest.raises(BadInput, match="对象类别"):
            services.sign_up(training_class=found, person=person, category=wrong, by=actor)
    services.sign_up(training_class=found, person=person, category=categories[1], by=actor)
    line = Line.objects.get(kind="enrolled", occasion=found.uuid)
    assert line.category == categories[1]


def test_the_unit_of_the_learner_approves_whoever_runs_the_class(world):
    found = make_open_class(world.prefecture, needs_approval=True)
    asked, own = make_sign_up(found, world.county)
    assert asked.state == SignUpState.APPLIED
    assert not Line.objects.filter(kind="enrolled").exists()
    for stranger in (make_actor("class_manager", world.other_county), make_actor("trainer", world.county)):
        with pytest.raises(Missing):
            services.approve_sign_up(sign_up=asked, by=stranger)
    with pytest.raises(Missing):
        services.approve_sign_up(sign_up=asked, by=own)
    reviewer = make_actor("reviewer", world.county)
    assert list(rows.waiting_for_approval(reviewer)) == [asked]
    services.approve_sign_up(sign_up=asked, by=reviewer)
    services.approve_sign_up(sign_up=asked, by=reviewer)
    assert ClassEnrolment.objects.get(training_class=found).state == EnrolmentState.ENROLLED
    assert Line.objects.filter(kind="enrolled").count() == 1
    assert not rows.waiting_for_approval(reviewer)


def test_nobody_approves_oneself(world):
    found = make_open_class(world.county, needs_approval=True)
    from tests.factories.world import actor_for, make_person

    user = make_user("class_manager", world.county)
    person = make_person(world.county, user=user)
    actor = actor_for(user)
    asked = services.sign_up(training_class=found, person=person, by=actor)
    with pytest.raises(Refused, match="自己"):
        services.approve_sign_up(sign_up=asked, by=actor)


def test_declined_with_a_reason_and_asked_anew_at_the_end(world):
    found = make_open_class(world.county, needs_approval=True, capacity=1)
    first, first_actor = make_sign_up(found)
    second, _actor = make_sign_up(found)
    third, _other = make_sign_up(found)
    with pytest.raises(BadInput):
        services.decline_sign_up(sign_up=first, reason=" ", by=SYSTEM)
    services.decline_sign_up(sign_up=first, reason="本年已参训", by=SYSTEM)
    second.refresh_from_db()
    assert second.state == SignUpState.APPLIED
    again = services.sign_up(training_class=found, person=first.person, by=first_actor)
    assert (again.pk, again.state, again.version) == (first.pk, SignUpState.WAITING, 2)
    assert again.number > third.number


def test_the_office_puts_somebody_in_and_the_request_is_answered(world):
    found = make_open_class(world.county, needs_approval=True, capacity=1)
    asked, _actor = make_sign_up(found)
    with pytest.raises(Refused, match="名额"):
        make_enrolment(found)
    services.enrol(training_class=found, person=asked.person, by=SYSTEM)
    asked.refresh_from_db()
    assert asked.state == SignUpState.ACCEPTED


def test_closing_lapses_what_waits(world):
    found = make_open_class(world.county, capacity=1)
    make_sign_up(found)
    waiting, _actor = make_sign_up(found)
    services.cancel_class(training_class=found, reason="场地停用", by=SYSTEM)
    waiting.refresh_from_db()
    assert waiting.state == SignUpState.LAPSED


def test_a_learner_leaves_before_the_class_begins_and_not_after(world):
    found = make_open_class(world.county)
    asked, actor = make_sign_up(found)
    enrolment = found.enrolments.get(person=asked.person)
    services.plan_session(
        training_class=found,
        title="第一课",
        starts_at=timezone.make_aware(dt.datetime.combine(found.starts_on, dt.time(9))),
        ends_at=timezone.make_aware(dt.datetime.combine(found.starts_on, dt.time(12))),
        by=SYSTEM,
    )
    with (
        clock.at(timezone.make_aware(dt.datetime.combine(found.starts_on, dt.time(10)))),
        pytest.raises(Refused, match="已经开始"),
    ):
        services.withdraw_own(enrolment=enrolment, reason="出差", kind="work", by=actor)
    left = services.withdraw_own(enrolment=enrolment, reason="出差", kind="work", by=actor)
    assert (left.state, left.withdrawn_kind) == (EnrolmentState.WITHDRAWN, "work")
    assert SignUp.objects.get().state == SignUpState.WITHDRAWN


def test_a_transfer_is_both_or_neither(world):
    one, other = make_class(world.county, capacity=1), make_class(world.county, capacity=1)
    moved = make_enrolment(one)
    blocker = make_enrolment(other)
    with pytest.raises(Refused, match="名额"):
        services.transfer(enrolment=moved, to=other, reason="时间冲突", by=SYSTEM)
    moved.refresh_from_db()
    assert moved.state == EnrolmentState.ENROLLED
    services.withdraw(enrolment=blocker, reason="调走", kind="post", by=SYSTEM)
    entered = services.transfer(enrolment=moved, to=other, reason="时间冲突", by=SYSTEM)
    assert services.transfer(enrolment=moved, to=other, reason="时间冲突", by=SYSTEM) == entered
    assert entered.came_from == moved
    moved.refresh_from_db()
    assert (moved.state, moved.withdrawn_kind) == (EnrolmentState.WITHDRAWN, "transfer")
    kinds = list(Line.objects.filter(person=moved.person).order_by("position").values_list("kind", "occasion"))
    assert kinds == [("enrolled", one.uuid), ("withdrawn", one.uuid), ("enrolled", other.uuid)]


def test_leave_is_asked_answered_shown_and_makes_no_line(world):
    found = make_class(world.county)
    person, actor = make_learner(world.township)
    enrolment = make_enrolment(found, person)
    session = make_future_session(found)
    before = Line.objects.count()
    (asked,) = services.ask_leave(enrolment=enrolment, sessions=[session], reason="下乡核查", by=actor)
    assert services.ask_leave(enrolment=enrolment, sessions=[session], reason="下乡核查", by=actor) == [asked]
    with pytest.raises(Missing):
        services.answer_leave(leave=asked, granted=True, by=make_actor("class_manager", world.other_county))
    manager = make_client(make_user("class_manager", world.county))
    assert "下乡核查" in manager.get(reverse("courses:leave_list")).content.decode()
    manager.post(reverse("courses:leave_answer", args=[asked.uuid]), {"grant": "1"})
    asked.refresh_from_db()
    assert asked.state == LeaveState.GRANTED
    assert "已准假" in manager.get(reverse("courses:attendance", args=[session.uuid])).content.decode()
    assert Line.objects.count() == before
    services.withdraw_leave(leave=asked, by=actor)
    (anew,) = services.ask_leave(enrolment=enrolment, sessions=[session], reason="家中有事", by=actor)
    with pytest.raises(BadInput):
        services.answer_leave(leave=anew, granted=False, by=SYSTEM)
    services.answer_leave(leave=anew, granted=False, reply="必修课", by=SYSTEM)
    assert LeaveRequest.objects.count() == 2


def test_leave_cannot_be_asked_for_what_is_over(world):
    found = make_class(world.county)
    person, actor = make_learner(world.township)
    enrolment = make_enrolment(found, person)
    session = make_session(found)
    with clock.at(session.ends_at), pytest.raises(Refused):
        services.ask_leave(enrolment=enrolment, sessions=[session], reason="忘了", by=actor)


def test_a_learner_signs_up_queues_and_cancels_on_the_pages(world):
    found = make_open_class(world.county, capacity=1)
    make_sign_up(found)
    person, _actor = make_learner(world.township)
    client = make_client(person.user)
    assert found.title in client.get(reverse("courses:open_classes")).content.decode()
    page = client.post(reverse("courses:open_class", args=[found.uuid]), follow=True).content.decode()
    assert "候补第 <b>1</b> 位" in page
    own = SignUp.objects.get(person=person)
    client.post(reverse("courses:sign_up_withdraw", args=[own.uuid]))
    own.refresh_from_db()
    assert own.state == SignUpState.WITHDRAWN


def test_the_host_divides_the_seats_on_the_page(world):
    found = make_open_class(world.prefecture, capacity=5)
    client = make_client(make_user("class_manager", world.prefecture))
    answer = client.post(
        reverse("courses:class_quotas", args=[found.uuid]),
        {f"q{world.county.pk}-0": "2", f"q{world.other_county.pk}-0": "1", "division": "", "seats": ""},
    )
    assert answer.status_code == 302
    assert {q.division_id: q.seats for q in found.quotas.all()} == {world.county.pk: 2, world.other_county.pk: 1}
    assert "鲁甸县" in client.get(reverse("courses:class_sign_ups", args=[found.uuid])).content.decode()


@pytest.mark.parametrize("name", ["approvals", "class_sign_ups", "leave_list"])
def test_lists_ask_as_often_for_three_as_for_thirty(name, world, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = make_open_class(world.county, needs_approval=True)
    session = make_future_session(found)
    client = make_client(make_user("class_manager", world.county))
    args = [found.uuid] if name == "class_sign_ups" else []

    def more(count):
        for _ in range(count):
            person, actor = make_learner(world.county)
            services.sign_up(training_class=found, person=person, by=actor)
            if name == "leave_list":
                enrolment = services.enrol(training_class=found, person=person, by=SYSTEM)
                services.ask_leave(enrolment=enrolment, sessions=[session], reason="下乡", by=actor)

    def asked():
        client.get(reverse(f"courses:{name}", args=args))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse(f"courses:{name}", args=args))
        return len(seen)

    more(3)
    few = asked()
    more(20)
    assert asked() == few


def test_an_export_holds_what_was_asked_and_an_erasure_leaves_no_words(world):
    from lms.people import services as people

    found = make_open_class(world.county)
    person, actor = make_learner(world.county)
    services.sign_up(training_class=found, person=person, note="膝伤未愈", by=actor)
    session = make_future_session(found)
    services.ask_leave(enrolment=found.enrolments.get(person=person), sessions=[session], reason="复诊", by=actor)
    said = str(people.export_own_data(person=person, by=actor))
    assert "膝伤未愈" in said
    assert "复诊" in said
    people.erase(person=person, reason="本人申请", by=SYSTEM)
    left = str(list(SignUp.objects.values())) + str(list(LeaveRequest.objects.values()))
    assert "膝伤未愈" not in left
    assert "复诊" not in left

"""What concurrency may not break, with real threads on a committed database."""

from __future__ import annotations

import pytest

from exams import services
from exams.models import Attempt, Regrade, RegradeChange, Response, SittingSeat
from exams.services import Given
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import Refused
from lms.ledger.models import Line
from tests.factories import exams as make
from tests.factories.threads import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_starts_one_attempt():
    paper, person = make.paper(max_attempts=1), make.learner()
    me = make.actor_of(person)
    got = together(*[lambda: services.start_attempt(paper=paper, person=person, by=me)] * 6)
    assert len({attempt.pk for attempt in got}) == 1
    assert Attempt.objects.count() == 1 and Response.objects.count() == 4
    assert AuditEvent.objects.filter(verb="exams.attempt.started").count() == 1


def test_submitting_at_once_from_everywhere_marks_and_posts_once():
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    services.save_response(attempt=attempt, item_number=1, sequence=1, answer="B", by=me)
    got = together(*[lambda: services.submit_attempt(attempt=attempt, by=me)] * 4)
    assert {result.points for result in got} == {100}
    assert Line.objects.filter(kind="scored").count() == 1
    assert AuditEvent.objects.filter(verb="exams.attempt.submitted").count() == 1


def test_autosaves_in_any_order_leave_the_highest_sequence():
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    letters = "ABCD"

    def save(sequence):
        return lambda: services.save_answers(
            attempt_uuid=attempt.uuid, answers=[Given(1, sequence, (letters[sequence % 4],))], window="", by=me, user_id=me.user_id
        )

    receipts = together(*[save(sequence) for sequence in range(12, 0, -1)])
    assert all(receipt.saved for receipt in receipts)
    assert Response.objects.values_list("sequence", "answer").get(attempt=attempt, number=1) == (12, ["A"])


def test_what_was_acknowledged_is_what_is_marked():
    """Saves race a submission: each acknowledged as open is in the marked answer, each later one is refused."""
    for _round in range(5):
        attempt = make.attempt()
        me = make.actor_of(attempt.person)

        def save(number, sequence, attempt=attempt, me=me):
            return lambda: services.save_answers(
                attempt_uuid=attempt.uuid, answers=[Given(number, sequence, ("B",))], window="", by=me, user_id=me.user_id
            )

        def hand_in(attempt=attempt, me=me):
            return services.submit_attempt(attempt=attempt, by=me)

        receipts = together(save(1, 1), save(2, 1), hand_in, save(1, 2), save(2, 2))
        assert not [r for r in receipts if isinstance(r, Exception)], receipts
        for number in (1, 2):
            stands = Response.objects.get(attempt=attempt, number=number)
            saved = [r.saved[number] for place, r in enumerate(receipts) if place != 2 and number in r.saved]
            assert stands.sequence == max(saved, default=0)
            assert stands.points == (100 if stands.sequence else 0)


def test_a_seat_is_taken_by_one_of_many_who_click_at_once():
    sitting = make.sitting(seats=3)
    persons = [make.consenting_learner(sitting.division) for _ in range(8)]
    got = together(*[lambda p=p: services.take_seat(sitting=sitting, person=p, by=make.actor_of(p)) for p in persons])
    seated = [seat for seat in got if isinstance(seat, SittingSeat)]
    assert len(seated) == 3 and sorted(seat.number for seat in seated) == [1, 2, 3]
    assert all(isinstance(one, (SittingSeat, Refused)) for one in got), got
    assert SittingSeat.objects.filter(sitting=sitting, released_at__isnull=True).count() == 3


def test_one_person_who_clicks_at_once_has_one_seat():
    sitting = make.sitting()
    person = make.consenting_learner(sitting.division)
    got = together(*[lambda: services.take_seat(sitting=sitting, person=person, by=make.actor_of(person))] * 6)
    assert len({seat.pk for seat in got}) == 1 and SittingSeat.objects.count() == 1


def test_the_maximum_of_attempts_holds_when_all_click_at_once():
    """After the one attempt allowed, eight clicks begin nothing; with one more granted, eight clicks begin one."""
    seat = make.seat()
    me = make.actor_of(seat.person)
    first = together(*[lambda: services.start_in_sitting(seat=seat, by=me)] * 6)
    assert len({attempt.pk for attempt in first}) == 1
    services.submit_attempt(attempt=first[0], by=me)
    refused = together(*[lambda: services.start_in_sitting(seat=seat, by=me)] * 6)
    assert all(isinstance(one, Refused) for one in refused), refused
    services.grant(seat=seat, reason="设备故障", extra_attempts=1, by=make.SYSTEM)
    again = together(*[lambda: services.start_in_sitting(seat=seat, by=me)] * 6)
    assert len({attempt.pk for attempt in again}) == 1
    assert Attempt.objects.filter(sitting=seat.sitting).count() == 2


def test_the_maximum_of_a_paper_holds_when_all_click_at_once():
    paper, person = make.paper(max_attempts=2), make.learner()
    me = make.actor_of(person)
    services.submit_attempt(attempt=make.attempt(person, paper), by=me)
    got = together(*[lambda: services.start_attempt(paper=paper, person=person, by=me)] * 6)
    assert len({attempt.pk for attempt in got}) == 1
    services.submit_attempt(attempt=got[0], by=me)
    assert all(
        isinstance(one, Refused) for one in together(*[lambda: services.start_attempt(paper=paper, person=person, by=me)] * 6)
    )
    assert Attempt.objects.filter(paper=paper).count() == 2


def test_two_rulings_at_once_change_the_score_one_after_the_other():
    attempt = make.sat()
    got = together(*[lambda: services.rule_on_attempt(attempt=attempt, outcome="voided", reason="核实", by=make.SYSTEM)] * 4)
    assert sum(1 for one in got if isinstance(one, Refused)) == 3, got
    assert Line.objects.filter(source_uuid=attempt.uuid).count() == 2  # the score and its counter-line


def test_a_correction_under_way_misses_no_marking():
    """Submissions race the approval of a regrade: whatever the order, everybody ends with the corrected points."""
    paper = make.paper()
    attempts = [make.attempt(on=paper) for _ in range(6)]
    for attempt in attempts:
        services.save_response(attempt=attempt, item_number=1, sequence=1, answer="C", by=make.actor_of(attempt.person))
    version = paper.paper_items.get(number=1).item_version
    regrade = services.propose_regrade(version=version, remedy="keys", keys=["C"], reason="有误", by=make.actor("trainer", "/"))

    def hand_in(attempt):
        return lambda: services.submit_attempt(attempt=attempt, by=make.actor_of(attempt.person))

    def approve():
        for _once_more in range(20):
            try:
                return services.approve_regrade(regrade=regrade, by=make.actor("reviewer", "/"))
            except Refused:  # somebody handed in since the preview
                regrade.refresh_from_db()
        raise AssertionError("never approved")

    got = together(*[hand_in(a) for a in attempts[:3]], approve, *[hand_in(a) for a in attempts[3:]])
    assert not [r for r in got if isinstance(r, Exception)], got
    regrade.refresh_from_db()
    assert regrade.state == "applied"
    assert set(Attempt.objects.values_list("points", flat=True)) == {100}
    for attempt in attempts:
        assert Line.objects.standing().get(source_uuid=attempt.uuid, kind="scored").facts["points"] == "1"


def test_two_workers_apply_a_regrade_once():
    paper = make.paper()
    for _ in range(5):
        attempt = make.attempt(on=paper)
        services.save_response(attempt=attempt, item_number=1, sequence=1, answer="C", by=make.actor_of(attempt.person))
        services.submit_attempt(attempt=attempt, by=make.actor_of(attempt.person))
    version = paper.paper_items.get(number=1).item_version
    regrade = services.propose_regrade(version=version, remedy="void", reason="有误", by=make.actor("trainer", "/"))
    Regrade.objects.filter(pk=regrade.pk).update(
        state="approved", effective_at=clock.now(), decided_at=clock.now(), decided_by=make.actor("reviewer").uuid
    )
    regrade.refresh_from_db()
    got = together(*[lambda: services.apply_regrade(regrade=regrade, by=make.SYSTEM)] * 3)
    assert sum(got) == 5 and RegradeChange.objects.count() == 5
    assert Line.objects.filter(kind="scored", sign=1).count() == 10 and Line.objects.standing().count() == 5

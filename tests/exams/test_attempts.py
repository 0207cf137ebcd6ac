"""Attempts: begun once, saved last by sequence, submitted once, marked by the named rule, posted once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from exams import services
from exams.models import Attempt, AttemptTrace, Response
from exams.services import Given
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


def give(attempt, number, answer, sequence=1, **kwargs):
    return services.save_response(
        attempt=attempt,
        item_number=number,
        sequence=sequence,
        answer=answer,
        by=make.actor_of(attempt.person),
        **kwargs,
    )


def finish(attempt):
    return services.submit_attempt(attempt=attempt, by=make.actor_of(attempt.person))


def answer_of(attempt, number):
    return Response.objects.values_list("answer", flat=True).get(attempt=attempt, number=number)


def test_start_sets_every_item_of_the_paper():
    attempt = make.attempt()
    assert list(attempt.responses.values_list("number", "answer", "sequence", "points", "points_full")) == [
        (1, [], 0, None, 100),
        (2, [], 0, None, 100),
        (3, [], 0, None, 200),
        (4, [], 0, None, 200),
    ]
    assert attempt.deadline_at - attempt.started_at == dt.timedelta(minutes=30)
    assert AuditEvent.objects.filter(verb="exams.attempt.started", record_uuid=attempt.uuid).count() == 1


def test_start_twice_is_the_same_attempt():
    attempt = make.attempt()
    assert make.attempt(attempt.person, attempt.paper) == attempt
    assert Attempt.objects.count() == 1


def test_start_is_refused_to_others_and_outside_the_papers_division():
    person, other = make.learner(), make.learner()
    paper = make.paper()
    with pytest.raises(Missing):
        services.start_attempt(paper=paper, person=person, by=make.actor_of(other))
    elsewhere = make.paper(make.division("510104", "/51/5101/510104/"))
    with pytest.raises(Missing):
        services.start_attempt(paper=elsewhere, person=person, by=make.actor_of(person))


def test_maximum_attempts_hold():
    paper = make.paper(max_attempts=1)
    attempt = make.attempt(on=paper)
    finish(attempt)
    with pytest.raises(Refused):
        make.attempt(attempt.person, paper)
    assert Attempt.objects.filter(paper=paper).count() == 1


def test_the_database_refuses_a_second_open_attempt():
    attempt = make.attempt()
    attempt.pk, attempt.uuid, attempt.ordinal = None, make.demo_author("x"), 2
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.save(force_insert=True)


def test_last_by_sequence_stands_whatever_the_order_of_arrival():
    attempt = make.attempt()
    give(attempt, 1, "C", sequence=5)
    assert give(attempt, 1, "A", sequence=3).saved == {1: 5}
    assert answer_of(attempt, 1) == ["C"]
    assert give(attempt, 1, "B", sequence=5).saved == {1: 5}  # the same number again changes nothing
    assert answer_of(attempt, 1) == ["C"]
    give(attempt, 1, "D", sequence=6)
    assert answer_of(attempt, 1) == ["D"]


@pytest.mark.parametrize(("sequence", "answer"), [(0, "A"), (-1, "A"), (2**60, "A"), (1, "AA"), (1, "Z"), (1, ["AB"])])
def test_malformed_answers_are_refused(sequence, answer):
    attempt = make.attempt()
    with pytest.raises(BadInput):
        give(attempt, 1, answer, sequence=sequence)
    assert answer_of(attempt, 1) == []


def test_a_number_that_is_not_in_the_paper_is_refused():
    with pytest.raises(BadInput):
        give(make.attempt(), 99, "A")


def test_saving_to_somebody_elses_attempt_is_missing():
    attempt, other = make.attempt(), make.learner()
    with pytest.raises(Missing):
        services.save_response(attempt=attempt, item_number=1, sequence=1, answer="A", by=make.actor_of(other))
    assert answer_of(attempt, 1) == []


def test_marked_by_the_official_rule_and_posted_once():
    attempt = make.attempt()
    give(attempt, 1, "B")  # 1
    give(attempt, 2, "A")  # 0
    give(attempt, 3, "AD")  # 1
    give(attempt, 4, "ABC")  # a wrong one: 0
    done = finish(attempt)
    assert (done.state, done.points, done.full_points, done.has_passed) == ("marked", 200, 600, False)
    assert list(done.responses.values_list("points", flat=True)) == [100, 0, 100, 0]
    line = Line.objects.get(kind="scored")
    assert (line.person, line.occasion, line.slot, line.source_uuid) == (
        attempt.person,
        attempt.paper.uuid,
        str(attempt.uuid),
        attempt.uuid,
    )
    assert line.facts["points"] == "2" and line.facts["full_points"] == "6" and line.facts["passed"] is False
    assert line.facts["rules"] == ["licence-multiple", "licence-single"]
    assert AuditEvent.objects.filter(verb="exams.attempt.submitted", record_uuid=attempt.uuid).count() == 1


def test_submitting_twice_marks_once():
    attempt = make.attempt()
    give(attempt, 1, "B")
    first = finish(attempt)
    again = finish(attempt)
    assert (again.marked_at, again.points) == (first.marked_at, first.points)
    assert Line.objects.filter(kind="scored").count() == 1
    assert AuditEvent.objects.filter(verb="exams.attempt.submitted").count() == 1


def test_nothing_is_saved_after_submission():
    attempt = make.attempt()
    give(attempt, 1, "B")
    finish(attempt)
    with pytest.raises(Refused):
        give(attempt, 1, "C", sequence=9)
    assert answer_of(attempt, 1) == ["B"]
    assert AttemptTrace.objects.filter(kind="late_refused").count() == 1


def test_the_database_refuses_to_change_a_marked_answer():
    attempt = make.attempt()
    finish(attempt)
    with pytest.raises(DatabaseError), transaction.atomic():
        Response.objects.filter(attempt=attempt, number=1).update(answer=["B"], sequence=9, received_at=clock.now())


def test_after_the_deadline_the_servers_clock_rules():
    attempt = make.attempt()
    after = attempt.deadline_at + dt.timedelta(seconds=60)
    with clock.at(after):
        with pytest.raises(Refused):
            give(attempt, 1, "B")
        with pytest.raises(Refused):
            give(attempt, 2, "B", answered_at=after)
        receipt = give(attempt, 3, "ACD", answered_at=attempt.deadline_at - dt.timedelta(seconds=5))
    assert receipt.saved == {3: 1}
    assert list(attempt.responses.values_list("number", "is_late").exclude(sequence=0)) == [(3, True)]
    assert set(AttemptTrace.objects.values_list("kind", flat=True)) == {"late_accepted", "late_refused"}
    with clock.at(attempt.closes_at + dt.timedelta(seconds=1)), pytest.raises(Refused):
        give(attempt, 4, "ACD", answered_at=attempt.deadline_at - dt.timedelta(seconds=5))


def test_overdue_attempts_are_submitted_once_and_only_after_the_grace():
    attempt, fresh = make.attempt(), make.attempt()
    Attempt.objects.filter(pk=fresh.pk).update(
        deadline_at=attempt.deadline_at + dt.timedelta(hours=1), closes_at=attempt.closes_at + dt.timedelta(hours=1)
    )
    give(attempt, 1, "B")
    with clock.at(attempt.closes_at - dt.timedelta(seconds=1)):
        assert services.submit_overdue(by=make.SYSTEM) == 0
    with clock.at(attempt.closes_at + dt.timedelta(seconds=1)):
        assert services.submit_overdue(by=make.SYSTEM) == 1
        assert services.submit_overdue(by=make.SYSTEM) == 0
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_because, attempt.points) == ("marked", "time", 100)
    assert Attempt.objects.get(pk=fresh.pk).state == "open"


def test_starting_again_after_time_ran_out_closes_the_old_attempt():
    attempt = make.attempt()
    with clock.at(attempt.closes_at + dt.timedelta(minutes=1)):
        second = make.attempt(attempt.person, attempt.paper)
    attempt.refresh_from_db()
    assert attempt.state == "marked" and second.ordinal == 2 and second.state == "open"


def test_another_window_is_held_back_until_the_candidate_chooses():
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    assert services.take_window(attempt=attempt, window="one", by=me, insist=False)
    assert not services.take_window(attempt=attempt, window="two", by=me, insist=False)

    def save(window, sequence, letter):
        return services.save_answers(
            attempt_uuid=attempt.uuid, answers=[Given(1, sequence, (letter,))], window=window, by=me, user_id=me.user_id
        )

    assert save("one", 1, "A").saved == {1: 1}
    held = save("two", 2, "B")
    assert (held.state, held.saved) == ("elsewhere", {})
    assert services.take_window(attempt=attempt, window="two", by=me, insist=True)
    assert save("two", 2, "B").saved == {1: 2}
    assert save("one", 3, "C").state == "elsewhere"
    assert answer_of(attempt, 1) == ["B"]
    assert list(AttemptTrace.objects.values_list("kind", flat=True)) == ["opened", "taken_over"]


def test_autosave_is_one_query(django_assert_num_queries):
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    services.take_window(attempt=attempt, window="w", by=me, insist=False)
    with django_assert_num_queries(1):
        services.save_answers(attempt_uuid=attempt.uuid, answers=[Given(1, 1, ("A",))], window="w", by=me, user_id=me.user_id)


@pytest.mark.parametrize("size", [(2, 2), (20, 10)])
def test_starting_and_submitting_take_a_constant_number_of_queries(size, django_assert_max_num_queries):
    paper = make.paper(singles=size[0], multiples=size[1])
    person = make.learner()
    with django_assert_max_num_queries(10):
        attempt = services.start_attempt(paper=paper, person=person, by=make.actor_of(person))
    attempt = Attempt.objects.select_related("person").get(pk=attempt.pk)
    with django_assert_max_num_queries(16 if connection.vendor == "postgresql" else 15):
        services.submit_attempt(attempt=attempt, by=make.actor_of(person))

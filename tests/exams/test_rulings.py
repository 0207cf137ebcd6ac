"""Rulings: people decide on evidence, with a reason; late answers count or not, marks and ledger follow, the candidate is told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from exams import integrity, services
from exams.models import AttemptRuling, AttemptTrace
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.models import Line
from lms.notices.models import Notice
from tests.factories import exams as make

pytestmark = pytest.mark.django_db


def late_attempt():
    """1 in time and right; 2 within the grace, right; 3 refused after the grace though given in time, right (ACD)."""
    attempt = make.attempt()
    me = make.actor_of(attempt.person)
    just_before = attempt.deadline_at - dt.timedelta(seconds=9)

    def give(number, answer, at):
        with clock.at(at):
            return services.save_answers(
                attempt_uuid=attempt.uuid,
                answers=[services.Given(number, 1, tuple(answer), just_before)],
                window="",
                by=me,
                user_id=me.user_id,
            )

    give(1, "B", attempt.started_at + dt.timedelta(minutes=1))
    give(2, "B", attempt.deadline_at + dt.timedelta(minutes=1))
    give(3, "ACD", attempt.closes_at + dt.timedelta(minutes=1))
    with clock.at(attempt.closes_at + dt.timedelta(minutes=2)):
        return services.submit_attempt(attempt=attempt, by=make.SYSTEM)


def standing_points(attempt):
    return [line.facts["points"] for line in Line.objects.standing().filter(kind="scored", source_uuid=attempt.uuid)]


def rule(attempt, outcome, numbers=(), by=make.SYSTEM, reason="网络中断有记录"):
    return services.rule_on_attempt(attempt=attempt, outcome=outcome, reason=reason, numbers=numbers, by=by)


def test_late_answers_are_reviewed_one_way_and_the_other():
    attempt = late_attempt()
    assert attempt.points == 200 and standing_points(attempt) == ["2"]
    late = services.late_answers(attempt)
    assert {n: (k["taken"], k["counts"], "".join(k["answer"])) for n, k in late.items()} == {
        2: (True, True, "B"),
        3: (False, False, "ACD"),
    }
    ruling = rule(attempt, "count_late", [3])
    attempt.refresh_from_db()
    assert (ruling.points_before, ruling.points_after, attempt.points, attempt.has_passed) == (200, 400, 400, True)
    assert standing_points(attempt) == ["4"] and Line.objects.filter(source_uuid=attempt.uuid).count() == 3
    assert attempt.responses.get(number=3).answer == []  # what the server had stays as it was
    rule(attempt, "drop_late", [2])
    rule(attempt, "drop_late", [3], reason="核查后认定不计")
    attempt.refresh_from_db()
    assert attempt.points == 100 and standing_points(attempt) == ["1"]
    rule(attempt, "count_late", [2, 3])
    attempt.refresh_from_db()
    assert attempt.points == 400 and standing_points(attempt) == ["4"]
    assert attempt.points == sum(attempt.responses.values_list("points", flat=True))
    assert Notice.objects.filter(user=attempt.person.user, kind="exam.ruled").count() == 4
    assert AuditEvent.objects.filter(verb="exams.attempt.late_counted").count() == 2


@pytest.mark.parametrize("numbers", [[], [1], [3], [99]])
def test_only_a_late_answer_that_counts_can_be_dropped(numbers):
    with pytest.raises(BadInput):
        rule(late_attempt(), "drop_late", numbers)
    assert not AttemptRuling.objects.exists()


def test_voided_counts_for_nothing_and_restored_counts_again():
    attempt = late_attempt()
    rule(attempt, "voided")
    assert standing_points(attempt) == []
    attempt.refresh_from_db()
    assert attempt.voided_at is not None and attempt.state == "marked"
    with pytest.raises(Refused):
        rule(attempt, "voided")
    rule(attempt, "count_late", [3])  # while void the score changes, and still counts for nothing
    assert standing_points(attempt) == []
    rule(attempt, "restored")
    assert standing_points(attempt) == ["4"]


def test_who_may_rule():
    attempt = late_attempt()
    with pytest.raises(Missing):
        rule(attempt, "clear", by=make.actor("class_manager", "/51/"))
    with pytest.raises(Missing):
        rule(attempt, "voided", by=make.actor("class_manager"))
    with pytest.raises(BadInput):
        rule(attempt, "clear", reason=" ", by=make.actor("class_manager"))
    rule(attempt, "clear", by=make.actor("class_manager"))
    assert standing_points(attempt) == ["2"]
    own = make.actor_of(attempt.person)
    self_ruler = type(own)(uuid=own.uuid, label=own.label, user_id=own.user_id, grants=make.actor("reviewer").grants)
    with pytest.raises(Refused, match="自己"):
        rule(attempt, "clear", by=self_ruler)
    with pytest.raises(Refused, match="交卷"):
        rule(make.attempt(), "clear")


def test_the_database_keeps_a_ruling():
    ruling = rule(late_attempt(), "reminded")
    for change in ({"outcome": "voided"}, {"ruled_by": make.demo_author("x")}):
        with pytest.raises(DatabaseError), transaction.atomic():
            AttemptRuling.objects.filter(pk=ruling.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ruling.delete()
    assert AttemptRuling.objects.filter(pk=ruling.pk).update(reason="（已抹除）") == 1


def moments(*gaps):
    now = dt.datetime(2026, 5, 23, 9, tzinfo=dt.UTC)
    found = [now]
    for gap in gaps:
        found.append(found[-1] + dt.timedelta(seconds=gap))
    return found


@pytest.mark.parametrize(
    ("gaps", "striking"), [([1] * 20, True), ([30] * 20, False), ([1] * 5, False), ([1] * 10 + [40] * 11, False), ([], False)]
)
def test_an_impossible_pace_is_noted_in_proportion(gaps, striking):
    assert integrity.pace(reversed(moments(*gaps))).is_striking is striking


def test_an_impossible_pace_leaves_a_note_and_no_verdict():
    paper = make.paper(singles=10, multiples=2)
    attempt = make.attempt(on=paper)
    me = make.actor_of(attempt.person)
    answers = [services.Given(n, 1, ("B",), at) for n, at in enumerate(moments(*[1] * 11), 1)]
    services.save_answers(attempt_uuid=attempt.uuid, answers=answers, window="", by=me, user_id=me.user_id)
    done = services.submit_attempt(attempt=attempt, by=me)
    assert done.points == 1000 and done.has_passed is not None
    note = AttemptTrace.objects.get(kind="too_fast")
    assert note.details == {"answers": 12, "quick": 11, "median": 1.0}

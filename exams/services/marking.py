"""Marking of a whole attempt inside the transaction that closes it: one read, two updates, one audit event, one line."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import F, Q, Sum
from django.urls import reverse

from exams import corrections, rules
from exams.models import Attempt, EssayScript, MarkingRule, PaperItem, Response
from exams.services.practice import Result
from exams.states import ATTEMPT_EVENTS, AttemptState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind, Mode
from lms.notices import services as notices


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """How one numbered item of a paper is marked; an essay is never marked here."""

    key: rules.AnswerKey
    points: int
    rule: rules.Marking | None  # None: an essay, people mark it
    rule_code: str
    item_id: int
    kind: str

    def mark(self, answer: Collection[str], corrected: Sequence[corrections.Correction] = ()) -> int:
        """Hundredths earned by an answer, the corrections that stand for the item laid over its key."""
        rule = self.rule
        if rule is None:
            raise ValueError("an essay is marked by people")
        before = rules.mark(rule, answer, self.key, self.points)
        if not corrected:
            return before
        return corrections.points_after(corrected, before, self.points, lambda keys: rules.mark(rule, answer, keys, self.points))


def mark_attempt(attempt: Attempt, *, by: Actor) -> list[Result]:
    """Mark a locked attempt whose state is ``submitted``, and post its score. Only ``submit_attempt`` calls it.

    Essays that say something go to their markers, and the attempt waits in ``submitted`` until the last of them is settled.
    Returns what became of each answer: nobody need read them again.
    """
    corrections.hold_keys([attempt.paper_id], alone=False)
    scheme, corrected = marking_of(attempt.paper.uuid), corrections.of_paper(attempt.paper_id)
    # locking waits for a save that is under way, and makes the next one find its row marked
    rows = Response.objects.select_for_update(no_key=True).filter(attempt_id=attempt.pk).order_by("number")
    answers = list(rows.values_list("number", "answer", "answered_at"))
    written = [number for number, answer, _at in answers if answer and scheme[number].rule is None]
    earned = {
        number: 0 if scheme[number].rule is None else scheme[number].mark(answer, corrected.get(number, ()))
        for number, answer, _at in answers
        if number not in written
    }
    _keep_points(attempt, earned)
    if written:
        hand_to_markers(attempt, written)
    else:
        attempt.points = sum(earned.values())
        attempt.has_passed = attempt.points >= attempt.pass_points
        attempt.marked_at = attempt.submitted_at
        attempt.state = AttemptState.MARKED
    attempt.save(update_fields=["state", "submitted_at", "submitted_because", "marked_at", "points", "has_passed"])
    audit.record(
        ATTEMPT_EVENTS[AttemptState.SUBMITTED],
        attempt,
        by=by,
        division_path=attempt.division.path,
        because=attempt.submitted_because,
        marked=not written,
    )
    if not written:
        post_score(attempt, by=by)
    return [
        Result(item.item_id, item.kind, not answer, earned.get(number) == item.points, at)
        for number, answer, at in answers
        for item in (scheme[number],)
    ]


def _keep_points(attempt: Attempt, earned: Mapping[int, int]) -> None:
    """One statement for all answers, written out: eighty of them cost the ORM more than the database."""
    if not earned:
        return
    by_points: dict[int, list[int]] = {}
    for number, points in earned.items():
        by_points.setdefault(points, []).append(number)
    whens = " ".join(f"WHEN number IN ({', '.join(['%s'] * len(numbers))}) THEN %s" for numbers in by_points.values())
    told = [value for points, numbers in by_points.items() for value in (*numbers, points)]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE exams_response SET points = CASE {whens} END WHERE attempt_id = %s", [*told, attempt.pk])  # noqa: S608


def hand_to_markers(attempt: Attempt, numbers: Collection[int]) -> None:
    """Make a script of each written essay, under the rule of its part as it is now; nothing is saved in it any more."""
    rows = PaperItem.objects.filter(paper_id=attempt.paper_id, number__in=numbers).select_related("section__essay_rule")
    essay_rules = {row.number: row.section.essay_rule for row in rows}
    responses = list(Response.objects.filter(attempt_id=attempt.pk, number__in=numbers))
    Response.objects.filter(pk__in=[response.pk for response in responses]).update(awaits_marker=True)
    scripts = []
    for response in responses:
        rule = essay_rules[response.number]
        assert rule is not None and attempt.submitted_at is not None
        scripts.append(
            EssayScript(
                response=response,
                paper_id=attempt.paper_id,
                full_points=response.points_full,
                rule=rule,
                method=rule.method,
                third_over=rules.third_over(response.points_full, rule.third_over_percent),
                handed_in_at=attempt.submitted_at,
            )
        )
    EssayScript.objects.bulk_create(scripts)


def finish_attempt(attempt: Attempt, *, by: Actor) -> Attempt:
    """Close a locked attempt whose last essay is settled: sum, post, tell the candidate."""
    attempt.points = Response.objects.filter(attempt_id=attempt.pk).aggregate(sum=Sum("points"))["sum"] or 0
    attempt.has_passed = attempt.points >= attempt.pass_points
    attempt.marked_at = clock.now()
    attempt.state = AttemptState.MARKED
    attempt.save(update_fields=["state", "marked_at", "points", "has_passed"])
    audit.record(ATTEMPT_EVENTS[AttemptState.MARKED], attempt, by=by, division_path=attempt.division.path)
    post_score(attempt, by=by)
    if not attempt.tells_score:  # a sitting tells everybody when its results are released
        return attempt
    notices.tell(
        [attempt.person],
        kind="exam.marked",
        facts={"paper": attempt.paper.title},
        url=reverse("exams:attempt_result", args=[attempt.uuid]),
        key=f"exam.marked:{attempt.uuid}",
        by=by,
    )
    return attempt


@lru_cache(maxsize=256)
def marking_of(paper_uuid: uuid.UUID) -> dict[int, MarkedItem]:
    """The scheme of an open paper; kept, because nothing of it changes once an attempt exists."""
    rows = PaperItem.objects.filter(paper__uuid=paper_uuid).select_related(
        "item_version", "section__rule", "section__essay_rule", "rule"
    )
    scheme = {}
    for row in rows:
        rule, essay_rule = row.rule or row.section.rule, row.section.essay_rule
        version = row.item_version
        key = rules.AnswerKey(tuple(version.keys), tuple(version.accepted), version.tolerance)
        marking = rules.Marking(rule.method, rule.parameters) if rule else None
        code = rule.code if rule else essay_rule.code if essay_rule else ""
        scheme[row.number] = MarkedItem(key, row.points, marking, code, version.item_id, version.kind)
    return scheme


def usual_rules(on: dt.date | None = None) -> dict[str, MarkingRule]:
    """By kind: the rule that marks it where a part of a paper says nothing. Essays have none: people mark them."""
    day = on or clock.today()
    valid = MarkingRule.objects.exclude(usual_for="").filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    return {rule.usual_for: rule for rule in valid.order_by(F("valid_from").asc(nulls_first=True))}


def score_key(attempt: Attempt, again: str = "") -> str:
    """The ledger key of an attempt's score; ``again`` tells a later one apart."""
    return f"exams.attempt:{attempt.uuid}:scored" + (f":{again}" if again else "")


def post_score(attempt: Attempt, *, by: Actor, again: str = "") -> None:
    """Post the score as it stands now. Whoever corrects one reverses the line before and posts ``again`` under a new key."""
    ledger.post([score_draft(attempt, again)], by=by)


def score_draft(attempt: Attempt, again: str = "") -> ledger.Draft:
    """The line of an attempt's score as it stands now."""
    rule_codes = sorted({item.rule_code for item in marking_of(attempt.paper.uuid).values()})
    assert attempt.submitted_at is not None and attempt.points is not None
    participation = attempt.participation
    return ledger.Draft(
        key=score_key(attempt, again),
        kind=Kind.SCORED,
        source_label="exams.attempt",
        source_uuid=attempt.uuid,
        happened_from=attempt.started_at,
        happened_to=attempt.submitted_at,
        person=attempt.person,
        division=attempt.division,
        occasion_label="exams.paper",
        occasion=attempt.paper.uuid,
        slot=str(attempt.uuid),
        category=participation.category if participation else None,
        programme=participation.programme if participation else None,
        mode=Mode.ONLINE,
        topic=attempt.paper.subject,
        facts={
            "points": str(rules.as_points(attempt.points)),
            "full_points": str(rules.as_points(attempt.full_points)),
            "pass_points": str(rules.as_points(attempt.pass_points)),
            "passed": attempt.has_passed,
            "rules": rule_codes,
            "ordinal": attempt.ordinal,
        },
        evidence={"attempt": attempt.uuid, "points": attempt.points, "submitted_at": attempt.submitted_at.isoformat()},
    )

"""Human rulings on the evidence of an attempt. Each is a row with its reason; what it changes it changes through the ledger."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import corrections
from exams.models import Attempt, AttemptRuling, Response
from exams.services.marking import marking_of, post_score
from exams.sitting_states import OUTCOMES, Outcome
from exams.states import AttemptState, TraceKind
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import selectors as lines
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.notices import services as notices


def rule_on_attempt(*, attempt: Attempt, outcome: str, reason: str, by: Actor, numbers: Collection[int] = ()) -> AttemptRuling:
    """Decide on an attempt that is handed in. The candidate is told and reads the reason.

    ``COUNT_LATE`` counts answers that came after the grace, ``DROP_LATE`` leaves out answers taken within it (``numbers``): both
    mark again, reverse the line and post anew. ``VOIDED`` reverses the line, ``RESTORED`` posts it again. Refuses one's own
    attempt, an open one, and numbers without a late answer.
    """
    roles, names_answers, event = OUTCOMES[Outcome(outcome)]
    if not by.covers(attempt.division.path, *roles):
        raise Missing(_("没有找到。"))
    if by.user_id is not None and attempt.person.user_id == by.user_id:
        raise Refused(_("不能对自己的作答作出处理。"))
    if not reason.strip():
        raise BadInput(_("请写明理由，考生会看到。"))
    with transaction.atomic():
        locked = (
            Attempt.objects.select_for_update(of=("self",), no_key=True)
            .select_related(
                "paper", "division", "person__organisation", "person__user", "participation__category", "participation__programme"
            )
            .get(pk=attempt.pk)
        )
        if locked.state != AttemptState.MARKED:
            raise Refused(_("交卷并评分以后才能作出处理。"))
        ruling = AttemptRuling(
            attempt=locked,
            outcome=outcome,
            reason=reason.strip()[:500],
            ruled_at=clock.now(),
            ruled_by=by.uuid,
            ruled_label=by.label[:80],
        )
        if names_answers:
            ruling.answers = _answers(locked, outcome, numbers)
            _mark_again(locked, ruling)
        elif outcome == Outcome.VOIDED:
            if locked.voided_at is not None:
                raise Refused(_("这次作答已经作废。"))
            locked.voided_at = clock.now()
        elif outcome == Outcome.RESTORED:
            if locked.voided_at is None:
                raise Refused(_("这次作答没有作废。"))
            locked.voided_at = None
        ruling.save()
        locked.save(update_fields=["points", "has_passed", "voided_at"])
        audit.record(event, locked, by=by, division_path=locked.division.path, numbers=sorted(int(n) for n in ruling.answers))
        _tell(locked, ruling, by)
        _repost(locked, ruling, by)
    return ruling


def late_answers(attempt: Attempt) -> dict[int, dict[str, Any]]:
    """Number → what came late: ``answer``, ``taken`` within the grace or not, and whether it counts now."""
    found: dict[int, dict[str, Any]] = {}
    for trace in attempt.traces.filter(kind=TraceKind.LATE_REFUSED):
        for number, kept in trace.details.items():
            before = found.get(int(number))
            if before is None or kept["sequence"] > before["sequence"]:
                found[int(number)] = {"answer": kept["answer"], "sequence": kept["sequence"], "taken": False, "counts": False}
    for number, answer, sequence in attempt.responses.filter(is_late=True).values_list("number", "answer", "sequence"):
        if number not in found or sequence >= found[number]["sequence"]:
            found[number] = {"answer": answer, "sequence": sequence, "taken": True, "counts": True}
    standing = set(attempt.responses.values_list("number", flat=True))
    for ruling in attempt.rulings.filter(outcome__in=[Outcome.COUNT_LATE, Outcome.DROP_LATE]):
        for number in ruling.answers:
            if int(number) in found:
                found[int(number)]["counts"] = ruling.outcome == Outcome.COUNT_LATE
    return {number: kept for number, kept in sorted(found.items()) if number in standing}


def _answers(attempt: Attempt, outcome: str, numbers: Collection[int]) -> dict[str, list[str]]:
    """The late answers a ruling is about, as they were given."""
    late = late_answers(attempt)
    wanted = sorted(set(numbers))
    counts = outcome == Outcome.COUNT_LATE
    if not wanted or any(number not in late or late[number]["counts"] == counts for number in wanted):
        raise BadInput(_("请勾选要处理的迟到答案。"))
    return {str(number): list(late[number]["answer"]) for number in wanted}


def _mark_again(attempt: Attempt, ruling: AttemptRuling) -> None:
    """The answers themselves stay as the server had them; what they are worth follows the ruling."""
    corrections.hold_keys([attempt.paper_id], alone=False)
    scheme, corrected = marking_of(attempt.paper.uuid), corrections.of_paper(attempt.paper_id)
    before = dict(
        Response.objects.select_for_update(no_key=True)
        .filter(attempt=attempt, number__in=ruling.answers)
        .values_list("number", "points")
    )
    stands = dict(attempt.responses.filter(number__in=ruling.answers, is_late=False).values_list("number", "answer"))
    change = 0
    for key, answer in ruling.answers.items():
        number = int(key)
        chosen = answer if ruling.outcome == Outcome.COUNT_LATE else stands.get(number, [])
        item = scheme[number]
        points = item.mark(chosen, corrected.get(number, ()))
        Response.objects.filter(attempt=attempt, number=number).update(points=points)
        change += points - (before[number] or 0)
    assert attempt.points is not None
    ruling.points_before, ruling.points_after = attempt.points, attempt.points + change
    attempt.points += change
    attempt.has_passed = attempt.points >= attempt.pass_points


def _repost(attempt: Attempt, ruling: AttemptRuling, by: Actor) -> None:
    """Last in the transaction: the line that stands is reversed, and a new one posted where the attempt counts."""
    if ruling.outcome in (Outcome.CLEAR, Outcome.REMINDED):
        return
    for line in lines.standing_lines_from("exams.attempt", [attempt.uuid], kinds=[Kind.SCORED]):
        ledger.reverse(line, reason=ruling.outcome, by=by)
    if attempt.voided_at is None:
        post_score(attempt, by=by, again=str(ruling.uuid))


def _tell(attempt: Attempt, ruling: AttemptRuling, by: Actor) -> None:
    if attempt.person.user is None:
        return
    url = reverse("exams:attempt_receipts", kwargs={"attempt": attempt.uuid})
    facts = {"paper": attempt.paper.title}
    notices.notify_of(user=attempt.person.user, kind="exam.ruled", facts=facts, by=by, url=url, key=f"ruling:{ruling.uuid}")


__all__ = ["late_answers", "rule_on_attempt"]

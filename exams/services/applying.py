"""An approved regrade laid over what was marked before it: chunk by chunk, each whole, safe to run twice and side by side."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from exams import rules
from exams.models import Attempt, Regrade, RegradeChange, Response
from exams.regrade_states import REGRADE_EVENTS, RegradeState
from exams.services.marking import score_draft
from exams.services.previewing import Effect, effects, responses_of
from lms.accounts.models import User
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.core.jobs import Progress
from lms.ledger import selectors as ledger_rows
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.notices import services as notices
from lms.people import selectors as people

CHUNK = 200


def apply_regrade(*, regrade: Regrade, by: Actor, progress: Progress | None = None) -> int:
    """Change every attempt that the regrade touches and that is not changed yet; returns how many were changed now.

    Markings that took the old key had committed before the regrade took effect, so one walk sees them all. Each changed
    attempt gets its row in the trail, its ledger line reversed and posted anew, and its candidate is told, in one
    transaction with the change. Refuses a regrade that nobody approved.
    """
    if regrade.state not in (RegradeState.APPROVED, RegradeState.APPLIED):
        raise Refused(_("这项改分还没有批准。"))
    waiting = [effect.response.pk for effect in effects(regrade, _untouched(regrade)) if effect.delta]
    if progress:
        progress.set_total(len(waiting), _("改分"))
    changed = 0
    for start in range(0, len(waiting), CHUNK):
        part = waiting[start : start + CHUNK]
        changed += _chunk(regrade, part, by)
        if progress:
            progress.advance(len(part))
    with transaction.atomic():
        locked = (
            Regrade.objects.select_for_update(of=("self",), no_key=True)
            .select_related("item_version__item__bank__division")
            .get(pk=regrade.pk)
        )
        if locked.state == RegradeState.APPROVED:
            locked.state, locked.applied_at = RegradeState.APPLIED, clock.now()
            locked.save(update_fields=["state", "applied_at"])
            audit.record(
                REGRADE_EVENTS[RegradeState.APPLIED],
                locked,
                by=by,
                division_path=locked.item_version.item.bank.path,
                changed=locked.changes.count(),
            )
    return changed


def _untouched(regrade: Regrade) -> QuerySet[Response]:
    touched = RegradeChange.objects.filter(regrade=regrade).values("attempt_id")
    return responses_of(regrade.item_version).exclude(attempt_id__in=touched)


def _chunk(regrade: Regrade, response_ids: Sequence[int], by: Actor) -> int:
    """One transaction: attempts locked in their order, changed, told, their lines corrected last."""
    with transaction.atomic():
        ids = Response.objects.filter(pk__in=response_ids).values("attempt_id")
        attempts = {
            attempt.pk: attempt
            for attempt in Attempt.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=ids)
            .select_related(
                "paper", "sitting", "division", "person__organisation", "participation__category", "participation__programme"
            )
            .order_by("pk")
        }
        # read after the lock: another worker may have changed some of them meanwhile
        found = [effect for effect in effects(regrade, _untouched(regrade).filter(pk__in=response_ids)) if effect.delta]
        now = clock.now()
        trail: list[RegradeChange] = []
        by_points: dict[int, list[int]] = {}
        for effect in found:
            attempt = attempts[effect.response.attempt_id]
            trail.append(_change(regrade, attempt, effect))
            by_points.setdefault(effect.after, []).append(effect.response.pk)
        for points, rows in by_points.items():
            Response.objects.filter(pk__in=rows).update(points=points)
        marked = [attempts[row.attempt_id] for row in trail if row.total_after is not None]
        Attempt.objects.bulk_update(marked, ["points", "has_passed"])
        for row in trail:
            row.changed_at = now
        RegradeChange.objects.bulk_create(trail)
        audit.record_many(
            "exams.attempt.regraded",
            [attempts[row.attempt_id] for row in trail],
            by=by,
            path_of=lambda attempt: attempt.division.path,
            regrade=str(regrade.uuid),
        )
        _tell(regrade, attempts, trail, by)
        _correct_ledger(regrade, marked, by)
    return len(trail)


def _change(regrade: Regrade, attempt: Attempt, effect: Effect) -> RegradeChange:
    """The row of the trail, and the attempt in hand brought to its new points."""
    row = RegradeChange(
        regrade=regrade,
        attempt=attempt,
        number=effect.response.number,
        points_before=effect.before,
        points_after=effect.after,
    )
    if attempt.points is not None:
        row.total_before, row.passed_before = attempt.points, attempt.has_passed
        attempt.points += effect.delta
        attempt.has_passed = attempt.points >= attempt.pass_points
        row.total_after, row.passed_after = attempt.points, attempt.has_passed
    return row


def _correct_ledger(regrade: Regrade, attempts: Sequence[Attempt], by: Actor) -> None:
    """Counter-lines of the scores that stood, and the scores as they are now. An attempt without a standing line gets none."""
    by_uuid = {attempt.uuid: attempt for attempt in attempts}
    standing = list(ledger_rows.standing_lines_from("exams.attempt", by_uuid, kinds=[Kind.SCORED]).order_by("pk"))
    ledger.reverse_many(standing, reason=f"regrade {regrade.uuid}", by=by)
    ledger.post([score_draft(by_uuid[line.source_uuid], str(regrade.uuid)) for line in standing], by=by)


def _tell(regrade: Regrade, attempts: dict[int, Attempt], trail: Sequence[RegradeChange], by: Actor) -> None:
    """One notice a changed attempt, to the account of the person or of the record it was merged into."""
    kept = people.canonical_ids()
    persons = {attempt.person_id for attempt in attempts.values()}
    users = {
        user.person.pk: user
        for user in User.objects.filter(person__in=persons | {kept.get(p, p) for p in persons}).select_related("person")
    }
    for row in trail:
        attempt = attempts[row.attempt_id]
        user = users.get(attempt.person_id) or users.get(kept.get(attempt.person_id, 0))
        if user is None or row.total_after is None or not attempt.tells_score:
            continue  # nobody to tell, or nothing told yet: the score comes with the release, corrected already
        notices.notify_of(
            user=user,
            kind="exam.regraded",
            facts={
                "paper": attempt.paper.title,
                "number": row.number,
                "before": rules.as_points(row.total_before or 0),
                "after": rules.as_points(row.total_after),
                "outcome": outcome_text(row),
                "reason": regrade.reason,
            },
            url=reverse("exams:attempt_result", kwargs={"attempt": attempt.uuid}),
            key=f"regrade:{regrade.uuid}:{attempt.uuid}",
            by=by,
        )


def outcome_text(row: RegradeChange) -> str:
    """What the change means for the pass line, as a sentence."""
    if row.passed_after and not row.passed_before:
        return _("改分后您已达到合格分。")
    if row.passed_before and not row.passed_after:
        return _("改分后您的得分低于合格分；如有疑问，可在结果页对该题报错，我们会答复。")
    return _("是否合格没有变化。")


__all__ = ["apply_regrade", "outcome_text"]

"""Who a regrade would move, before it moves anybody: counts, and the attempts that cross the pass line. Changes no attempt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from exams import corrections
from exams.models import AttemptRuling, ItemVersion, PaperItem, Regrade, Response
from exams.services.marking import MarkedItem, marking_of
from exams.sitting_states import Outcome
from exams.states import AttemptState
from lms.core import clock

KEPT = 300  # attempts crossing the line that the preview names; more are counted


@dataclass(frozen=True, slots=True)
class Effect:
    """What a regrade does to one response: hundredths before and after, of the item and of the whole."""

    response: Response
    before: int
    after: int

    @property
    def delta(self) -> int:
        return self.after - self.before

    @property
    def crosses(self) -> int:
        """1 over the line, −1 below it, 0 neither (or not marked yet)."""
        attempt = self.response.attempt
        if attempt.points is None:
            return 0
        now, then = attempt.points >= attempt.pass_points, attempt.points + self.delta >= attempt.pass_points
        return int(then) - int(now)


def responses_of(version: ItemVersion) -> QuerySet[Response]:
    """Responses to a version that have points, in attempts handed in: what a regrade may change."""
    return Response.objects.filter(
        item_version=version,
        points__isnull=False,
        attempt__state__in=[AttemptState.SUBMITTED, AttemptState.MARKED],
    )


def effects(regrade: Regrade, rows: QuerySet[Response] | None = None) -> Iterator[Effect]:
    """The effect on each response, those it leaves alone included. Proposed: as if it were the newest correction."""
    standing = corrections.of_versions([regrade.item_version_id]).get(regrade.item_version_id, [])
    if regrade.effective_at is None:
        standing = [*standing, corrections.as_correction(regrade)]
    schemes: dict[int, MarkedItem] = {}
    chosen = responses_of(regrade.item_version) if rows is None else rows
    ruled = _ruled_answers(regrade.item_version)
    for response in chosen.select_related("attempt__paper").order_by("attempt_id").iterator(chunk_size=2000):
        paper = response.attempt.paper
        if paper.pk not in schemes:
            schemes[paper.pk] = marking_of(paper.uuid)[response.number]
        answer = ruled.get((response.attempt_id, response.number), response.answer)
        yield Effect(response, response.points or 0, schemes[paper.pk].mark(answer, standing))


def _ruled_answers(version: ItemVersion) -> dict[tuple[int, int], list[str]]:
    """Where a ruling counted or dropped a late answer, what counts instead of what stands; the newest ruling last."""
    rulings = AttemptRuling.objects.filter(
        outcome__in=[Outcome.COUNT_LATE, Outcome.DROP_LATE], attempt__responses__item_version=version
    ).distinct()
    found: dict[tuple[int, int], list[str]] = {}
    for ruling in rulings.order_by("pk"):
        for number, answer in ruling.answers.items():
            found[(ruling.attempt_id, int(number))] = list(answer) if ruling.outcome == Outcome.COUNT_LATE else []
    return found


def refresh_preview(regrade: Regrade) -> bool:
    """Count anew and keep what was found. True where it differs from what was kept before."""
    counts = {"attempts": 0, "changed": 0, "gain": 0, "lose": 0, "up": 0, "down": 0}
    crossing: list[list[int]] = []
    for effect in effects(regrade):
        counts["attempts"] += 1
        if not effect.delta:
            continue
        counts["changed"] += 1
        counts["gain" if effect.delta > 0 else "lose"] += 1
        if effect.crosses:
            counts["up" if effect.crosses > 0 else "down"] += 1
            if len(crossing) < KEPT:
                crossing.append([effect.response.attempt_id, effect.delta])
    counts["papers"] = PaperItem.objects.filter(item_version=regrade.item_version).count()
    found = {**counts, "crossing": crossing}
    differs = regrade.counts != found
    with transaction.atomic():
        regrade.counts, regrade.previewed_at = found, clock.now()
        regrade.save(update_fields=["counts", "previewed_at"])
    return differs

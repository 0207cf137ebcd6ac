"""What people is told about exams: attempts, sittings and practice in a person's export; what goes and what stays on erasure.

Attempts, seats and rulings stay by key, as evidence of figures; practice goes, and so does every reason that may tell of a person.
"""

from __future__ import annotations

from typing import Any

from exams.models import (
    Attempt,
    AttemptRuling,
    AttemptTrace,
    Favourite,
    PracticeAnswer,
    PracticeRound,
    SeatGrant,
    SittingSeat,
    WrongEntry,
)
from lms.accounts.models import User
from lms.core.actor import Actor
from lms.people.personal_data import erases, exports, plain


@exports("exams")
def export(ids: set[int]) -> dict[str, Any]:
    attempts = Attempt.objects.filter(person__in=ids).select_related("paper", "sitting").order_by("started_at")
    rulings = AttemptRuling.objects.filter(attempt__person__in=ids).order_by("ruled_at")
    seats = SittingSeat.objects.filter(person__in=ids).select_related("sitting").order_by("taken_at")
    grants = SeatGrant.objects.filter(seat__person__in=ids).order_by("granted_at")
    rounds = PracticeRound.objects.filter(person__in=ids).order_by("started_at")
    wrong = WrongEntry.objects.filter(person__in=ids).select_related("item").order_by("last_wrong_at")
    kept = Favourite.objects.filter(person__in=ids).select_related("item").order_by("kept_at")
    return {
        "attempts": [_attempt(row) for row in attempts],
        "rulings": [plain(row, "outcome", "reason", "ruled_at") for row in rulings],
        "seats": [plain(row, "sitting", "number", "taken_at", "checked_in_at", "released_at", "released_reason") for row in seats],
        "grants": [plain(row, "extra_minutes", "extra_attempts", "window_ends_at", "reason", "granted_at") for row in grants],
        "practice": [plain(row, "mode", "started_at", "finished_at") for row in rounds],
        "wrong_answers": [plain(row, "item", "wrong_times", "right_in_a_row", "last_wrong_at", "removed_at") for row in wrong],
        "favourites": [plain(row, "item", "kept_at") for row in kept],
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    """The score is told when the results are."""
    told = plain(row, "paper", "started_at", "submitted_at", "voided_at")
    return told | (plain(row, "points", "full_points", "has_passed") if row.tells_score else {})


@erases("exams")
def erase(ids: set[int], users: list[User], by: Actor) -> None:
    for model in (PracticeAnswer, PracticeRound):
        lookup = "round__person__in" if model is PracticeAnswer else "person__in"
        model._default_manager.filter(**{lookup: ids}).delete()
    for book in (WrongEntry, Favourite):
        book._default_manager.filter(person__in=ids).delete()
    AttemptRuling.objects.filter(attempt__person__in=ids).update(reason="—")
    SeatGrant.objects.filter(seat__person__in=ids).update(reason="—")
    SittingSeat.objects.filter(person__in=ids).exclude(released_reason="").update(released_reason="—")
    AttemptTrace.objects.filter(attempt__person__in=ids).update(address=None, window="")

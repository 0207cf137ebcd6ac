"""What people is told about learning and reports: what an export holds, what an erasure blanks. Attempts stay, by duty."""

from __future__ import annotations

from typing import Any

from exams.learning_selectors import told_attempts
from exams.models import CardReview, FaultReport, RegradeChange, ReviewCard, StudyPlan
from lms.accounts.models import User
from lms.core.actor import Actor
from lms.people.personal_data import erases, exports, plain


@exports("exam_learning")
def export(ids: set[int]) -> dict[str, Any]:
    """Plan, cards with their reviews, reports of faulty items, and what regrades changed in told scores."""
    return {
        "plans": [plain(row, "exam_on", "daily_minutes", "changed_at") for row in StudyPlan.objects.filter(person_id__in=ids)],
        "cards": [plain(row, "due_at", "reviews", "lapses", "created_at") for row in ReviewCard.objects.filter(person_id__in=ids)],
        "reviews": [
            plain(row, "answer", "is_right", "rating", "seconds", "reviewed_at")
            for row in CardReview.objects.filter(card__person_id__in=ids)
        ],
        "fault_reports": [
            plain(row, "kind", "text", "reported_at", "state", "answer", "answered_at")
            for row in FaultReport.objects.filter(person_id__in=ids)
        ],
        "regrades": [
            plain(row, "number", "points_before", "points_after", "total_before", "total_after", "changed_at")
            for row in RegradeChange.objects.filter(attempt__person_id__in=ids, attempt__in=told_attempts())
        ],
    }


@erases("exam_learning")
def erase(ids: set[int], users: list[User], by: Actor) -> None:
    """Plans and cards serve the learner alone and go; of a report the words go, the answer stays with the item."""
    StudyPlan.objects.filter(person_id__in=ids).delete()
    ReviewCard.objects.filter(person_id__in=ids).delete()
    FaultReport.objects.filter(person_id__in=ids).update(text="")

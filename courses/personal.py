"""What people is told about courses: what an export holds, what an erasure blanks. Feedback leads back to nobody: none is here."""

from __future__ import annotations

from typing import Any

from courses.models import LeaveRequest, SignUp, TrainerProfile, WalkIn
from lms.accounts.models import User
from lms.core.actor import Actor
from lms.people.personal_data import erases, exports, plain


@exports("classes")
def export(ids: set[int]) -> dict[str, Any]:
    """Requests for seats and for leave, what the register says of a trainer, entries at a door."""
    return {
        "sign_ups": [
            plain(row, "training_class", "state", "note", "reply", "asked_at")
            for row in SignUp.objects.filter(person__in=ids).select_related("training_class")
        ],
        "leave": [
            plain(row, "session", "state", "reason", "reply", "asked_at")
            for row in LeaveRequest.objects.filter(enrolment__person__in=ids).select_related("session")
        ],
        "trainer": [plain(row, "topics", "introduction") for row in TrainerProfile.objects.filter(person__in=ids)],
        "walk_ins": [
            plain(row, "session", "name", "unit", "entered_at")
            for row in WalkIn.objects.filter(person__in=ids).select_related("session")
        ],
    }


@erases("classes")
def erase(ids: set[int], users: list[User], by: Actor) -> None:
    """Free texts and names go; that somebody asked, was away or came stays, without who."""
    SignUp.objects.filter(person__in=ids).update(note="")
    SignUp.objects.filter(person__in=ids).exclude(reply="").update(reply="—")
    LeaveRequest.objects.filter(enrolment__person__in=ids).update(reason="—")
    LeaveRequest.objects.filter(enrolment__person__in=ids).exclude(reply="").update(reply="—")
    TrainerProfile.objects.filter(person__in=ids).update(topics=[], introduction="")
    WalkIn.objects.filter(person__in=ids).update(name="", unit="")

"""What waits in supervision: for supervisors drafts to sign, for supervisees records to confirm, for offices disputes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.roles import OFFICE, Role
from lms.core.actor import Actor
from lms.core.waiting import Task
from lms.people.selectors import person_of
from lms.supervision import selectors
from lms.supervision.models import Attendance
from lms.supervision.states import Answer, SessionStatus


def tasks(actor: Actor) -> list[Task]:
    found: list[Task] = []
    person = person_of(actor)
    if person is not None and actor.has(Role.SUPERVISOR):
        drafts = selectors.sessions_of(person).filter(status=SessionStatus.DRAFT).count()
        if drafts:
            found.append(Task(_("督导记录草稿待签字"), drafts, reverse("supervision:mine")))
    if actor.has(*OFFICE):
        disputed = Attendance.objects.filter(session__in=selectors.sessions_in(actor), answer=Answer.DISPUTED).count()
        if disputed:
            found.append(Task(_("督导对象提出异议的记录"), disputed, reverse("supervision:list"), is_late=True))
    return found

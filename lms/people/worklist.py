"""What waits in people: requests for correction that somebody sent about their own record, persons whose division ended."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.roles import OFFICE
from lms.core.actor import Actor
from lms.core.waiting import Task
from lms.people import selectors


def tasks(actor: Actor) -> list[Task]:
    if not actor.has(*OFFICE):
        return []
    waiting = selectors.corrections_in(actor, *OFFICE).filter(status="open").count()
    tasks = [Task(_("个人信息更正申请待办理"), waiting, reverse("people:corrections"))] if waiting else []
    stranded = selectors.stranded_people(actor, *OFFICE).count()
    if stranded:
        tasks.append(Task(_("所在区划已撤销的人员待改登"), stranded, f"{reverse('people:list')}?stranded=1"))
    return tasks

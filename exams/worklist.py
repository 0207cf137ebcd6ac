"""What waits in the exam room: items that somebody else wrote and nobody has reviewed, and reviewed ones to publish."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from exams import selectors
from exams.models import ItemVersion
from exams.states import REVIEWERS, VersionState
from lms.core.actor import Actor
from lms.core.waiting import Task


def tasks(actor: Actor) -> list[Task]:
    if not actor.has(*REVIEWERS):
        return []
    banks = selectors.banks_in(actor)
    waiting = ItemVersion.objects.filter(item__bank__in=banks, state=VersionState.DRAFT).exclude(author=actor.uuid).count()
    ready = ItemVersion.objects.filter(item__bank__in=banks, state=VersionState.REVIEWED).count()
    found = [Task(_("试题待审核"), waiting, reverse("exams:bank_list"))] if waiting else []
    if ready:
        found.append(Task(_("已审核的试题待启用"), ready, reverse("exams:bank_list")))
    return found

"""What waits in the exam room: items that somebody else wrote and nobody has reviewed, and reviewed ones to publish."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from exams import essay_selectors, fault_selectors, laws, selectors
from exams.models import ItemVersion
from exams.states import BANK_STAFF, MARKERS, REVIEWERS, VersionState
from lms.core.actor import Actor
from lms.core.waiting import Task


def tasks(actor: Actor) -> list[Task]:
    return [*_essays(actor), *_faults(actor), *_items(actor), *_stale(actor)]


def _essays(actor: Actor) -> list[Task]:
    """Scripts that wait for this marker; appointment, not a role, says which."""
    if not actor.has(*MARKERS) or actor.user_id is None:
        return []
    waiting = sum(row.waiting + (row.in_hand is not None) for row in essay_selectors.worklist(actor))
    return [Task(_("主观题待阅"), waiting, reverse("exams:marking_list"))] if waiting else []


def _items(actor: Actor) -> list[Task]:
    if not actor.has(*REVIEWERS):
        return []
    banks = selectors.banks_in(actor)
    waiting = ItemVersion.objects.filter(item__bank__in=banks, state=VersionState.DRAFT).exclude(author=actor.uuid).count()
    ready = ItemVersion.objects.filter(item__bank__in=banks, state=VersionState.REVIEWED).count()
    found = [Task(_("试题待审核"), waiting, reverse("exams:bank_list"))] if waiting else []
    if ready:
        found.append(Task(_("已审核的试题待启用"), ready, reverse("exams:bank_list")))
    return found


def _stale(actor: Actor) -> list[Task]:
    """Live items whose law has changed and that nobody revises yet."""
    if not actor.has(*BANK_STAFF):
        return []
    waiting = laws.unattended(selectors.banks_in(actor)).count()
    return [Task(_("法规已变的试题待修订"), waiting, reverse("exams:office_stale"))] if waiting else []


def _faults(actor: Actor) -> list[Task]:
    """Reports of faulty items to answer, and regrades that somebody else proposed."""
    if not actor.has(*BANK_STAFF):
        return []
    found = []
    reports = fault_selectors.waiting_reports(actor)
    if reports:
        found.append(Task(_("试题报错待答复"), reports, reverse("exams:office_faults")))
    regrades = fault_selectors.regrades_to_approve(actor) if actor.has(*REVIEWERS) else 0
    if regrades:
        found.append(Task(_("改分待批准"), regrades, reverse("exams:office_regrades")))
    return found

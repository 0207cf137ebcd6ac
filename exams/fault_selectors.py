"""Reads of faulty-item reports and regrades, scoped: a learner's own, and those of the banks where one works."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Count, Max, Min, Q, QuerySet

from exams.models import Attempt, FaultReport, ItemVersion, PracticeAnswer, Regrade, Response, ReviewCard
from exams.regrade_states import RegradeState, ReportState
from exams.selectors import banks_in
from exams.states import RESULT_READERS, AttemptState
from lms.core.actor import Actor
from lms.core.errors import Missing


def has_met(persons: Collection[int], version: ItemVersion) -> bool:
    """Whether a human being was set this version in an attempt whose keys they may know, practised it or reviews it."""
    known = Q(attempt__sitting__isnull=True) | Q(attempt__sitting__released_at__isnull=False)
    met = Response.objects.filter(known, item_version=version, attempt__person_id__in=persons)
    practised = PracticeAnswer.objects.filter(item_version=version, round__person_id__in=persons, answered_at__isnull=False)
    if met.exclude(attempt__state=AttemptState.OPEN).exists() or practised.exists():
        return True
    return ReviewCard.objects.filter(item_id=version.item_id, person_id__in=persons).exists()


def version_by_uuid(version_uuid: uuid.UUID) -> ItemVersion:
    found = ItemVersion.objects.filter(uuid=version_uuid).select_related("item__bank__division").first()
    if found is None:
        raise Missing("item version")
    return found


def reports_of(persons: Collection[int]) -> QuerySet[FaultReport]:
    """A human being's own reports, the newest first."""
    return FaultReport.objects.filter(person_id__in=persons).select_related("item_version", "attempt__paper")


def own_attempt_with(persons: Collection[int], version: ItemVersion, attempt_uuid: str) -> Attempt | None:
    """The attempt a report came from, where it is one's own and holds the item."""
    if len(attempt_uuid) != 36:
        return None
    rows = Attempt.objects.filter(person_id__in=persons, responses__item_version=version).exclude(state=AttemptState.OPEN)
    return rows.filter(uuid__in=[attempt_uuid]).first()


def versions_in(actor: Actor) -> QuerySet[ItemVersion]:
    """Item versions of the banks where the actor works."""
    return ItemVersion.objects.filter(item__bank__in=banks_in(actor)).select_related("item__bank__division")


def version_in(actor: Actor, version_uuid: uuid.UUID) -> ItemVersion:
    found = versions_in(actor).filter(uuid=version_uuid).first()
    if found is None:
        raise Missing("item version")
    return found


def reported_versions(actor: Actor, *, answered: bool = False) -> QuerySet[ItemVersion]:
    """Versions with reports that wait for an answer, the oldest first; or those whose reports are all answered."""
    waits = Count("fault_reports", filter=Q(fault_reports__state=ReportState.OPEN))
    rows = (
        versions_in(actor)
        .filter(fault_reports__isnull=False)
        .annotate(
            waiting=waits,
            reports=Count("fault_reports"),
            oldest=Min("fault_reports__reported_at", filter=Q(fault_reports__state=ReportState.OPEN)),
            newest=Max("fault_reports__reported_at"),
        )
    )
    return rows.filter(waiting=0).order_by("-newest") if answered else rows.filter(waiting__gt=0).order_by("oldest", "pk")


def waiting_reports(actor: Actor) -> int:
    return FaultReport.objects.filter(item_version__item__bank__in=banks_in(actor), state=ReportState.OPEN).count()


def regrades_in(actor: Actor) -> QuerySet[Regrade]:
    rows = Regrade.objects.filter(item_version__item__bank__in=banks_in(actor))
    return rows.select_related("item_version__item__bank__division")


def regrade_in(actor: Actor, regrade_uuid: uuid.UUID) -> Regrade:
    found = regrades_in(actor).filter(uuid=regrade_uuid).first()
    if found is None:
        raise Missing("regrade")
    return found


def regrades_to_approve(actor: Actor) -> int:
    """Proposals of others that wait."""
    return regrades_in(actor).filter(state=RegradeState.PROPOSED).exclude(proposed_by=actor.uuid).count()


def named_attempts(actor: Actor, ids: Collection[int]) -> dict[int, Attempt]:
    """Of these attempts those whose candidates the actor may see, with names."""
    rows = Attempt.objects.filter(actor.q("division__path", *RESULT_READERS), pk__in=list(ids))
    return {row.pk: row for row in rows.select_related("person", "division", "paper")}

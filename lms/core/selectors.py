"""Reads of core: the jobs an actor may see."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q, QuerySet

from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.core.models import Job

JOB_OVERSEERS = ("regional_admin", "system_admin")  # see (and stop) the jobs of their divisions, not their files


def jobs_visible_to(actor: Actor) -> QuerySet[Job]:
    """One's own jobs, and those of the divisions where one is an administrator."""
    return Job.objects.filter(Q(owner_uuid=actor.uuid) | Q(pk__in=_overseen(actor)))


def _overseen(actor: Actor) -> QuerySet[Job]:
    condition = Q(pk__in=[])
    for path in actor.paths(*JOB_OVERSEERS):
        condition |= Q(division_path__startswith=path)
    return Job.objects.filter(condition).values("pk")  # type: ignore[return-value]


def job_of(actor: Actor, job_uuid: uuid.UUID) -> Job:
    """The job, or ``Missing`` when it does not exist for this actor."""
    job = jobs_visible_to(actor).filter(uuid=job_uuid).first()
    if job is None:
        raise Missing("job")
    return job


def jobs_ended_since(moment: dt.datetime) -> QuerySet[Job]:
    """Jobs of anybody that are done or failed since then, for telling who asked."""
    return Job.objects.filter(status__in=[Job.Status.DONE, Job.Status.FAILED], finished_at__gte=moment).order_by("pk")


def owns_job(actor: Actor, job: Job) -> bool:
    """Files of a job are for the one who asked alone: they may hold names or first passwords."""
    return job.owner_uuid == actor.uuid


def may_fetch(actor: Actor, job: Job) -> bool:
    """Whether its owner may still take the file: what was asked for in a role there is not for who has left the role since."""
    if not owns_job(actor, job):
        return False
    asked_as = {role for role, path in job.owner_scope.get("grants", []) if job.division_path.startswith(path)}
    return not asked_as or actor.everywhere or actor.covers(job.division_path, *asked_as, *JOB_OVERSEERS)

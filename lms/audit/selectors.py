"""Reads of the audit trail, scoped by the divisions where the reader is an auditor."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lms.audit.models import AuditEvent
from lms.core.actor import Actor
from lms.core.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an auditor asks for. Days are inclusive."""

    verb: str = ""  # from the front: ``exams.`` finds every verb of the exam room
    actor: uuid.UUID | None = None
    record: uuid.UUID | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    path: str = ""


def latest(verb: str) -> AuditEvent | None:
    """The newest event of one verb."""
    return AuditEvent.objects.filter(verb=verb).order_by("-id").first()


def since(verb: str, moment: dt.datetime) -> QuerySet[AuditEvent]:
    """The events of one verb since then, oldest first: for rooms that act on what another did."""
    return AuditEvent.objects.filter(verb=verb, happened_at__gte=moment).order_by("id")


def events_for(actor: Actor, wanted: Wanted | None = None) -> QuerySet[AuditEvent]:
    """The events of the auditor's divisions, newest first. Events of no division are the nation's auditors'."""
    events = AuditEvent.objects.filter(actor.q("division_path", Role.AUDITOR))
    if wanted is None:
        return events
    if wanted.verb:
        events = events.filter(verb__startswith=wanted.verb)
    if wanted.actor is not None:
        events = events.filter(actor_uuid=wanted.actor)
    if wanted.record is not None:
        events = events.filter(record_uuid=wanted.record)
    if wanted.path:
        events = events.filter(division_path__startswith=wanted.path)
    if wanted.since is not None:
        events = events.filter(happened_at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        events = events.filter(happened_at__lt=_midnight(wanted.until + dt.timedelta(days=1)))
    return events


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def actor_names(events: list[AuditEvent]) -> dict[uuid.UUID, str]:
    """User names for the eye: the trail itself holds none. Whoever is no user (a command, the public) keeps its label."""
    uuids = {event.actor_uuid for event in events}
    return dict(get_user_model().objects.filter(uuid__in=uuids).values_list("uuid", "username"))


def actor_by_name(text: str) -> uuid.UUID | None:
    """The uuid behind a user name or a uuid as typed; None when there is nobody."""
    typed = text.strip().lower()
    if re.fullmatch(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", typed):
        return uuid.UUID(typed)
    return get_user_model().objects.filter(username=typed).values_list("uuid", flat=True).first()


def last_settled_id() -> int:
    """The last event such that no earlier one can still appear: on PostgreSQL it waits for acts that are being written."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE audit_auditevent IN SHARE MODE")
        return AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def events_between(first: int, last: int) -> QuerySet[AuditEvent]:
    """The events from one id to another, both included, oldest first. For the hash chain, which names no one."""
    return AuditEvent.objects.filter(id__gte=first, id__lte=last).order_by("id")

"""Reads of programmes, scoped by division. Categories of an ancestor hold below it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.core.roles import OFFICE, Role
from lms.places.models import Division
from lms.programmes.models import Category, Funder, Participation, Programme

SEEING = (*OFFICE, Role.REVIEWER, Role.AUDITOR, Role.SUPERVISOR)


def programmes_in(actor: Actor, *roles: str) -> QuerySet[Programme]:
    """Programmes run in the actor's divisions."""
    return Programme.objects.filter(actor.q("division__path", *(roles or SEEING))).select_related("division", "organiser")


def programmes_for(division: Division) -> QuerySet[Programme]:
    """Programmes that a person of ``division`` may take part in: run there, above it or below it."""
    return Programme.objects.filter(
        Q(division__path__in=_chain(division.path)) | Q(division__path__startswith=division.path)
    ).select_related("division")


def programme_in(actor: Actor, programme_uuid: uuid.UUID, *roles: str) -> Programme:
    """One programme in scope; outside is missing."""
    found = programmes_in(actor, *roles).filter(uuid=programme_uuid).first()
    if found is None:
        raise Missing(_("没有这个项目。"))
    return found


def with_counts(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Each with its open participations (rows, not distinct persons) as ``open_count``."""
    return programmes.annotate(open_count=Count("participations", filter=Q(participations__ended_on__isnull=True))).order_by(
        "-starts_on", "code"
    )


def participations_of(programme: Programme, actor: Actor, *roles: str) -> QuerySet[Participation]:
    """Participations of persons that the actor may see, newest first."""
    return (
        programme.participations.filter(actor.q("person__division__path", *(roles or SEEING)))
        .select_related("person__division", "person__organisation", "category")
        .order_by("-started_on", "-pk")
    )


def running_participations(persons: Iterable[int], *, on: dt.date) -> list[tuple[int, int, int, int | None]]:
    """(id, person, programme, category) of every participation of these persons that runs on a day."""
    rows = Participation.objects.filter(person_id__in=list(persons), started_on__lte=on)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    return list(rows.order_by("started_on", "pk").values_list("pk", "person_id", "programme_id", "category_id"))


def people_running_in(programme: Programme, *, on: dt.date) -> set[int]:
    """Ids of the persons who take part in a programme on a day."""
    rows = programme.participations.filter(started_on__lte=on).filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    return set(rows.values_list("person_id", flat=True))


def participation_in(actor: Actor, participation_uuid: uuid.UUID, *roles: str) -> Participation:
    """One participation whose programme and person lie in scope; outside is missing."""
    wanted = roles or SEEING
    found = (
        Participation.objects.filter(actor.q("person__division__path", *wanted), actor.q("programme__division__path", *wanted))
        .filter(uuid=participation_uuid)
        .select_related("person__division", "programme__division", "category")
        .first()
    )
    if found is None:
        raise Missing(_("没有这条参加记录。"))
    return found


def categories_of(division: Division, *, on: dt.date | None = None) -> QuerySet[Category]:
    """Categories in use in a division on a day: its own, those of its ancestors, and those of everywhere."""
    day = on or clock.today()
    return (
        Category.objects.filter(Q(division__isnull=True) | Q(division__path__in=_chain(division.path)))
        .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .select_related("division")
    )


def category_in(actor: Actor, category_uuid: uuid.UUID, *roles: str) -> Category:
    """One category of a division in scope; those of everywhere are only a nation's to change."""
    found = Category.objects.filter(uuid=category_uuid).select_related("division").first()
    if found is None or not actor.covers(found.division.path if found.division else "/", *(roles or SEEING)):
        raise Missing(_("没有这个对象类别。"))
    return found


def categories_in(actor: Actor, *roles: str) -> QuerySet[Category]:
    """Categories that matter to the actor: of the own divisions, of those above, and of everywhere; ended ones too."""
    above = {step for path in actor.paths(*(roles or SEEING)) for step in _chain(path)}
    return (
        Category.objects.filter(
            Q(division__isnull=True) | Q(division__path__in=above) | actor.q("division__path", *(roles or SEEING))
        )
        .select_related("division")
        .order_by("division__path", "code")
    )


def funders() -> QuerySet[Funder]:
    return Funder.objects.order_by("code")


def _chain(path: str) -> list[str]:
    """``/53/5306/`` → ``/``, ``/53/``, ``/53/5306/``."""
    steps = [s for s in path.split("/") if s]
    return ["/"] + ["/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps))]

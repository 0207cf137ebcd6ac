"""Taking part in a cultivation programme, with its lines in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.people.models import Person
from lms.programmes import services as programmes
from lms.programmes.models import Category, Participation, Programme

CHUNK = 500


def start_cultivation(
    *, person: Person, programme: Programme, category: Category | None = None, started_on: dt.date, by: Actor
) -> Participation:
    """Enter ``person`` into a cultivation programme; the same again is the same participation and the same line."""
    _check_kind(programme)
    with transaction.atomic():
        participation = programmes.join(person=person, programme=programme, category=category, started_on=started_on, by=by)
        ledger.post([_line(participation, Kind.CULTIVATION_STARTED, participation.started_on)], by=by)
        return participation


def start_cultivation_many(
    *, people: Sequence[Person], programme: Programme, category: Category | None = None, started_on: dt.date, by: Actor
) -> list[Participation]:
    """The same for many, in order; each chunk of 500 is whole, so that it can be run again after an interruption."""
    _check_kind(programme)
    done: list[Participation] = []
    for start in range(0, len(people), CHUNK):
        rows = [
            programmes.JoinRow(person=person, programme=programme, category=category, started_on=started_on)
            for person in people[start : start + CHUNK]
        ]
        with transaction.atomic():
            joined = programmes.join_many(rows, by=by)
            ledger.post([_line(p, Kind.CULTIVATION_STARTED, p.started_on) for p in joined], by=by)
        done += joined
    return done


def complete_cultivation(*, participation: Participation, completed_on: dt.date, by: Actor) -> Participation:
    """培养期满合格: close the participation as completed. Completing twice leaves one line; an abandoned one is refused."""
    _check_kind(participation.programme)
    if completed_on < participation.started_on:
        raise BadInput(_("期满日期不能早于进入培养的日期。"))
    with transaction.atomic():
        row = Participation.objects.select_for_update(no_key=True).get(pk=participation.pk)
        if row.ended_on is not None and row.completed_on is None:
            raise Refused(_("该人员已中途退出培养，不能再登记为期满合格。"))
        if row.ended_on is None:
            row = programmes.leave(
                participation=row, ended_on=completed_on, reason=_("培养期满合格"), completed_on=completed_on, by=by
            )
        ledger.post([_line(row, Kind.CULTIVATION_COMPLETED, row.completed_on or completed_on)], by=by)
        return row


def end_cultivation(*, participation: Participation, ended_on: dt.date, reason: str, by: Actor) -> Participation:
    """Leave a cultivation programme before its end. A completed one is refused."""
    _check_kind(participation.programme)
    with transaction.atomic():
        row = Participation.objects.select_for_update(no_key=True).get(pk=participation.pk)
        if row.completed_on is not None:
            raise Refused(_("该人员已登记为培养期满合格，不能再登记退出。"))
        if row.ended_on is None:
            row = programmes.leave(participation=row, ended_on=ended_on, reason=reason, by=by)
        ledger.post([_line(row, Kind.CULTIVATION_ENDED, row.ended_on or ended_on)], by=by)
        return row


def _check_kind(programme: Programme) -> None:
    if programme.kind != Programme.Kind.CULTIVATION:
        raise BadInput(_("“%(name)s”不是培养类项目。") % {"name": programme.name})


def _line(participation: Participation, kind: Kind, day: dt.date) -> ledger.Draft:
    return ledger.Draft(
        key=f"programmes.participation:{participation.uuid}:{kind}",
        kind=kind,
        person=participation.person,
        occasion_label="programmes.programme",
        occasion=participation.programme.uuid,
        happened_from=timezone.make_aware(dt.datetime.combine(day, dt.time())),
        programme=participation.programme,
        category=participation.category,
        source_label="programmes.participation",
        source_uuid=participation.uuid,
    )

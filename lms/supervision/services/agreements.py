"""Agreements and the programme's targets."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people.models import Person
from lms.programmes.models import Participation, Programme
from lms.supervision.models import Agreement, Target
from lms.supervision.selectors import same_person


def open_agreement(
    *, participation: Participation, supervisor: Person, starts_on: dt.date, ends_on: dt.date | None = None, by: Actor
) -> Agreement:
    """Agree that ``supervisor`` supervises the participant from ``starts_on``. The one already open is returned as it stands.

    Refused for oneself (merged records included), and for days outside the participation.
    """
    person = participation.person
    if same_person(person, supervisor):
        raise Refused(_("督导不能是本人，请另选督导。"))
    if ends_on is not None and ends_on < starts_on:
        raise BadInput(_("结束日期不能早于开始日期。"))
    if starts_on < participation.started_on:
        raise BadInput(_("督导协议的开始日期不能早于参加项目的日期。"))
    if participation.ended_on is not None and starts_on > participation.ended_on:
        raise Refused(_("该人员已经退出这个项目，不能再建立督导协议。"))
    standing = Agreement.objects.filter(participation=participation, supervisor=supervisor, ended_at__isnull=True)
    try:
        with transaction.atomic():
            found = standing.first()
            if found is not None:
                return found
            agreement = Agreement.objects.create(
                participation=participation,
                supervisee=person,
                supervisor=supervisor,
                division=person.division,
                starts_on=starts_on,
                ends_on=ends_on,
                created_by=by.uuid,
            )
            audit.record(
                "supervision.agreement.opened",
                agreement,
                by=by,
                division_path=person.division.path,
                supervisee=person.uuid,
                supervisor=supervisor.uuid,
            )
            return agreement
    except IntegrityError:
        return standing.get()  # a second click at the same moment


def end_agreement(*, agreement: Agreement, ends_on: dt.date, reason: str, by: Actor) -> Agreement:
    """Close an agreement on its last day. Ending an ended one changes nothing."""
    if not reason.strip():
        raise BadInput(_("请写明结束督导协议的原因。"))
    with transaction.atomic():
        row = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
        if row.ended_at is not None:
            return row
        if ends_on < row.starts_on:
            raise BadInput(_("结束日期不能早于开始日期。"))
        row.ends_on, row.ended_at, row.ended_by, row.ended_reason = ends_on, clock.now(), by.uuid, reason.strip()[:200]
        row.save(update_fields=["ends_on", "ended_at", "ended_by", "ended_reason"])
        audit.record("supervision.agreement.ended", row, by=by, division_path=row.division.path, reason=row.ended_reason)
        return row


def set_target(
    *,
    programme: Programme,
    valid_from: dt.date,
    source: str,
    supervisees_per_supervisor: int | None = None,
    span: str = Target.Span.MONTH,
    sessions_per_span: int | None = None,
    minutes_per_span: int | None = None,
    valid_to: dt.date | None = None,
    by: Actor,
) -> Target:
    """Lay down what a programme asks from a day on. A later row takes over; the same day again replaces nothing."""
    if not source.strip():
        raise BadInput(_("请写明督导要求的依据。"))
    if supervisees_per_supervisor is None and sessions_per_span is None and minutes_per_span is None:
        raise BadInput(_("请至少填写一项要求：督导比例、次数或时长。"))
    with transaction.atomic():
        target, made = Target.objects.get_or_create(
            programme=programme,
            valid_from=valid_from,
            defaults={
                "valid_to": valid_to,
                "supervisees_per_supervisor": supervisees_per_supervisor,
                "span": span,
                "sessions_per_span": sessions_per_span,
                "minutes_per_span": minutes_per_span,
                "source": source.strip(),
            },
        )
        if made:
            audit.record("supervision.target.set", target, by=by, division_path=programme.division.path, programme=programme.uuid)
        return target

"""Locks of periods. A line that happened in a locked month is reported in the next open one; signed figures do not move."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.ledger.models import PeriodLock
from lms.places.models import Division


def lock_period(*, division: Division, period: int, by: Actor) -> PeriodLock:
    """Lock a month (yyyymm) for a division and all below it. Locking twice returns the lock that stands."""
    check_period(period)
    with transaction.atomic():
        position = positions.take()  # serialises with postings: they read the locks under the same lock
        standing = PeriodLock.objects.filter(division=division, period=period, lifted_at__isnull=True).first()
        if standing is not None:
            return standing
        lock = PeriodLock.objects.create(
            division=division, period=period, locked_at=clock.now(), locked_by=by.uuid, position=position
        )
        audit.record("ledger.period.locked", lock, by=by, division_path=division.path, period=period)
        return lock


def lift_lock(*, lock: PeriodLock, reason: str, by: Actor) -> PeriodLock:
    """Open a locked month again, with a reason. Lines posted meanwhile stay where they are. Lifting twice changes nothing."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("请写明解除锁定的原因。"))
    with transaction.atomic():
        positions.take()
        row = PeriodLock.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=lock.pk)
        if row.lifted_at is not None:
            return row
        row.lifted_at, row.lifted_by, row.lifted_reason = clock.now(), by.uuid, reason[:200]
        row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
        audit.record(
            "ledger.period.lock_lifted", row, by=by, division_path=row.division.path, period=row.period, reason=row.lifted_reason
        )
        return row


def check_period(period: int) -> None:
    if not (1900 <= period // 100 <= 2999 and 1 <= period % 100 <= 12):
        raise BadInput(_("期间应写成四位年加两位月，例如 202201。"))

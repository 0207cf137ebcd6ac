"""Asking for the monthly report, no longer wanting it, and sending what is due."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.accounts.roles import REPORTING
from lms.accounts.selectors import actor_for
from lms.audit import services as audit
from lms.core import clock, jobs, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.places.models import Division
from lms.reports.approval import pages, units
from lms.reports.models import Subscription

BY = Actor.system("monthly_reports")


def subscribe(*, division: Division, day: int, by: Actor) -> Subscription:
    """Send ``by`` the report of each month from last month on, on a day of the following one. Asked again, the day changes."""
    if by.user_id is None or not by.covers(division.path, *REPORTING):
        raise Missing(_("没有这个地区。"))
    if not units.reports(division):
        raise BadInput(_("乡镇（街道）的数据随县级一并报送，没有单独的月报。"))
    if not 1 <= day <= 28:
        raise BadInput(_("发送日应在 1 日到 28 日之间。"))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        row = Subscription.objects.filter(user_id=by.user_id, division=division, ended_at__isnull=True).first()
        if row is None:
            row = Subscription.objects.create(user_id=by.user_id, division=division, day=day, since=clock.now())
            audit.record("reports.monthly.subscribed", row, by=by, division_path=division.path, day=day)
        elif row.day != day:
            row.day = day
            row.save(update_fields=["day"])
            audit.record("reports.monthly.day_changed", row, by=by, division_path=division.path, day=day)
    return row


def unsubscribe(*, subscription: Subscription, by: Actor) -> Subscription:
    """Nothing is sent any more. Twice is once; somebody else's is missing."""
    if subscription.user_id != by.user_id and not by.everywhere:
        raise Missing(_("没有这项订阅。"))
    with transaction.atomic():
        row = Subscription.objects.select_for_update(of=("self",)).select_related("division").get(pk=subscription.pk)
        if row.ended_at is None:
            row.ended_at, row.ended_by = clock.now(), by.uuid
            row.save(update_fields=["ended_at", "ended_by"])
            audit.record("reports.monthly.ended", row, by=by, division_path=row.division.path)
    return row


def standing_of(actor: Actor) -> QuerySet[Subscription]:
    if actor.user_id is None:
        return Subscription.objects.none()
    return Subscription.objects.filter(user_id=actor.user_id, ended_at__isnull=True).select_related("division")


def send_due() -> int:
    """A job for every report of last month that is due today or earlier and was not sent; returns how many were asked for.

    The key makes it one job however often the scheduler asks. Who no longer holds a role there is no longer sent anything.
    """
    period, today, asked = units.latest_over(), clock.today(), 0
    due = Subscription.objects.filter(ended_at__isnull=True, day__lte=today.day, last_period__lt=period)
    for row in due.select_related("user", "division").order_by("pk"):
        actor = actor_for(row.user)
        if not row.user.is_active or not actor.covers(row.division.path, *REPORTING):
            unsubscribe(subscription=row, by=BY)
            continue
        jobs.enqueue(
            "reports.send_month",
            title=_("%(place)s %(label)s 统计报表（PDF）") % {"place": row.division.name, "label": pages.period_label(period)},
            by=actor,
            division_path=row.division.path,
            key=f"reports.send_month:{row.uuid}:{period}",
            params={"subscription": str(row.uuid), "period": period, "position": positions.closed()},
        )
        asked += 1
    return asked

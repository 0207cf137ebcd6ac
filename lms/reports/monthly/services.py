"""Asking for the monthly report, no longer wanting it, and sending what is due."""

from __future__ import annotations

from typing import Any

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
from lms.notices import services as notices
from lms.places.models import Division
from lms.reports.approval import pages, units
from lms.reports.models import Layout, Subscription

BY = Actor.system("monthly_reports")


def subscribe(*, division: Division, day: int, by: Actor, with_pdf: bool = True, layout: Layout | None = None) -> Subscription:
    """Send ``by`` the report of each month from last month on, on a day of the following one. Asked again, the wish changes.

    Refuses a division outside the actor's, one that hands in nothing of its own, no form at all, and a layout of elsewhere.
    """
    if by.user_id is None or not by.covers(division.path, *REPORTING):
        raise Missing(_("没有这个地区。"))
    if not units.reports(division):
        raise BadInput(_("乡镇（街道）的数据随县级一并报送，没有单独的月报。"))
    if not 1 <= day <= 28:
        raise BadInput(_("发送日应在 1 日到 28 日之间。"))
    if not with_pdf and layout is None:
        raise BadInput(_("请至少选一种：A4 报表，或一份版式。"))
    if layout is not None and (layout.ended_at is not None or not division.path.startswith(layout.division.path)):
        raise Missing(_("没有这份版式。"))
    wish: dict[str, Any] = {"day": day, "with_pdf": with_pdf, "layout": layout}
    told: dict[str, Any] = {"day": day, "with_pdf": with_pdf, "layout": str(layout.uuid) if layout else ""}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        row = Subscription.objects.filter(user_id=by.user_id, division=division, ended_at__isnull=True).first()
        if row is None:
            row = Subscription.objects.create(user_id=by.user_id, division=division, since=clock.now(), **wish)
            audit.record("reports.monthly.subscribed", row, by=by, division_path=division.path, **told)
        elif (row.day, row.with_pdf, row.layout_id) != (day, with_pdf, layout.pk if layout else None):
            row.day, row.with_pdf, row.layout = day, with_pdf, layout
            row.save(update_fields=["day", "with_pdf", "layout"])
            audit.record("reports.monthly.changed", row, by=by, division_path=division.path, **told)
    return row


def layout_of(subscription: Subscription) -> Layout | None:
    """The layout to fill: the one that was chosen, or what has taken its place under the same name; None once it is ended."""
    chosen = subscription.layout
    if chosen is None or chosen.ended_at is None:
        return chosen
    return Layout.objects.filter(division_id=chosen.division_id, name=chosen.name, ended_at__isnull=True).first()


def files_of(on_paper: bool, layout: Layout | None) -> str:
    """What is sent, in words."""
    named = [_("A4 报表（PDF）")] if on_paper else []
    if layout is not None:
        named.append(_("“%(name)s”（Excel）") % {"name": layout.name})
    return "、".join(named)


def job_key(subscription: Subscription, period: int) -> str:
    return f"reports.send_month:{subscription.uuid}:{period}"


def notice_key(subscription: Subscription, period: int) -> str:
    return f"report.monthly:{subscription.uuid}:{period}"


def may_have(subscription: Subscription) -> bool:
    """Whether the subscriber still holds a role there today."""
    user = subscription.user
    return user.is_active and actor_for(user).covers(subscription.division.path, *REPORTING)


def unsubscribe(*, subscription: Subscription, by: Actor) -> Subscription:
    """Nothing is sent any more. Twice is once; somebody else's is missing."""
    if subscription.user_id != by.user_id and not by.everywhere:
        raise Missing(_("没有这项订阅。"))
    with transaction.atomic():
        row = Subscription.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=subscription.pk)
        if row.ended_at is None:
            row.ended_at, row.ended_by = clock.now(), by.uuid
            row.save(update_fields=["ended_at", "ended_by"])
            audit.record("reports.monthly.ended", row, by=by, division_path=row.division.path)
    return row


def _stop(row: Subscription) -> None:
    """Of somebody who has left the office: ended, and said to them, so that nobody waits for a report."""
    with transaction.atomic():
        unsubscribe(subscription=row, by=BY)
        notices.notify_of(
            user=row.user,
            kind="report.monthly_ended",
            facts={"place": row.division.name},
            key=f"report.monthly_ended:{row.uuid}",
            by=BY,
        )


def standing_of(actor: Actor) -> QuerySet[Subscription]:
    if actor.user_id is None:
        return Subscription.objects.none()
    return Subscription.objects.filter(user_id=actor.user_id, ended_at__isnull=True).select_related("division", "layout")


def send_due() -> int:
    """A job for every report of last month that is due today or earlier and was not sent; returns how many were asked for.

    The key makes it one job however often the scheduler asks. Who no longer holds a role there is no longer sent anything.
    """
    period, today, asked = units.latest_over(), clock.today(), 0
    due = Subscription.objects.filter(ended_at__isnull=True, day__lte=today.day, last_period__lt=period)
    for row in due.select_related("user", "division").order_by("pk"):
        if not may_have(row):
            _stop(row)
            continue
        jobs.enqueue(
            "reports.send_month",
            title=_("%(place)s %(label)s 统计报表") % {"place": row.division.name, "label": pages.period_label(period)},
            by=actor_for(row.user),
            division_path=row.division.path,
            key=job_key(row, period),
            params={"subscription": str(row.uuid), "period": period, "position": positions.closed()},
        )
        asked += 1
    return asked

"""What became of the last month that was sent to a subscriber, in one sentence: on the page where it is subscribed to."""

from __future__ import annotations

from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.models import Job
from lms.notices import selectors as notices
from lms.notices.models import Delivery, Notice
from lms.reports.approval import pages, units
from lms.reports.models import Subscription
from lms.reports.monthly import services

ADDRESS_REFUSED = "SMTPRecipientsRefused"


class Standing(NamedTuple):
    """A subscription as its page shows it. ``tone``: of the sentence on the last month; empty where nothing is wrong."""

    row: Subscription
    files: str
    tone: str
    last: str


def standing_of(actor: Actor) -> list[Standing]:
    """The actor's own subscriptions."""
    rows = list(services.standing_of(actor))
    failed = {job.key for job in Job.objects.filter(key__in=[_job(row) for row in rows], status=Job.Status.FAILED)}
    told = notices.told_with_deliveries(actor, [services.notice_key(row, row.last_period) for row in rows])
    found = []
    for row in rows:
        tone, last = _last(row, told.get(services.notice_key(row, row.last_period)), failed=_job(row) in failed)
        found.append(Standing(row, services.files_of(row.with_pdf, row.layout), tone, last))
    return found


def _job(row: Subscription) -> str:
    return services.job_key(row, units.latest_over())


def _last(row: Subscription, notice: Notice | None, *, failed: bool) -> tuple[str, str]:
    if failed:
        return "tag-warn", _("上月的报表没有生成，原因见“任务”，可在那里重新运行。")
    if notice is None:
        return "", ""
    sent = {"month": pages.period_label(row.last_period), "day": date_format(timezone.localtime(notice.created_at), "DATE_FORMAT")}
    told = _("%(month)s的已于%(day)s发到站内消息") % sent
    deliveries = list(notice.deliveries.all())
    if not deliveries:
        return "", _("%(told)s；没有发邮件：您没有留邮箱，或在消息设置里关闭了邮件。") % {"told": told}
    tones, parts = zip(*(_of_delivery(delivery) for delivery in deliveries), strict=True)
    return max(tones), "；".join((told, *parts)) + "。"


def _of_delivery(delivery: Delivery) -> tuple[str, str]:
    where = {"channel": notices.channel_label(delivery.channel), "address": delivery.address_masked}
    if delivery.status == Delivery.Status.SENT:
        return "", _("%(channel)s已发到 %(address)s") % where
    if delivery.error == ADDRESS_REFUSED:
        return "tag-warn", _("%(channel)s地址 %(address)s 被对方拒收，请更正您的联系方式") % where
    if delivery.status == Delivery.Status.WAITING and delivery.error:
        return "tag-warn", _("%(channel)s还没有送达 %(address)s：发送服务没有应答，系统会自动再试") % where
    if delivery.status == Delivery.Status.WAITING:
        return "", _("%(channel)s正在发往 %(address)s") % where
    return "tag-warn", _("%(channel)s没有送达 %(address)s，已不再重试，请管理员检查发送服务") % where

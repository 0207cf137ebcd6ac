"""One subscriber's month: the files as the job's result, the figures and the way to them as a notice and an e-mail."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lms.core.errors import Missing
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.notices import services as notices
from lms.reports.approval import pages, payloads, units
from lms.reports.layouts.jobs import filled
from lms.reports.models import Subscription
from lms.reports.monthly import services
from lms.reports.printed import sheet

EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same archive


@job_kind("reports.send_month", queue="report")
def send_month(job: Job, progress: Progress) -> dict[str, Any]:
    """Told once: the notice has a key, and the month is noted in the same transaction. Started again it begins anew.

    Who has left the role by the time it runs is sent nothing. A layout that was ended gives way to the printed report.
    """
    row = Subscription.objects.select_related("user", "division", "layout__division").get(uuid=job.params["subscription"])
    if row.ended_at is not None or not services.may_have(row):
        raise Missing(_("订阅人已不在该地区任职，不再发送。"))
    period, place = int(job.params["period"]), row.division
    submission = units.standing_of([place], period).get(place.pk)
    layout = services.layout_of(row)
    on_paper = row.with_pdf or layout is None
    progress.set_total(int(on_paper) + int(layout is not None), _("排版"))
    content = sheet.content_in_chinese(place, period, submission)
    files: list[tuple[str, bytes]] = []
    if on_paper:
        files.append((f"{place.name}-{period}-统计报表.pdf", sheet.pdf_of(content)))
        progress.advance()
    if layout is not None:
        made, _values = filled(layout, place, period, period, job.params["position"])
        files.append((f"{place.name}-{period}-{layout.name}.xlsx", made))
        progress.advance()
    progress.attach_result(*(files[0] if len(files) == 1 else (f"{place.name}-{period}-统计报表.zip", _packed(files))))
    total = content["figures"]["total"]
    with transaction.atomic():
        notices.notify_of(
            user=row.user,
            kind="report.monthly",
            facts={
                "place": place.name,
                "month": pages.period_label(period),
                "state": content["state"],
                "figures": _in_words(total),
                "files": services.files_of(on_paper, layout),
            },
            url=reverse("job_detail", args=[job.uuid]),
            key=services.notice_key(row, period),
            by=actor_of(job),
        )
        Subscription.objects.filter(pk=row.pk, last_period__lt=period).update(last_period=period)
    return {"period": period, "person_times": total["person_times"], "files": len(files)}


def _in_words(total: dict[str, Any]) -> str:
    """The figures of the notice; of a month without any record that it has none."""
    with translation.override(settings.LANGUAGE_CODE):
        if not any(total[name] not in (0, "0.00") for name in payloads.COMPARED):
            return _("这个月还没有任何记录")
        shown = {name: f"{total[name]:,}" for name in ("person_times", "persons")} | {"hours": total["hours"]}
        return _("人次 %(person_times)s，人数 %(persons)s，学时 %(hours)s") % shown


def _packed(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name.replace("/", "_"), EPOCH), content)
    return out.getvalue()

"""One subscriber's month: the PDF as the job's result, the figures and the way to it as a notice and an e-mail."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.core.replica import reading_from_replica
from lms.notices import services as notices
from lms.reports.approval import pages, units
from lms.reports.models import Subscription
from lms.reports.printed import sheet


@job_kind("reports.send_month", queue="report")
def send_month(job: Job, progress: Progress) -> dict[str, Any]:
    """Told once: the notice has a key, and the month is noted in the same transaction. Started again it begins anew."""
    row = Subscription.objects.select_related("user", "division").get(uuid=job.params["subscription"])
    period, place = int(job.params["period"]), row.division
    submission = units.standing_of([place], period).get(place.pk)
    progress.set_total(1, _("排版"))
    with reading_from_replica(attempt=job.claims):
        made, content = sheet.render(place, period, submission)
    progress.attach_result(f"{place.name}-{period}-统计报表.pdf", made)
    total = content["figures"]["total"]
    with transaction.atomic():
        notices.notify_of(
            user=row.user,
            kind="report.monthly",
            facts={
                "place": place.name,
                "month": pages.period_label(period),
                "state": content["state"],
                "person_times": f"{total['person_times']:,}",
                "persons": f"{total['persons']:,}",
                "hours": total["hours"],
            },
            url=reverse("job_detail", args=[job.uuid]),
            key=f"report.monthly:{row.uuid}:{period}",
            by=actor_of(job),
        )
        Subscription.objects.filter(pk=row.pk, last_period__lt=period).update(last_period=period)
    progress.advance()
    return {"period": period, "person_times": total["person_times"]}

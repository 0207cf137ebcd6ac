"""The printed report as a job: large divisions take a while, and the file is kept with its hash."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.core.replica import reading_from_replica
from lms.ledger.rules import last_day
from lms.places.boundaries import division_known
from lms.reports.approval import units
from lms.reports.printed import sheet


@job_kind("reports.print_month", queue="pdf")
def print_month(job: Job, progress: Progress) -> dict[str, Any]:
    """The PDF of one division's month, as signed when it is."""
    actor, period = actor_of(job), int(job.params["period"])
    place = division_known(job.params["division"], on=last_day(period), position=job.params["position"])
    submission = units.standing_of([place], period).get(place.pk)
    progress.set_total(1, _("排版"))
    with reading_from_replica(attempt=job.claims):
        made, _content = sheet.render(place, period, submission)
    sha256 = hashlib.sha256(made).hexdigest()
    progress.attach_result(f"{place.name}-{period}-统计报表.pdf", made)
    progress.advance()
    audit.record("reports.month.printed", submission or place, by=actor, division_path=place.path, period=period, sha256=sha256)
    return {"sha256": sha256, "bytes": len(made)}

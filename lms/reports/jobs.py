"""Long exports of reports as jobs: resumable by being made anew, scoped by the one who asked."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lms.accounts.roles import REPORTING
from lms.core.errors import Missing
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.ledger import spans
from lms.ledger.models import CountingBasis
from lms.places.selectors import division_in_scope
from lms.reports import drill, workbook

CHUNK = 500


@job_kind("reports.export_rows", queue="report")
def export_rows(job: Job, progress: Progress) -> dict[str, int]:
    """The rows behind one figure as a workbook; as many as the figure says."""
    actor, params = actor_of(job), job.params
    span = spans.parse(params["period"])
    basis = CountingBasis.objects.filter(pk=params["basis"]).first()
    if span is None or basis is None:
        raise Missing(_("没有这个统计期或口径。"))
    wanted = drill.Wanted(
        what=params["what"],
        division=division_in_scope(actor, params["division"], *REPORTING),
        span=span,
        basis=basis,
        by=params["by"],
        key=params["key"],
        own=params["own"],
    )
    opened = drill.open_figure(wanted)
    progress.set_total(opened.count, opened.title)

    def shown() -> Iterator[drill.Item]:
        for start in range(0, opened.count, CHUNK):
            part = drill.items(opened, list(opened.rows[start : start + CHUNK]), actor)
            yield from part
            progress.advance(len(part))

    progress.attach_result(
        f"{wanted.division.name}-{opened.title}-{span.code}.xlsx", workbook.items_workbook(wanted, opened, shown())
    )
    return {"rows": opened.count}

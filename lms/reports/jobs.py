"""Long exports of reports as jobs: resumable by being made anew, scoped by the one who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lms.accounts.roles import REPORTING
from lms.core.errors import Missing
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.core.replica import reading_from_replica
from lms.ledger import spans
from lms.ledger.models import CountingBasis
from lms.places.selectors import division_in_scope
from lms.reports import asking, cutting, drill, workbook

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

    def shown(opened: drill.Opened) -> Iterator[drill.Item]:
        for start in range(0, opened.count, CHUNK):
            part = drill.items(opened, list(opened.rows[start : start + CHUNK]), actor)
            yield from part
            progress.advance(len(part))

    with reading_from_replica(attempt=job.claims):
        opened = drill.open_figure(wanted)
        progress.set_total(opened.count, opened.title)
        made = workbook.items_workbook(wanted, opened, shown(opened))
    progress.attach_result(f"{wanted.division.name}-{opened.title}-{span.code}.xlsx", made)
    return {"rows": opened.count}


@job_kind("reports.custom_cut", queue="report")
def custom_cut(job: Job, progress: Progress) -> dict[str, Any]:
    """Figures of any period, folded from the lines as known at the position of the asking: a workbook, and the cut for the page."""
    actor, params = actor_of(job), job.params
    basis = CountingBasis.objects.filter(pk=params["basis"]).first()
    if basis is None:
        raise Missing(_("没有这个统计期或口径。"))
    place = division_in_scope(actor, params["division"], *REPORTING)
    progress.set_total(2, _("逐笔计算"))
    found = cutting.cut(
        division=place,
        start=dt.date.fromisoformat(params["start"]),
        end=dt.date.fromisoformat(params["end"]),
        basis=basis,
        position=params["position"],
        by=params["by"],
        boundaries_on=asking.boundaries(params.get("boundaries")),
        having=asking.having(params.get("having")),
    )
    progress.advance()
    told = cutting.payload(found)
    name = f"{place.name}-{params['start']}-{params['end']}.xlsx"
    progress.attach_result(name, workbook.cut_workbook(told, basis))
    progress.advance()
    return {
        "person_times": found.total.person_times,
        "persons": found.total.persons,
        "cut": told,
        "url": f"{reverse('reports:cut', args=[place.code])}?job={job.uuid}",
    }

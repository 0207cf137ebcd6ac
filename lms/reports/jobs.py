"""Long exports of reports as jobs: resumable by being made anew, scoped by the one who asked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
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
from lms.reports import drill, questions, workbook
from lms.reports.cuts import folding, opening, rows, telling

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
        said = workbook.rests_on(wanted.division, opened, wanted.basis, wanted.start, wanted.end)
        made = workbook.items_workbook(opened, said, shown(opened))
    progress.attach_result(f"{wanted.division.name}-{opened.title}-{span.code}.xlsx", made)
    return {"rows": opened.count}


@job_kind("reports.custom_cut", queue="report")
def custom_cut(job: Job, progress: Progress) -> dict[str, Any]:
    """Figures of any period, folded from the lines as known at the position of the asking: a workbook, and the cut for the page."""
    question = questions.of_params(job.params, actor_of(job), *REPORTING)
    place, params = question.division, job.params
    progress.set_total(2, _("逐笔计算"))
    with reading_from_replica(attempt=job.claims):
        found = folding.cut(question)
        progress.advance()
        told = telling.payload(found)
        made = workbook.cut_workbook(told, question.basis)
    progress.attach_result(f"{place.name}-{params['start']}-{params['end']}.xlsx", made)
    progress.advance()
    return {
        "person_times": found.total.person_times,
        "persons": found.total.persons,
        "cut": told,
        "url": f"{reverse('reports:cut', args=[place.code])}?job={job.uuid}",
    }


@job_kind("reports.cut_rows", queue="report")
def cut_rows(job: Job, progress: Progress) -> dict[str, Any]:
    """The rows behind one number of a cut, for its page: as a list of lines that is read a part at a time."""
    cell = rows.of_params(job.params, actor_of(job))
    progress.set_total(2, _("逐笔查找"))
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="ascii", newline="\n") as file:
        with reading_from_replica(attempt=job.claims):
            found = opening.open_cell(cell)
        progress.advance()
        file.writelines(found.texts())
        file.flush()
        progress.attach_result(rows.file_name(cell, "csv"), Path(file.name))
    progress.advance()
    base = reverse("reports:cut_open", args=[cell.asked.division.code])
    return {"rows": len(found), "amount": found.amount, "url": f"{base}?job={job.uuid}"}


@job_kind("reports.export_cut_rows", queue="report")
def export_cut_rows(job: Job, progress: Progress) -> dict[str, int]:
    """The same rows as a workbook; as many as the number says."""
    cell, actor = rows.of_params(job.params, actor_of(job)), actor_of(job)

    def shown(found: opening.Found) -> Iterator[drill.Item]:
        for item in rows.every_item(cell, found, actor):
            yield item
            progress.advance()

    with reading_from_replica(attempt=job.claims):
        found = opening.open_cell(cell)
        head = rows.opened(cell, count=len(found), amount=found.amount)
        progress.set_total(len(found), head.title)
        made = workbook.items_workbook(head, rows.rests_on(cell, head), shown(found))
    progress.attach_result(rows.file_name(cell, "xlsx"), made)
    return {"rows": len(found)}

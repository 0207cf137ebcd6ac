"""Long work of exams: printing, items in and out of files, regrades, item analysis. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from exams import printing, selectors
from exams.models import ItemBank, ItemImport, Paper, Regrade
from exams.services import exchange, exporting
from exams.services.analysing import analyse_paper
from exams.services.applying import apply_regrade
from exams.services.previewing import refresh_preview
from exams.states import PAPER_MAKERS, RESULT_READERS, ImportState
from lms.core.errors import Missing, Refused
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job
from lms.people import selectors as people


@job_kind("exams.print_paper", queue="pdf")
def print_paper(job: Job, progress: Progress) -> dict[str, Any]:
    """Safe to run twice: the file is made anew. The key is only for those who compose papers or read results."""
    by, part = actor_of(job), job.params["part"]
    progress.set_total(1, _("排版"))
    if part == "key" or by.has(*PAPER_MAKERS, *RESULT_READERS):
        paper = selectors.paper_in(by, job.params["paper"])
    else:
        person = people.person_of(by)
        found = selectors.papers_open_to(person).filter(uuid=job.params["paper"]).first() if person else None
        if found is None:
            raise Missing(_("没有找到这份试卷。"))
        paper = found
    progress.attach_result(f"{paper.title}-{printing.PARTS[part]}.pdf", printing.pdf(paper, part))
    progress.advance()
    return {"part": part}


def _import(job: Job) -> ItemImport:
    found = ItemImport.objects.select_related("bank__division").filter(uuid=job.params["import"]).first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


@job_kind("exams.read_items", queue="import")
def read_items(job: Job, progress: Progress) -> dict[str, Any]:
    """Read an uploaded file of items and hold it against the bank. A file that cannot be used fails the job with its sentence."""
    found = exchange.read_and_stage(item_import=_import(job), by=actor_of(job), progress=progress)
    if found.state == ImportState.REFUSED:
        raise Refused(found.reason)
    return exchange.counts_of(found)


@job_kind("exams.enter_items", queue="import")
def enter_items(job: Job, progress: Progress) -> dict[str, Any]:
    """Enter the chosen items of an import in chunks, each whole."""
    found, by = _import(job), actor_of(job)
    progress.set_total(found.rows.filter(wanted=True, entered_at__isnull=True).count(), _("试题入库"))
    while settled := exchange.enter_chunk(item_import=found, by=by):
        progress.advance(settled)
    exchange.close_import(item_import=found, by=by)
    return exchange.counts_of(found)


@job_kind("exams.export_items", queue="import")
def export_items(job: Job, progress: Progress) -> dict[str, Any]:
    """Write a large bank as one file, kept for the one who asked."""
    bank = ItemBank.objects.select_related("division").filter(uuid=job.params["bank"]).first()
    if bank is None:
        raise Missing(_("没有找到。"))
    progress.set_total(1, _("导出试题"))
    written = exporting.export_items(bank=bank, code=job.params["format"], by=actor_of(job))
    progress.attach_result(exporting.file_name(bank, job.params["format"]), written.content)
    progress.advance()
    return {"written": written.count, "left_out": len(written.left_out), "reasons": [r for _n, r in written.left_out[:20]]}


@job_kind("exams.preview_regrade")
def preview_regrade(job: Job, progress: Progress) -> dict[str, Any]:
    regrade = Regrade.objects.select_related("item_version").get(uuid=job.params["regrade"])
    refresh_preview(regrade)
    return {name: count for name, count in regrade.counts.items() if isinstance(count, int)}


@job_kind("exams.apply_regrade")
def regrade_attempts(job: Job, progress: Progress) -> dict[str, Any]:
    regrade = Regrade.objects.select_related("item_version__item__bank__division").get(uuid=job.params["regrade"])
    return {"changed": apply_regrade(regrade=regrade, by=actor_of(job), progress=progress)}


@job_kind("exams.analyse_paper", queue="report")
def analyse(job: Job, progress: Progress) -> dict[str, Any]:
    analysis = analyse_paper(paper=Paper.objects.get(uuid=job.params["paper"]), by=actor_of(job))
    return {"candidates": analysis.candidates}

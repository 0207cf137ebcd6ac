"""Long work of exams: a paper printed on A4, with its answer sheet, or its key apart."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from exams import printing, selectors
from exams.states import PAPER_MAKERS, RESULT_READERS
from lms.core.errors import Missing
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

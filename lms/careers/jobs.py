"""Long work of careers: judging the stored scores of a year again when a pass line becomes known late."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lms.careers import services
from lms.careers.models import PassLine
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job


@job_kind("careers.apply_pass_line")
def apply_pass_line(job: Job, progress: Progress) -> dict[str, Any]:
    """Safe to run twice: a score that is judged already is not judged again."""
    progress.set_total(1)
    line = PassLine.objects.select_related("region").get(uuid=job.params["line"])
    changed = services.apply_pass_line(line=line, by=actor_of(job))
    progress.advance()
    passed = sum(1 for score in changed if score.passed)
    return {"changed": len(changed), "passed": passed, "message": _("重新判定后有%(count)d条成绩改为合格。") % {"count": passed}}

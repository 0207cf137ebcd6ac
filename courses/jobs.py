"""Long work of courses: reading a roster, letting it in, issuing a class's certificates. Resumable, safe to run twice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from certificates import services as certificates
from courses.models import RosterImport, RosterRow, SignInSheet, TrainingClass
from courses.roster import workbooks
from courses.selectors.classes import roster_counts
from courses.services import certifying
from courses.services import roster as service
from courses.services import roster_answer as answering
from courses.services import roster_commit as committing
from courses.sheet_pdf import sheet_pdf
from lms.core.errors import Missing, Refused
from lms.core.jobs import Progress, actor_of, job_kind
from lms.core.models import Job


def _roster(job: Job) -> RosterImport:
    found = RosterImport.objects.select_related("training_class__division").filter(uuid=job.params["roster"]).first()
    if found is None:
        raise Missing(_("没有这份名册。"))
    return found


@job_kind("courses.read_roster", queue="import")
def read_roster(job: Job, progress: Progress) -> dict[str, Any]:
    """Look into an uploaded roster. A file that cannot be used fails the job with its sentence."""
    progress.set_total(1, _("读取名册"))
    roster = service.read_roster(roster=_roster(job), by=actor_of(job))
    if roster.reason:
        raise Refused(roster.reason)
    progress.advance()
    return {"columns": sum(1 for column in roster.columns if column["field"])}


@job_kind("courses.examine_roster", queue="import")
def examine_roster(job: Job, progress: Progress) -> dict[str, Any]:
    """Examine every row of a roster whose columns are confirmed; goes on where it was broken off."""
    roster = service.examine_roster(roster=_roster(job), progress=progress, by=actor_of(job))
    if roster.reason:
        raise Refused(roster.reason)
    return roster_counts(roster)


@job_kind("courses.import_roster", queue="import")
def import_roster(job: Job, progress: Progress) -> dict[str, Any]:
    """Let the accepted rows in by chunks of at most 500, each whole; hand over the initial passwords."""
    roster, by = _roster(job), actor_of(job)
    waiting = roster.rows.filter(verdict__in=service.ENTERING, committed_at__isnull=True).count()
    progress.set_total(waiting, _("导入名册"))
    for settled in committing.commit_rows(roster=roster, by=by):
        progress.advance(settled)
    service.close_roster(roster=roster, by=by)
    given = password_rows(roster)
    if given:
        title = _("%(title)s 学员初始密码") % {"title": roster.training_class.title}
        progress.attach_result(f"{title}.xlsx", workbooks.passwords(given, title=title, address=settings.BASE_URL))
    return {"entered": roster.rows.filter(committed_at__isnull=False).count(), "accounts": len(given)}


def password_rows(roster: RosterImport) -> list[tuple[str, str, str, str]]:
    rows = []
    for row in RosterRow.objects.filter(roster=roster, committed_at__isnull=False).exclude(sealed="").order_by("number"):
        content = service.content_of(row)
        if content.get("password"):
            rows.append((content["name"], content.get("organisation", ""), content["username"], content["password"]))
    return rows


@job_kind("courses.answer_roster", queue="import")
def answer_roster(job: Job, progress: Progress) -> dict[str, Any]:
    """Give a long roster back with its answers in it."""
    progress.set_total(1, _("写入核对结果"))
    with answering.answered_workbook(roster=_roster(job)) as (path, name):
        progress.attach_result(name, path)
    progress.advance()
    return {}


@job_kind("courses.issue_certificates", queue="pdf")
def issue_certificates(job: Job, progress: Progress) -> dict[str, Any]:
    """Issue the certificates of a closed class and ask for their printing."""
    by = actor_of(job)
    training_class = TrainingClass.objects.select_related("division", "organiser").filter(uuid=job.params["class"]).first()
    if training_class is None:
        raise Missing(_("没有这个班次。"))
    progress.set_total(len(certifying.completed(training_class)), _("发放证书"))
    issued, refused = [], []
    for result in certifying.issue_certificates(training_class=training_class, by=by):
        if result.certificate is None:
            refused.append({"enrolment": str(result.enrolment.uuid), "reason": result.reason})
        else:
            issued.append(result.certificate)
        progress.advance()
    if not issued and refused:
        raise Refused(refused[0]["reason"])
    certificates.request_printing(certificates=issued, by=by, division_path=training_class.division.path)
    return {"issued": len(issued), "refused": refused[:50]}


@job_kind("courses.print_sheet", queue="pdf")
def print_sheet(job: Job, progress: Progress) -> dict[str, Any]:
    """Draw a sign-in sheet whose rows were frozen when it was asked for."""
    sheet = (
        SignInSheet.objects.select_related(
            "session__training_class__division", "session__training_class__organiser", "session__trainer"
        )
        .filter(uuid=job.params["sheet"])
        .first()
    )
    if sheet is None:
        raise Missing(_("没有这份签到表。"))
    rows = sheet.rows.count()
    progress.set_total(rows, _("印签到表"))
    drawn = sheet_pdf(sheet)
    progress.advance(rows)
    name = _("签到表 %(title)s %(day)s") % {"title": sheet.session.title, "day": sheet.session.day.isoformat()}
    progress.attach_result(f"{name}.pdf", drawn)
    return {"rows": rows}

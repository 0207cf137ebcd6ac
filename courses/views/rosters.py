"""The office's pages of rosters: template, upload, preview, confirmation, results."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import services
from courses.forms import RosterForm
from courses.models import RosterImport, RosterRow
from courses.roster import sample, workbooks
from courses.selectors import classes as rows
from courses.services import roster as service
from courses.services import roster_answer as answering
from courses.services import roster_columns as mapping
from courses.states import RosterState, RowVerdict
from courses.views.common import act, actor_of, missing_is_404
from courses.views.roster_form import ColumnsForm
from lms.audit import services as audit
from lms.core.errors import LmsError, Missing
from lms.core.models import Job
from lms.people.rules import mask_document

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The roster template to fill in."""
    return _workbook(workbooks.template(categories=rows.category_names(actor_of(request))), _("学员名册模板.xlsx"))


@require_GET
@missing_is_404
def sample_roster(request: HttpRequest) -> HttpResponse:
    """A made-up county's roster with twelve kinds of damage, to try the import with."""
    actor_of(request)
    return _workbook(sample.workbook(), _("有十二处错误的样表（虚构）.xlsx"))


@require_http_methods(["GET", "POST"])
@missing_is_404
def upload(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    training_class = rows.class_in(actor, uuid)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.upload_roster(
                training_class=training_class,
                file=form.cleaned_data["file"],
                give_accounts=form.cleaned_data["give_accounts"],
                by=actor,
            )
        except Missing:
            raise
        except LmsError as error:
            form.add_error("file", str(error))
        else:
            return redirect("courses:roster_detail", made.uuid)
    return render(request, "courses/office/roster_upload.html", {"form": form, "training_class": training_class})


@require_GET
@missing_is_404
def detail(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Reading, preview with every row's verdict, importing, done."""
    roster = rows.roster_in(actor_of(request), uuid)
    if roster.state == RosterState.MAPPING:
        return redirect("courses:roster_columns", uuid)
    counts = rows.roster_counts(roster)
    verdict = request.GET.get("verdict", "")
    found = roster.rows.all()
    if verdict in RowVerdict.values:
        found = found.filter(verdict=verdict)
    elif verdict == "hint":
        found = found.filter(hinted=True)
    page = Paginator(found.select_related("person__organisation"), 50).get_page(request.GET.get("page"))
    listed = []
    for row in page:
        content = service.content_of(row) or _of_person(row)
        document = content.get("document", "")
        listed.append((row, content, mask_document(document) if document else ""))
    context = {
        "roster": roster,
        "training_class": roster.training_class,
        "counts": counts,
        "tabs": [(v.value, v.label, counts.get(v, 0)) for v in RowVerdict],
        "hinted": roster.rows.filter(hinted=True).count(),
        "at_once": sum(counts.values()) <= answering.AT_ONCE,
        "is_mine": roster.created_by == actor_of(request).uuid,
        "entering": counts.get(RowVerdict.NEW, 0) + counts.get(RowVerdict.KNOWN, 0),
        "total": sum(counts.values()),
        "verdict": verdict,
        "page_obj": page,
        "listed": listed,
        "job": _job(roster),
        "is_busy": _is_running(roster),
    }
    return render(request, "courses/office/roster_detail.html", context)


def _of_person(row: RosterRow) -> dict[str, str]:
    """Whoever was let in stands on the books; the staged row no longer says who it was."""
    if row.person is None or row.committed_at is None:
        return {}
    return {"name": row.person.name, "organisation": row.person.organisation.name if row.person.organisation else ""}


def _is_running(roster: RosterImport) -> bool:
    """A job works on it; the list of passwords is there only once its job is done."""
    return any(job is not None and job.is_open for job in (roster.read_job, roster.examine_job, roster.commit_job))


def _job(roster: RosterImport) -> Job | None:
    """The job whose turn it is, or was last."""
    if roster.state in (RosterState.COMMITTING, RosterState.DONE):
        return roster.commit_job
    return roster.examine_job or roster.read_job


@require_POST
@missing_is_404
def confirm(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    roster = rows.roster_in(actor, uuid)
    return act(request, reverse("courses:roster_detail", args=[uuid]), lambda: services.confirm_roster(roster=roster, by=actor))


@require_POST
@missing_is_404
def discard(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    actor = actor_of(request)
    roster = rows.roster_in(actor, uuid)
    return act(
        request,
        reverse("courses:class_detail", args=[roster.training_class.uuid]),
        lambda: services.discard_roster(roster=roster, by=actor),
        _("已放弃这份名册，没有改动任何资料。"),
    )


@require_http_methods(["GET", "POST"])
@missing_is_404
def results(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The uploaded workbook with the answers in it, for the one who uploaded it: at once, or (posted) by a job when it is long."""
    actor = actor_of(request)
    roster = rows.roster_in(actor, uuid)
    if roster.created_by != actor.uuid:
        raise Missing
    try:
        if request.method == "POST":
            return redirect("job_detail", answering.request_answer(roster=roster, by=actor).uuid)
        with answering.answered_workbook(roster=roster) as (path, name):
            content = path.read_bytes()
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("courses:roster_detail", uuid)
    audit.record("courses.roster.results_taken", roster, by=actor, division_path=roster.training_class.division.path)
    return _workbook(content, name)


@require_http_methods(["GET", "POST"])
@missing_is_404
def columns(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """What each column means, as recognised: a human changes what is wrong and confirms; then the rows are examined."""
    actor = actor_of(request)
    roster = rows.roster_in(actor, uuid)
    sheets = mapping.sheets_of(roster)
    if not sheets or roster.state not in (RosterState.MAPPING, RosterState.READY):
        return redirect("courses:roster_detail", uuid)
    form = ColumnsForm(request.POST or request.GET or None, roster=roster, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        try:
            services.confirm_columns(roster=roster, by=actor, **form.chosen())
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            return redirect("courses:roster_detail", uuid)
    context = {"roster": roster, "training_class": roster.training_class, "form": form, **form.page()}
    return render(request, "courses/office/roster_columns.html", context, status=422 if request.method == "POST" else 200)

"""Faulty items: a learner's report and the answer it got; the worklist of those who keep the bank."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams import fault_selectors, rules, selectors, services
from exams.fault_forms import FaultAnswerForm, FaultForm
from exams.regrade_states import ReportState
from exams.states import REVIEWERS
from exams.views.common import found
from lms.core.errors import LmsError, Missing
from lms.people import selectors as people


@found
def fault_report(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """Report an item that one has met; the item is shown once more above the form."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    row = fault_selectors.version_by_uuid(version)
    ids = people.ids_of(person)
    if not fault_selectors.has_met(ids, row):
        raise Missing(_("没有找到。"))
    attempt = fault_selectors.own_attempt_with(ids, row, request.GET.get("attempt", ""))
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_fault(version=row, person=person, attempt=attempt, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("报错已收到。答复会通过消息告诉您，也会列在这里。"))
            return redirect("exams:fault_list")
    options = list(zip(rules.LETTERS, row.options, strict=False))
    return render(request, "exams/fault_report.html", {"form": form, "version": row, "options": options, "attempt": attempt})


@require_GET
@found
def fault_list(request: HttpRequest) -> HttpResponse:
    """One's own reports with the answers they got."""
    person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    page = Paginator(fault_selectors.reports_of(people.ids_of(person)), 20).get_page(request.GET.get("page"))
    return render(request, "exams/fault_list.html", {"page_obj": page})


@require_GET
def office_faults(request: HttpRequest) -> HttpResponse:
    """Items that learners reported, waiting ones first in their own list."""
    answered = request.GET.get("show") == "answered"
    rows = fault_selectors.reported_versions(request.actor, answered=answered)  # type: ignore[attr-defined]
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "exams/office/fault_list.html", {"page_obj": page, "answered": answered})


@found
def office_fault(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """One reported item: what it says, what was said of it, and the answer to all who wait."""
    actor = request.actor  # type: ignore[attr-defined]
    row = fault_selectors.version_in(actor, version)
    form = FaultAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = services.answer_faults(version=row, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已答复 %(count)s 位报错人。") % {"count": told})
            return redirect("exams:office_fault", version=version)
    reports = list(row.fault_reports.select_related("division", "attempt__paper").order_by("-reported_at"))
    context = {
        "version": row,
        "options": [(letter, text, letter in row.keys) for letter, text in zip(rules.LETTERS, row.options, strict=False)],
        "reports": reports,
        "waiting": sum(1 for report in reports if report.state == ReportState.OPEN),
        "regrades": row.regrades.all(),
        "analysis": row.analyses.order_by("-analysis__computed_at").select_related("analysis__paper").first(),
        "form": form,
        "may_retire": actor.covers(row.item.bank.path, *REVIEWERS),
    }
    return render(request, "exams/office/fault.html", context)

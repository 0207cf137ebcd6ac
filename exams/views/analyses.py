"""Item analysis for trainers: the paper as a whole, its items with what the figures say, and one item with its pictures."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import analysis_selectors, services
from exams.states import BANK_STAFF, PAPER_MAKERS, RESULT_READERS
from exams.views.common import found
from lms.core.errors import Missing


@require_GET
@found
def paper_analysis(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """The figures of a paper and of each item, flagged ones first on request."""
    actor = request.actor  # type: ignore[attr-defined]
    row, analysis, since = analysis_selectors.analysis_of(actor, paper)
    context = {
        "paper": row,
        "analysis": analysis,
        "since": since,
        "may_compute": actor.covers(row.path, *PAPER_MAKERS, *RESULT_READERS),
    }
    if analysis is not None and analysis.figures.get("enough"):
        figures, lines = analysis.figures, analysis_selectors.lines_of(analysis)
        flagged = [line for line in lines if line.flags]
        only = request.GET.get("show") == "flagged"
        context |= {
            "lines": flagged if only else lines,
            "only_flagged": only,
            "flagged": len(flagged),
            "mean": analysis_selectors.figure(figures["mean"]),
            "alpha": analysis_selectors.figure(figures["alpha"]),
            "standard_error": analysis_selectors.figure(figures["standard_error"]),
            "passed": analysis_selectors.figure(figures["passed"], percent=True),
            "deviation": f"{figures['deviation']:.1f}",
            "histogram": figures["histogram"],
            "map": {
                "x": _("得分率"),
                "y": _("区分度"),
                "points": [
                    [line.row.number, line.row.figures["facility"][0], line.row.figures["discrimination"][0], bool(line.flags)]
                    for line in lines
                    if line.row.figures["discrimination"][0] is not None
                ],
            },
        }
    return render(request, "exams/office/analysis.html", context)


@require_GET
@found
def item_analysis(request: HttpRequest, paper: uuid.UUID, number: int) -> HttpResponse:
    """One item: its curve over score groups and its options, drawn and as tables."""
    actor = request.actor  # type: ignore[attr-defined]
    row, analysis, _since = analysis_selectors.analysis_of(actor, paper)
    lines = analysis_selectors.lines_of(analysis, [number]) if analysis is not None else []
    if not lines or analysis is None:
        raise Missing(_("没有找到。"))
    line = lines[0]
    curve = line.curve
    context = {
        "paper": row,
        "analysis": analysis,
        "line": line,
        "version": line.row.item_version,
        "next": number + 1 if analysis.items.filter(number=number + 1).exists() else None,
        "previous": number - 1 if number > 1 else None,
        "may_regrade": actor.covers(line.row.item_version.item.bank.path, *BANK_STAFF),
        "curve_chart": {
            "names": [f"{group['lowest']:g}–{group['highest']:g}" for group in curve],
            "values": [group["share"][0] for group in curve],
            "low": [group["share"][1] for group in curve],
            "high": [group["share"][2] for group in curve],
            "label": _("得分率"),
            "interval": _("95% 区间"),
        },
        "option_chart": {
            "names": [option["letter"] + (" ✓" if option["is_key"] else "") for option in line.options],
            "series": [
                {"name": _("最好的 27%"), "values": [option["upper"][0] for option in line.options]},
                {"name": _("最弱的 27%"), "values": [option["lower"][0] for option in line.options]},
            ],
        },
    }
    return render(request, "exams/office/analysis_item.html", context)


@require_POST
@found
def analysis_request(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Ask for the analysis to be computed anew; the job's page shows when it is done."""
    actor = request.actor  # type: ignore[attr-defined]
    row, _analysis, _since = analysis_selectors.analysis_of(actor, paper)
    job = services.request_analysis(paper=row, by=actor)
    if job.status == job.Status.DONE:
        messages.success(request, _("作答没有变化，分析已是最新。"))
        return redirect("exams:office_analysis", paper=paper)
    return redirect("job_detail", job.uuid)

"""Pages of those who compose papers by blueprint: lines, the proof, drawing; how hard items are; printing."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import allocation, difficulty, drawing, printing, rules, selectors, services
from exams.forms_sittings import BlueprintForm, CellForm, DrawForm
from exams.models import Blueprint, Item, PaperDraw, PaperDrawnItem, SyllabusChapter
from exams.states import AUTHORS, PAPER_MAKERS
from exams.views.common import found
from lms.core import jobs
from lms.core.errors import LmsError, Missing, Refused

BLANK_LINES = 3


@require_GET
def blueprint_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(selectors.blueprints_in(actor), 25).get_page(request.GET.get("page"))
    return render(request, "exams/office/blueprint_list.html", {"page_obj": page})


def blueprint_create(request: HttpRequest) -> HttpResponse:
    """A new blueprint; with a template its lines begin as the template's parts."""
    actor = request.actor  # type: ignore[attr-defined]
    form = BlueprintForm(request.POST or None, actor=actor, roles=PAPER_MAKERS)
    if request.method == "POST" and form.is_valid():
        template = form.cleaned_data["template"]
        parts = template.sections.all() if template else []
        cells = [services.CellRow(part.kind, part.count, part.points) for part in parts]
        try:
            made = services.create_blueprint(by=actor, cells=cells, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("细目表已建立，请填写各行。"))
            return redirect("exams:blueprint_cells", blueprint=made.uuid)
    return render(request, "exams/office/blueprint_form.html", {"form": form})


@require_GET
@found
def blueprint_detail(request: HttpRequest, blueprint: uuid.UUID) -> HttpResponse:
    """The lines, whether the banks fill them, and the papers drawn so far."""
    row = selectors.blueprint_in(request.actor, blueprint)  # type: ignore[attr-defined]
    proof = drawing.prove(row)
    cells = [(cell, proof.fitting.get(str(cell.number), 0)) for cell in row.cells.prefetch_related("chapters")]
    context = {
        "blueprint": row,
        "cells": cells,
        "proof": proof,
        "series": _series(row),
        "form": DrawForm(initial={"title": row.title}),
        "total": sum(cell.count for cell, _n in cells),
        "points": sum(cell.count * cell.points for cell, _n in cells),
    }
    return render(request, "exams/office/blueprint.html", context)


@found
def blueprint_cells(request: HttpRequest, blueprint: uuid.UUID) -> HttpResponse:
    """Write the lines. Empty lines are left out."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.blueprint_in(actor, blueprint)
    chapters = SyllabusChapter.objects.filter(syllabus_subject__subject=row.subject).select_related("syllabus_subject__edition")
    if row.edition_id:
        chapters = chapters.filter(syllabus_subject__edition_id=row.edition_id)
    formset_class = formset_factory(CellForm, extra=BLANK_LINES, max_num=200)
    initial: list[dict[str, Any]] = [
        {
            "kind": cell.kind,
            "chapters": list(cell.chapters.all()),
            "band": cell.band,
            "count": cell.count,
            "points": rules.as_points(cell.points),
        }
        for cell in row.cells.prefetch_related("chapters")
    ]
    formset = formset_class(request.POST or None, initial=initial, form_kwargs={"chapters": chapters})
    if request.method == "POST" and formset.is_valid():
        try:
            cells = [line for line in (form.row() for form in formset) if line is not None]
            services.set_cells(blueprint=row, cells=cells, by=actor)
        except LmsError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("细目表已保存。"))
            return redirect("exams:blueprint", blueprint=blueprint)
    return render(request, "exams/office/blueprint_cells.html", {"blueprint": row, "formset": formset})


@require_POST
@found
def blueprint_act(request: HttpRequest, blueprint: uuid.UUID, act: str) -> HttpResponse:
    """Draw parallel papers, or take the blueprint out of use."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.blueprint_in(actor, blueprint)
    if act not in ("draw", "retire"):
        raise Http404
    try:
        if act == "retire":
            services.retire_blueprint(blueprint=row, by=actor)
            messages.success(request, _("细目表已停用。"))
        else:
            form = DrawForm(request.POST)
            if not form.is_valid():
                messages.error(request, _("请填写试卷名称和份数。"))
                return redirect("exams:blueprint", blueprint=blueprint)
            seed = form.cleaned_data["seed"]
            papers = services.draw_papers(
                blueprint=row,
                seed=secrets.randbelow(2**31) if seed is None else seed,
                count=form.cleaned_data["count"],
                title=form.cleaned_data["title"],
                is_reserved=form.cleaned_data["is_reserved"],
                by=actor,
            )
            messages.success(request, _("已抽出 %(count)s 份试卷，查看后开放。") % {"count": len(papers)})
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:blueprint", blueprint=blueprint)


@found
def bank_difficulty(request: HttpRequest, bank: uuid.UUID) -> HttpResponse:
    """How hard the items of a bank are: the author's estimate beside what was observed."""
    actor = request.actor  # type: ignore[attr-defined]
    row = selectors.bank_in(actor, bank)
    items = Item.objects.filter(bank=row, versions__state="live").select_related("estimate", "facility").order_by("code")
    page = Paginator(items, 40).get_page(request.GET.get("page"))
    may_write = actor.covers(row.path, *AUTHORS)
    if request.method == "POST":
        if not may_write:
            raise Missing(_("没有找到。"))
        given = {item: request.POST.get(f"e{item.pk}", "").strip() for item in page}
        try:
            percents = {item: int(text) for item, text in given.items() if text.isdigit()}
            changed = difficulty.set_estimates(bank=row, percents=percents, by=actor)
            messages.success(request, _("已保存 %(count)s 道题的预计得分率。") % {"count": changed})
        except LmsError as error:
            messages.error(request, str(error))
        return redirect(f"{request.path}?page={page.number}")
    try:
        scale = difficulty.scale_in_force()
    except Refused as error:  # a new system, whose standards are not loaded
        messages.error(request, str(error))
        return redirect("exams:bank", bank=bank)
    known = difficulty.difficulties_of([item.pk for item in page], scale)
    versions = {v.item_id: v for v in selectors.live_versions(page)}
    rows = [(item, versions[item.pk], known.get(item.pk)) for item in page if item.pk in versions]
    lines = [
        (item, version, facility, scale.band(facility).label if facility is not None else "") for item, version, facility in rows
    ]
    context = {"bank": row, "page_obj": page, "rows": lines, "scale": scale, "may_write": may_write}
    return render(request, "exams/office/difficulty.html", context)


@require_POST
@found
def paper_print(request: HttpRequest, paper: uuid.UUID, part: str) -> HttpResponse:
    """Ask for a printed part of a paper; the job's page has the file."""
    actor = request.actor  # type: ignore[attr-defined]
    if part not in printing.PARTS:
        raise Http404
    row = selectors.paper_in(actor, paper)
    return _print(request, row, part)


@require_POST
@found
def own_paper_print(request: HttpRequest, paper: uuid.UUID, part: str) -> HttpResponse:
    """A learner prints an open paper or its answer sheet; the key comes with the result, not with the print."""
    if part not in ("paper", "sheet"):
        raise Http404
    row = selectors.offer_for(selectors.person_of(request.actor), paper).paper  # type: ignore[attr-defined]
    return _print(request, row, part)


def _print(request: HttpRequest, row: Any, part: str) -> HttpResponse:
    job = jobs.enqueue(
        "exams.print_paper",
        title=_("%(paper)s：打印%(part)s") % {"paper": row.title, "part": printing.PARTS[part]},
        by=request.actor,  # type: ignore[attr-defined]
        params={"paper": str(row.uuid), "part": part},
        division_path=row.path,
    )
    return redirect("job_detail", uuid=job.uuid)


def _series(blueprint: Blueprint) -> list[dict[str, Any]]:
    """The sets drawn so far, the newest first, each with its numbers: difficulty of each paper, overlap of each two."""
    draws = list(PaperDraw.objects.filter(blueprint=blueprint).select_related("paper").order_by("-drawn_at", "letter")[:60])
    names: dict[int, set[int]] = {}
    for draw_id, version_id in PaperDrawnItem.objects.filter(draw__in=draws).values_list("draw_id", "item_version_id"):
        names.setdefault(draw_id, set()).add(version_id)
    sets: dict[uuid.UUID, list[PaperDraw]] = {}
    for draw in draws:
        sets.setdefault(draw.series, []).append(draw)
    found_ = []
    for members in (sorted(drawn, key=lambda draw: draw.letter) for drawn in sets.values()):
        shared = allocation.overlap([{"": [str(pk) for pk in names.get(draw.pk, set())]} for draw in members])
        pairs = [
            {"one": a.letter, "two": b.letter, "shared": shared[i][j], "of": shared[i][i]}
            for i, a in enumerate(members)
            for j, b in enumerate(members)
            if i < j
        ]
        known = [d.expected_facility for d in members if d.expected_facility is not None]
        spread = max(known) - min(known) if len(known) > 1 else None
        found_.append({"draws": members, "pairs": pairs, "spread": spread, "first": members[0]})
    return found_

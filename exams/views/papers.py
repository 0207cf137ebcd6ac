"""Pages of those who compose papers: list, new, composition, opening and closing."""

from __future__ import annotations

import secrets
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import printing, selectors, services
from exams.forms import ItemFilter, PaperForm
from exams.models import ItemVersion, Paper, PaperDraw, PaperItem
from exams.questions import QUESTION_ROWS
from exams.states import PAPER_MAKERS, ItemKind, PaperState
from exams.views.common import found
from lms.core.errors import LmsError, Missing


@require_GET
def paper_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    papers = selectors.papers_with_results(actor).annotate(items=Count("paper_items")).order_by("-id")
    page = Paginator(papers, 25).get_page(request.GET.get("page"))
    own = set(selectors.papers_in(actor).filter(pk__in=[row.pk for row in page]).values_list("pk", flat=True))
    context = {"page_obj": page, "own": own, "may_make": actor.has(*PAPER_MAKERS)}
    return render(request, "exams/office/paper_list.html", context)


def paper_create(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = PaperForm(request.POST or None, actor=actor, roles=PAPER_MAKERS)
    if request.method == "POST" and form.is_valid():
        try:
            paper = services.create_paper(by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("试卷已建立，请选题。"))
            return redirect("exams:office_paper_items", paper=paper.uuid)
    return render(request, "exams/office/paper_form.html", {"form": form})


@require_GET
@found
def paper_detail(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    row = selectors.paper_in(request.actor, paper)  # type: ignore[attr-defined]
    rows = PaperItem.objects.filter(paper=row).select_related(*QUESTION_ROWS).order_by("number")
    context = {
        "paper": row,
        "sections": selectors.sections_of(row),
        "has_essays": row.sections.filter(kind=ItemKind.ESSAY).exists(),
        "questions": [selectors.question(item) for item in rows],
        "lacks": services.paper_shortfalls(row) if row.state == PaperState.DRAFT else [],
        "may_make": _may_make(request, row),
        "draw": PaperDraw.objects.filter(paper=row).select_related("blueprint").first(),
        "print_parts": printing.PARTS.items(),
    }
    return render(request, "exams/office/paper.html", context)


@found
def paper_items(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Compose a draft: add ticked items, remove, or let the system fill what is lacking."""
    row = selectors.paper_in(request.actor, paper)  # type: ignore[attr-defined]
    if not _may_make(request, row) or row.state != PaperState.DRAFT:
        raise Missing(_("没有找到。"))
    if request.method == "POST":
        try:
            messages.success(request, _compose(request, row))
        except Missing:
            raise
        except LmsError as error:
            messages.error(request, str(error))
        return redirect("exams:office_paper_items", paper=paper)
    inside = PaperItem.objects.filter(paper=row).select_related("item_version__item", "section").order_by("number")
    narrowed = ItemFilter(request.GET, subject=row.subject)
    pool = selectors.drawable_items(row).exclude(item__versions__paper_items__paper=row)
    pool = pool.exclude(kind=ItemKind.CASE, item__questions__versions__paper_items__paper=row)
    chosen = narrowed.chosen()
    if chosen.get("text"):
        pool = pool.filter(stem__icontains=chosen["text"])
    if chosen.get("kind"):
        pool = pool.filter(kind=chosen["kind"])
    if chosen.get("chapter_id"):
        pool = pool.filter(item__placements__chapter_id=chosen["chapter_id"])
    page = Paginator(pool.prefetch_related("item__placements__chapter").order_by("item__code"), 30).get_page(
        request.GET.get("page")
    )
    sections = [(section, sum(1 for item in inside if item.section_id == section.pk)) for section in selectors.sections_of(row)]
    context = {
        "paper": row,
        "inside": inside,
        "sections": sections,
        "page_obj": page,
        "filter": narrowed,
        "lacks": services.paper_shortfalls(row),
    }
    return render(request, "exams/office/paper_items.html", context)


@require_POST
@found
def paper_act(request: HttpRequest, paper: uuid.UUID, act: str) -> HttpResponse:
    """Open or close a paper."""
    row = selectors.paper_in(request.actor, paper)  # type: ignore[attr-defined]
    steps = {"publish": (services.publish_paper, _("试卷已开放。")), "retire": (services.retire_paper, _("试卷已停用。"))}
    if act not in steps:
        raise Http404
    service, done = steps[act]
    try:
        service(paper=row, by=request.actor)  # type: ignore[attr-defined]
        messages.success(request, done)
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:office_paper", paper=paper)


def _compose(request: HttpRequest, paper: Paper) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    act = request.POST.get("act")
    inside = list(ItemVersion.objects.filter(paper_items__paper=paper).select_related("item").order_by("paper_items__number"))
    if act == "draw":
        services.draw_items(paper=paper, seed=secrets.randbelow(2**31), by=actor)
        return _("已从题库补齐能补的试题。")
    chosen = {text for text in request.POST.getlist("item") if len(text) == 36}
    if act == "add":
        new = selectors.drawable_items(paper).filter(uuid__in=chosen).exclude(pk__in=[v.pk for v in inside])
        services.set_paper_items(paper=paper, items=[*inside, *new], by=actor)
        return _("试题已入卷。")
    if act == "remove":
        services.set_paper_items(paper=paper, items=_without(inside, chosen), by=actor)
        return _("试题已移出。")
    raise Http404


def _without(inside: list[ItemVersion], chosen: set[str]) -> list[ItemVersion]:
    """What stays when the chosen ones go; a question of a case takes the whole case with it."""
    cases = {v.item.case_id for v in inside if str(v.uuid) in chosen and v.item.case_id}
    return [v for v in inside if str(v.uuid) not in chosen and v.item.case_id not in cases]


def _may_make(request: HttpRequest, paper: Paper) -> bool:
    return bool(request.actor.covers(paper.path, *PAPER_MAKERS))  # type: ignore[attr-defined]

"""Past use of an item: which papers set it, in which sittings, how many answered, and how it did each time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q

from exams.analysis_selectors import Figure, figure
from exams.models import Item, ItemAnalysis, Paper, PaperItem, Response, SittingPaper
from exams.selectors import papers_with_results
from exams.states import PaperState
from lms.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Use:
    """One paper that set the item, with what came of it; figures only where its results were analysed."""

    paper: Paper
    number: int
    version: int
    sittings: Sequence[tuple[uuid.UUID, str, object]]  # uuid, title, begins
    answered: int
    first_at: object
    last_at: object
    facility: Figure | None
    discrimination: Figure | None


@dataclass(frozen=True, slots=True)
class Uses:
    """``elsewhere`` counts the papers that the reader may not see."""

    rows: Sequence[Use]
    elsewhere: int


def uses_of(actor: Actor, item: Item) -> Uses:
    """Every paper that set any version of the item, newest first: five queries, however many papers."""
    opened = PaperItem.objects.filter(Q(item_version__item=item) | Q(case_version__item=item)).exclude(
        paper__state=PaperState.DRAFT
    )
    everywhere = opened.values("paper_id").distinct().count()
    seen = (
        opened.filter(paper__in=papers_with_results(actor)).select_related("paper", "item_version").order_by("-paper_id", "number")
    )
    placed = {row.paper_id: row for row in seen.order_by("-number")}  # of a case, its first question stands for it
    answers: dict[int, Mapping[str, Any]] = {
        row["attempt__paper_id"]: row
        for row in Response.objects.filter(item_version__item=item, attempt__paper_id__in=placed, points__isnull=False)
        .order_by()
        .values("attempt__paper_id")
        .annotate(n=Count("pk"), first=Min("attempt__started_at"), last=Max("attempt__started_at"))
    }
    sittings: dict[int, list[tuple[uuid.UUID, str, object]]] = {}
    held = SittingPaper.objects.filter(paper_id__in=placed).select_related("sitting").order_by("sitting__starts_at")
    for row in held:
        sittings.setdefault(row.paper_id, []).append((row.sitting.uuid, row.sitting.title, row.sitting.starts_at))
    figures: dict[int, dict[str, Figure]] = {}
    kept = ItemAnalysis.objects.filter(item_version__item=item, analysis__paper_id__in=placed).select_related("analysis")
    for found in kept.order_by("analysis__computed_at", "analysis_id"):
        words = found.figures
        if "facility" in words:
            figures[found.analysis.paper_id] = {
                "facility": figure(words["facility"], percent=True),
                "discrimination": figure(words["discrimination"]),
            }
    rows = []
    for paper_id in sorted(placed, reverse=True):
        at, did = placed[paper_id], figures.get(paper_id, {})
        told: Mapping[str, Any] = answers.get(paper_id, {})
        rows.append(
            Use(
                at.paper,
                at.number,
                at.item_version.number,
                sittings.get(paper_id, []),
                told.get("n", 0),
                told.get("first"),
                told.get("last"),
                did.get("facility"),
                did.get("discrimination"),
            )
        )
    return Uses(rows, everywhere - len(rows))

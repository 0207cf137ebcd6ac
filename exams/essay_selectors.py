"""Reads around essays: a marker's worklist, a script without names, the progress of a paper and how its markers agree."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from exams import agreement, rules
from exams.models import EssayMark, EssayMarker, EssayScript, Paper
from lms.core.actor import Actor
from lms.core.errors import Missing


@dataclass(frozen=True, slots=True)
class MarkingPaper:
    """A paper on a marker's worklist: how many scripts they may still take, what they did, what they have in hand."""

    paper: Paper
    waiting: int
    done: int
    in_hand: EssayMark | None


def worklist(actor: Actor) -> list[MarkingPaper]:
    """The papers the actor is appointed to mark; four queries however many there are."""
    papers = [
        row.paper for row in EssayMarker.objects.filter(user_id=actor.user_id or 0, ended_at__isnull=True).select_related("paper")
    ]
    mine = EssayMark.objects.filter(marker_id=actor.user_id or 0)
    done = dict(
        mine.filter(script__paper__in=papers, marked_at__isnull=False).values_list("script__paper_id").annotate(n=Count("pk"))
    )
    in_hand = {mark.script.paper_id: mark for mark in mine.filter(marked_at__isnull=True).select_related("script")}
    free = EssayScript.objects.filter(paper__in=papers, settled_at__isnull=True)
    free = free.exclude(pk__in=mine.values("script_id")).exclude(response__attempt__person__user_id=actor.user_id or 0)
    waiting: dict[int, int] = {}
    for paper_id in free.annotate(taken=Count("marks")).filter(taken__lt=F("wanted")).values_list("paper_id", flat=True):
        waiting[paper_id] = waiting.get(paper_id, 0) + 1
    return [MarkingPaper(paper, waiting.get(paper.pk, 0), done.get(paper.pk, 0), in_hand.get(paper.pk)) for paper in papers]


def own_mark(actor: Actor, mark_uuid: uuid.UUID) -> EssayMark:
    """A script the actor has claimed, with the essay and its marking points; nothing of it names the candidate."""
    rows = EssayMark.objects.filter(uuid=mark_uuid, marker_id=actor.user_id or 0)
    found = rows.select_related("script__paper", "script__response__item_version").first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found


def markers_of(paper: Paper) -> QuerySet[EssayMarker]:
    return EssayMarker.objects.filter(paper=paper, ended_at__isnull=True).select_related("user")


@dataclass(frozen=True, slots=True)
class Progress:
    scripts: int
    settled: int
    thirds: int
    waiting_for_third: int


def progress_of(paper: Paper) -> Progress:
    counts = EssayScript.objects.filter(paper=paper).aggregate(
        scripts=Count("pk"),
        settled=Count("pk", filter=Q(settled_at__isnull=False)),
        thirds=Count("pk", filter=Q(wanted=3)),
        waiting=Count("pk", filter=Q(wanted=3, settled_at__isnull=True)),
    )
    return Progress(counts["scripts"], counts["settled"], counts["thirds"], counts["waiting"])


@dataclass(frozen=True, slots=True)
class MarkerRow:
    label: str
    figures: agreement.MarkerFigures


@dataclass(frozen=True, slots=True)
class PairRow:
    first: str
    second: str
    figures: agreement.PairFigures


def agreement_of(paper: Paper) -> tuple[list[MarkerRow], list[PairRow]]:
    """Figures of each marker and of each pair, in points, from the marks of settled scripts; one query."""
    rows = EssayMark.objects.filter(script__paper=paper, script__settled_at__isnull=False, marked_at__isnull=False)
    marks: dict[str, dict[int, float]] = {}
    for label, script, points in rows.values_list("marker__username", "script_id", "points"):
        marks.setdefault(label, {})[script] = (points or 0) / 100
    singles = [MarkerRow(label, figures) for label, figures in sorted(agreement.figures_of(marks).items())]
    pairs = [PairRow(a, b, agreement.pair_of(marks[a], marks[b])) for a, b in combinations(sorted(marks), 2)]
    return singles, [pair for pair in pairs if pair.figures.scripts]


def verdicts_of(attempt_id: int) -> Mapping[int, list[str]]:
    """The markers' remarks on the essays of a marked attempt, by number; unsigned."""
    found: dict[int, list[str]] = {}
    rows = EssayMark.objects.filter(script__response__attempt_id=attempt_id, marked_at__isnull=False).exclude(remark="")
    for number, remark in rows.order_by("ordinal").values_list("script__response__number", "remark"):
        found.setdefault(number, []).append(remark)
    return found


def marking_points_of(mark: EssayMark) -> list[tuple[str, int]]:
    return [(point["text"], int(point["points"])) for point in mark.script.response.item_version.marking_points]


def worth_of(mark: EssayMark) -> object:
    return rules.as_points(mark.script.full_points)

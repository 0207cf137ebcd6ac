"""Reads of kept analyses: figures as estimates a page can print, flags as words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exams.models import Attempt, ItemAnalysis, Paper, PaperAnalysis
from exams.selectors import papers_with_results
from exams.states import AttemptState
from exams.statistics.flags import FLAGS, Flag
from lms.core.actor import Actor
from lms.core.errors import Missing


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate as printed: always with its interval. ``text`` says so when there is none."""

    value: float | None
    low: float | None
    high: float | None
    is_percent: bool = False

    def _one(self, number: float) -> str:
        return f"{number * 100:.0f}" if self.is_percent else f"{number:.2f}".replace("-", "−")

    @property
    def main(self) -> str:
        if self.value is None:
            return "—"
        return f"{self._one(self.value)}%" if self.is_percent else self._one(self.value)

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return _("证据不足")
        if self.is_percent:
            return f"{self._one(self.low)}–{self._one(self.high)}%"
        return _("%(low)s 至 %(high)s") % {"low": self._one(self.low), "high": self._one(self.high)}


def figure(found: Sequence[float | None] | None, *, percent: bool = False) -> Figure:
    value, low, high = found or (None, None, None)
    return Figure(value, low, high, percent)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of an analysis for a page."""

    row: ItemAnalysis
    flags: Sequence[Flag]

    @property
    def facility(self) -> Figure:
        return figure(self.row.figures["facility"], percent=True)

    @property
    def discrimination(self) -> Figure:
        return figure(self.row.figures["discrimination"])

    @property
    def upper_lower(self) -> Figure:
        return figure(self.row.figures["upper_lower"])

    @property
    def options(self) -> list[dict[str, Any]]:
        """Options with their text and their share; the mean is of the whole paper's points."""
        texts = self.row.item_version.options
        return [
            {
                **option,
                "text": texts[place] if place < len(texts) else "",
                "share": figure(option["share"], percent=True),
                "best": figure(option["upper"], percent=True),
                "weakest": figure(option["lower"], percent=True),
                "mean_points": None if option["mean_total"] is None else round(option["mean_total"] / 100, 1),
            }
            for place, option in enumerate(self.row.figures["options"])
        ]

    @property
    def curve(self) -> list[dict[str, Any]]:
        return [{**group, "figure": figure(group["share"], percent=True)} for group in self.row.figures["curve"]]


def analysis_of(actor: Actor, paper_uuid: uuid.UUID) -> tuple[Paper, PaperAnalysis | None, int]:
    """A paper whose results the actor reads, its newest analysis, and how many attempts were marked since."""
    paper = papers_with_results(actor).filter(uuid=paper_uuid).first()
    if paper is None:
        raise Missing("paper")
    newest = paper.analyses.first()
    since = Attempt.objects.filter(paper=paper, state=AttemptState.MARKED, pk__gt=newest.last_attempt if newest else 0).count()
    return paper, newest, since


def lines_of(analysis: PaperAnalysis, numbers: Sequence[int] = ()) -> list[ItemLine]:
    rows = analysis.items.select_related("item_version__item__bank")
    if numbers:
        rows = rows.filter(number__in=numbers)
    return [ItemLine(row, [FLAGS[code] for code in row.flags if code in FLAGS]) for row in rows]

"""Item analysis of a paper: responses read once as arrays, figures computed, kept as rows. Computing again adds a newer row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from exams import corrections, rules, statistics
from exams.models import Attempt, ItemAnalysis, Paper, PaperAnalysis, PaperItem, Regrade, Response
from exams.states import CHOICE_KINDS, PAPER_MAKERS, RESULT_READERS, AttemptState
from exams.statistics.classical import Estimate, Floats
from exams.statistics.flags import flags_of
from lms.audit import services as audit
from lms.core import clock, jobs
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.core.models import Job
from lms.people import selectors as people

KEPT = 3  # analyses of a paper that are kept
BINS = 20


@dataclass(frozen=True, slots=True)
class Matrix:
    """The first marked attempt of each person as arrays, candidates × items in the order of ``items``."""

    items: Sequence[PaperItem]
    points: Floats
    chosen: NDArray[np.uint16]
    passed: NDArray[np.bool_]
    last_attempt: int


def request_analysis(*, paper: Paper, by: Actor) -> Job:
    """Ask for the analysis of a paper as a job; the same state of answers is one job."""
    if not by.covers(paper.path, *PAPER_MAKERS, *RESULT_READERS):
        raise Missing(_("没有找到。"))
    newest = marked_attempts(paper).aggregate(last=Max("pk"))["last"] or 0
    return jobs.enqueue(
        "exams.analyse_paper",
        title=_("题目分析：%(title)s") % {"title": paper.title},
        by=by,
        params={"paper": str(paper.uuid)},
        division_path=paper.path,
        key=f"exams.analyse:{paper.uuid}:{newest}:{_newest_regrade(paper)}",
    )


def _newest_regrade(paper: Paper) -> int:
    """Tells two states of one paper's points apart: the newest regrade that touched it."""
    applied = Regrade.objects.filter(item_version__paper_items__paper=paper, applied_at__isnull=False)
    return applied.aggregate(last=Max("pk"))["last"] or 0


def marked_attempts(paper: Paper) -> QuerySet[Attempt]:
    """What an analysis may read: attempts whose points stand."""
    return Attempt.objects.filter(paper=paper, state=AttemptState.MARKED, voided_at__isnull=True)


def analyse_paper(*, paper: Paper, by: Actor) -> PaperAnalysis:
    """Compute and keep the analysis of a paper as its answers are now. Older ones beyond a few are dropped."""
    matrix = read_matrix(paper)
    full = [float(item.points) for item in matrix.items]
    found = statistics.analyse(matrix.points, full)
    with transaction.atomic():
        analysis = PaperAnalysis.objects.create(
            paper=paper,
            computed_at=clock.now(),
            candidates=len(matrix.points),
            last_attempt=matrix.last_attempt,
            figures=_paper_figures(matrix, found, full),
        )
        if found is not None:
            ItemAnalysis.objects.bulk_create(_item_rows(analysis, matrix, found, full))
        old = PaperAnalysis.objects.filter(paper=paper).order_by("-computed_at", "-pk").values_list("pk", flat=True)[KEPT:]
        PaperAnalysis.objects.filter(pk__in=list(old)).delete()
        audit.record("exams.paper.analysed", paper, by=by, division_path=paper.path, candidates=len(matrix.points))
    return analysis


def read_matrix(paper: Paper) -> Matrix:
    """Points and chosen options of each person's first marked attempt, merged records being one person."""
    kept = people.canonical_ids()
    firsts: dict[int, int] = {}
    passed: dict[int, bool] = {}
    last = 0
    for pk, person, has_passed in marked_attempts(paper).order_by("started_at", "pk").values_list("pk", "person_id", "has_passed"):
        last = max(last, pk)
        if firsts.setdefault(kept.get(person, person), pk) == pk:
            passed[pk] = bool(has_passed)
    rows = {pk: row for row, pk in enumerate(sorted(firsts.values()))}
    items = list(PaperItem.objects.filter(paper=paper).select_related("item_version__item").order_by("number"))
    columns = {item.number: column for column, item in enumerate(items)}
    points = np.zeros((len(rows), len(items)))
    chosen = np.zeros((len(rows), len(items)), dtype=np.uint16)
    masks: dict[str, int] = {}
    for attempt, number, earned, answer in _responses(paper):
        row, column = rows.get(attempt), columns.get(number)
        if row is None or column is None:
            continue
        points[row, column] = earned or 0
        mask = masks.get(answer)
        if mask is None:
            mask = masks[answer] = mask_of(answer)
        chosen[row, column] = mask
    return Matrix(items, points, chosen, np.array([passed[pk] for pk in rows], dtype=bool), last)


def mask_of(answer: str) -> int:
    """The JSON text of an answer as bits of the options: '["A", "C"]' → 5; nothing where it is no choice of letters."""
    letters = [part.strip().strip('"') for part in answer.strip("[] ").split(",")]
    known = {letter: 1 << place for place, letter in enumerate(rules.LETTERS)}
    return sum(known[letter] for letter in set(letters)) if all(letter in known for letter in letters) else 0


def _responses(paper: Paper) -> Iterator[tuple[int, int, int | None, str]]:
    rows = Response.objects.filter(attempt__paper=paper, attempt__state=AttemptState.MARKED).annotate(
        text=Cast("answer", TextField())
    )
    return rows.order_by().values_list("attempt_id", "number", "points", "text").iterator(chunk_size=20_000)


def _paper_figures(matrix: Matrix, found: statistics.TestStatistics | None, full: Sequence[float]) -> dict[str, Any]:
    """Points in these figures are points, not hundredths."""
    if found is None:
        return {"enough": False, "needed": statistics.ENOUGH}
    count, most = found.candidates, sum(full)
    error = 1.959964 * found.deviation / count**0.5
    totals = matrix.points.sum(axis=1)
    heights, edges = np.histogram(totals, bins=BINS, range=(0, most))
    alpha = found.alpha
    measured = None
    if found.standard_error is not None and alpha.low is not None and alpha.high is not None:
        spread = [found.deviation * max(0.0, 1 - bound) ** 0.5 / 100 for bound in (alpha.high, alpha.low)]
        measured = [found.standard_error / 100, *spread]
    return {
        "enough": True,
        "mean": [found.mean / 100, (found.mean - error) / 100, (found.mean + error) / 100],
        "deviation": found.deviation / 100,
        "alpha": as_list(alpha),
        "standard_error": measured,
        "passed": as_list(statistics.proportion(int(matrix.passed.sum()), count)),
        "histogram": [[edge / 100, int(height)] for edge, height in zip(edges[:-1], heights, strict=True)],
        "full": most / 100,
    }


def _item_rows(
    analysis: PaperAnalysis, matrix: Matrix, found: statistics.TestStatistics, full: Sequence[float]
) -> Iterator[ItemAnalysis]:
    standing = corrections.of_paper(analysis.paper_id)
    counts = [len(item.item_version.options) if item.item_version.kind in CHOICE_KINDS else 0 for item in matrix.items]
    options = statistics.option_analysis(matrix.chosen, matrix.points, counts)
    groups = statistics.score_groups(matrix.points, full)
    for column, item in enumerate(matrix.items):
        own = found.items[column]
        keys = corrections.keys_shown(frozenset(item.item_version.keys), standing.get(item.number, ()))
        is_void = bool(standing.get(item.number)) and standing[item.number][-1].is_void
        yield ItemAnalysis(
            analysis=analysis,
            number=item.number,
            item_version=item.item_version,
            figures={
                "facility": as_list(own.facility),
                "discrimination": as_list(own.discrimination),
                "upper_lower": as_list(own.upper_lower),
                "alpha_without": own.alpha_without,
                "options": [
                    {
                        "letter": option.letter,
                        "is_key": option.letter in keys,
                        "share": as_list(option.share),
                        "upper": as_list(option.upper),
                        "lower": as_list(option.lower),
                        "mean_total": option.mean_total,
                        "correlation": option.correlation,
                    }
                    for option in options[column]
                ],
                "curve": [
                    {
                        "lowest": group.lowest / 100,
                        "highest": group.highest / 100,
                        "candidates": group.candidates,
                        "share": as_list(group.shares[column]),
                    }
                    for group in groups
                ],
            },
            flags=[] if is_void else flags_of(found.candidates, own, options[column], keys),
        )


def as_list(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]


__all__ = ["analyse_paper", "read_matrix", "request_analysis"]

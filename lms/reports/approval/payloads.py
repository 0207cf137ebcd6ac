"""What a submission says, as one canonical text: the same for the same division, month and position, whenever it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils import translation

from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import CountingBasis, Line
from lms.ledger.rules import first_day, last_day
from lms.places.models import Division
from lms.reports import canonical
from lms.reports.breakdown import breakdowns
from lms.reports.models import Submission

SPLITS = ("division", "mode", "category")
COMPARED = ("person_times", "persons", "unnamed", "minutes", "hours")


def make(division: Division, period: int, *, basis: CountingBasis, position: int, rests_on: Iterable[Submission]) -> str:
    """The payload in the source language, whoever asks."""
    return written(figures(division, period, basis=basis, position=position), rests_on)


def figures(division: Division, period: int, *, basis: CountingBasis, position: int) -> dict[str, Any]:
    """What it says of the month: folded from the lines, which takes its time."""
    with translation.override("zh-hans"):
        start, end = first_day(period), last_day(period)
        found = breakdowns(division=division, start=start, end=end, basis=basis, position=position, by=SPLITS)
        scope = ledger.Scope.of(division, start, end, as_of=position)
        return {
            **canonical.payload(found["division"]),
            "period": period,
            "splits": {by: canonical.payload(found[by])["rows"] for by in SPLITS if by != "division"},
            "classes": ledger.classes(scope),
            "sessions": ledger.sessions(scope),
            "completeness": {
                "sessions_not_held": max(0, ledger.total_quantity(scope, Kind.SCHEDULED) - ledger.sessions(scope)),
                "persons_unnamed": found["division"].total.unnamed,
            },
        }


def written(figures: dict[str, Any], rests_on: Iterable[Submission]) -> str:
    """The figures with the submissions they rest on, as the text that is signed."""
    below = [
        {
            "division": row.division.code,
            "is_nil": row.is_nil,
            "position": row.closing_position,
            "sha256": row.payload_sha256,
        }
        for row in sorted(rests_on, key=lambda row: row.division.code)
    ]
    return json.dumps({**figures, "rests_on": below}, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def digest(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def made_again(submission: Submission) -> str:
    """The payload made anew from the lines, as of the position it was signed at."""
    return make(
        submission.division,
        submission.period,
        basis=submission.basis,
        position=submission.closing_position,
        rests_on=submission.rests_on.select_related("division"),
    )


def has_lines(division: Division, period: int, *, as_of: int | None = None) -> bool:
    return Line.objects.as_of(as_of).in_period(period).within(division).exists()


def line_count(division: Division, period: int) -> int:
    return Line.objects.in_period(period).within(division).count()


def rows_by_key(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in content["rows"]}


def first_difference(signed: dict[str, Any], now: dict[str, Any]) -> str:
    """The first figure in which two rows differ; empty when none."""
    return next((name for name in COMPARED if signed[name] != now[name]), "")


__all__ = [
    "COMPARED",
    "SPLITS",
    "digest",
    "figures",
    "first_difference",
    "has_lines",
    "line_count",
    "made_again",
    "make",
    "rows_by_key",
    "written",
]

"""Who may register for which level: the conditions as a dated table, and how a record is held against it. Pure.

Conditions: 社会工作者职业资格考试报考条件, DOMAIN §2. Only 毕业 counts; 结业 and 肄业 do not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SOURCE = "社会工作者职业资格考试报考条件"
SECONDARY, ASSOCIATE, BACHELOR, MASTER, DOCTOR = 1, 2, 3, 4, 5

# GB/T 4658 codes that are a completed education, by rank. 研究生 without saying which counts as what it certainly includes.
RANK_OF = {
    **dict.fromkeys(("40", "41", "44", "47", "60", "61"), SECONDARY),
    **dict.fromkeys(("28", "30", "31"), ASSOCIATE),
    **dict.fromkeys(("10", "17", "20", "21"), BACHELOR),
    "14": MASTER,
    "11": DOCTOR,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line: at least this education (in social work when asked), years of social work, counted after a licence when asked."""

    code: str
    level: str
    rank: int
    social_work: bool
    years: int
    after_licence: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = SOURCE


CONDITIONS: tuple[Condition, ...] = (
    Condition("junior-bachelor-sw", "junior", BACHELOR, True, 0),
    Condition("junior-associate-sw", "junior", ASSOCIATE, True, 2),
    Condition("junior-bachelor", "junior", BACHELOR, False, 2),
    Condition("junior-associate", "junior", ASSOCIATE, False, 4),
    Condition("junior-secondary", "junior", SECONDARY, False, 4),
    Condition("middle-doctor-sw", "middle", DOCTOR, True, 0),
    Condition("middle-master-sw", "middle", MASTER, True, 1),
    Condition("middle-bachelor-sw", "middle", BACHELOR, True, 3),
    Condition("middle-associate-sw", "middle", ASSOCIATE, True, 4),
    Condition("middle-doctor", "middle", DOCTOR, False, 2),
    Condition("middle-master", "middle", MASTER, False, 3),
    Condition("middle-bachelor", "middle", BACHELOR, False, 5),
    Condition("middle-associate", "middle", ASSOCIATE, False, 6),
    Condition("middle-secondary", "middle", SECONDARY, False, 6, after_licence="junior"),
    Condition("senior-bachelor", "senior", BACHELOR, False, 5, after_licence="middle"),
)


@dataclass(frozen=True, slots=True)
class Study:
    """A course of study: GB/T 4658 code, whether in social work, whether graduated, and when."""

    level: str
    social_work: bool
    graduated: bool
    ended_on: dt.date


@dataclass(frozen=True, slots=True)
class Span:
    started_on: dt.date
    ended_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """``condition`` is the line that is met; else ``nearest`` is the one with the fewest years missing, if any."""

    eligible: bool
    condition: Condition | None
    nearest: Condition | None = None
    years: int = 0


def eligible(
    level: str,
    *,
    on: dt.date,
    studies: Iterable[Study],
    work: Sequence[Span],
    licences: Iterable[tuple[str, dt.date]] = (),
    conditions: Iterable[Condition] = CONDITIONS,
) -> Eligibility:
    """Hold a record against the conditions of a level that are in force on a day."""
    done = [(RANK_OF.get(s.level, 0), s.social_work) for s in studies if s.graduated and s.ended_on <= on]
    held: dict[str, dt.date] = {}
    for its_level, day in licences:
        if day <= on:
            held[its_level] = min(day, held.get(its_level, day))
    nearest: tuple[int, Condition, int] | None = None
    for line in conditions:
        if line.level != level or not _in_force(line, on):
            continue
        if not any(rank >= line.rank and (sw or not line.social_work) for rank, sw in done):
            continue
        if line.after_licence and line.after_licence not in held:
            continue
        years = full_years(work, on=on, since=held[line.after_licence] if line.after_licence else None)
        if years >= line.years:
            return Eligibility(True, line, years=years)
        if nearest is None or line.years - years < nearest[0]:
            nearest = (line.years - years, line, years)
    if nearest is None:
        return Eligibility(False, None)
    return Eligibility(False, None, nearest[1], nearest[2])


def full_years(spans: Iterable[Span], *, on: dt.date, since: dt.date | None = None) -> int:
    """Full years of work up to a day, overlapping spells counted once, interrupted ones added up.

    Each stretch is counted by the calendar in months and days; the days left over add up to further months of 31.
    """
    months, days, reached = 0, 0, since or dt.date.min
    stretches: list[list[dt.date]] = []
    for span in sorted(spans, key=lambda s: s.started_on):
        start = max(span.started_on, reached)
        end = min(span.ended_on + dt.timedelta(days=1) if span.ended_on else on, on)
        if end <= start:
            continue
        reached = end
        if stretches and stretches[-1][1] == start:
            stretches[-1][1] = end
        else:
            stretches.append([start, end])
    for start, end in stretches:
        full, rest = _calendar(start, end)
        months, days = months + full, days + rest
    return (months + days // 31) // 12


def _calendar(start: dt.date, end: dt.date) -> tuple[int, int]:
    """Full months and further days from ``start`` up to and without ``end``."""
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return months, (end - dt.date(year, month + 1, min(start.day, last))).days


def _in_force(line: Condition, on: dt.date) -> bool:
    return (line.valid_from is None or line.valid_from <= on) and (line.valid_to is None or on <= line.valid_to)

"""Pure rules of the licence exam: pass lines, rolling windows, eligibility. DOMAIN §2 names the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lms.careers.eligibility import CONDITIONS, Condition, Eligibility, Span, Study, eligible, full_years

__all__ = [
    "CONDITIONS",
    "Condition",
    "Eligibility",
    "Span",
    "Study",
    "eligible",
    "full_years",
    "hundredths_of",
    "judge",
    "standings",
]

LEVEL_OF = {
    "comprehensive_junior": "junior",
    "practice_junior": "junior",
    "comprehensive_middle": "middle",
    "law_middle": "middle",
    "practice_middle": "middle",
    "practice_senior": "senior",
}
SUBJECTS_OF = {level: tuple(s for s, its in LEVEL_OF.items() if its == level) for level in ("junior", "middle", "senior")}


def hundredths_of(points: Decimal | int | str) -> int:
    """Points out of 100 as hundredths. ValueError for anything else, floats included."""
    if isinstance(points, float | bool):
        raise ValueError("points are not floats")
    try:
        exact = Decimal(str(points).strip()) * 100
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 <= exact <= 10000:
        raise ValueError("outside 0 to 100 or finer than hundredths")
    return int(exact)


@dataclass(frozen=True, slots=True)
class Line:
    """A pass line. ``path`` None: the whole nation; ``subject`` empty: every subject of the level."""

    key: str
    year: int
    level: str
    subject: str
    path: str | None
    hundredths: int


@dataclass(frozen=True, slots=True)
class Sat:
    """A result: points in a subject of a year, sat in the division at ``path``. ``hundredths`` None: absent or barred."""

    year: int
    subject: str
    path: str
    hundredths: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``passed`` None while no line is known. ``line`` is the key of the line that decided."""

    passed: bool | None
    line: str | None
    path: str | None = None


def judge(sat: Sat, lines: Iterable[Line]) -> Verdict:
    """Judge a result by the lines known: the national one first, then the nearest separate line of where it was sat.

    A line for one subject goes before the line of the whole level. A pass under a separate line is valid in its region only.
    """
    if sat.hundredths is None:
        return Verdict(False, None)
    level = LEVEL_OF[sat.subject]
    fitting = [x for x in lines if x.year == sat.year and x.level == level and x.subject in ("", sat.subject)]
    national = _sharpest([x for x in fitting if x.path is None])
    if national is not None and sat.hundredths >= national.hundredths:
        return Verdict(True, national.key)
    separate = [x for x in fitting if x.path is not None and sat.path.startswith(x.path)]
    # regions from the widest down: a pass valid in the province is worth more than one valid in the county
    for path in sorted({x.path for x in separate if x.path is not None}, key=len):
        line = _sharpest([x for x in separate if x.path == path])
        if line is not None and sat.hundredths >= line.hundredths:
            return Verdict(True, line.key, path)
    return Verdict(False if national is not None else None, None)


def _sharpest(lines: Sequence[Line]) -> Line | None:
    """The line for the subject itself, else the one of the level."""
    return max(lines, key=lambda x: x.subject != "", default=None)


@dataclass(frozen=True, slots=True)
class Passed:
    """A passed subject: ``path`` where it was sat, ``valid_in`` None when the pass holds nationally."""

    year: int
    subject: str
    path: str
    valid_in: str | None = None


@dataclass(frozen=True, slots=True)
class VoidYear:
    year: int
    path: str


# How many consecutive exam years a pass counts, its own included. 初级: both in one year; 中级: two, a sliding window.
# 高级: the score is good for three years, within which the review must be passed. DOMAIN §2.
WINDOW_YEARS = {"junior": 1, "middle": 2, "senior": 3}


def counts_in(passed: Passed, year: int, void_years: Iterable[VoidYear] = ()) -> bool:
    """Whether a pass still counts in an exam year: years not held where it was sat do not use the window up."""
    if year < passed.year:
        return False
    window = WINDOW_YEARS[LEVEL_OF[passed.subject]]
    skipped = {v.year for v in void_years if passed.path.startswith(v.path)}
    return sum(1 for y in range(passed.year, year + 1) if y not in skipped or y == passed.year) <= window


@dataclass(frozen=True, slots=True)
class LevelStanding:
    """Of one level in one exam year. ``counting``: subject → year of the pass that counts; ``lapsed``: passes that no longer do.

    ``complete_in`` is the first year in which every subject counted at once; ``valid_in`` None then means the whole nation.
    """

    level: str
    counting: dict[str, int]
    missing: tuple[str, ...]
    lapsed: dict[str, int]
    complete_in: int | None
    valid_in: str | None


def standings(passes: Sequence[Passed], *, on_year: int, void_years: Sequence[VoidYear] = ()) -> list[LevelStanding]:
    """How a person stands at every level with a pass, in an exam year."""
    found = []
    for level, subjects in SUBJECTS_OF.items():
        mine = [p for p in passes if LEVEL_OF[p.subject] == level and p.year <= on_year]
        if not mine:
            continue
        complete_in, valid_in = _complete(mine, subjects, void_years)
        counting = {p.subject: p.year for p in sorted(mine, key=lambda p: p.year) if counts_in(p, on_year, void_years)}
        lapsed = {p.subject: p.year for p in sorted(mine, key=lambda p: p.year) if p.subject not in counting}
        missing = () if complete_in else tuple(s for s in subjects if s not in counting)
        found.append(LevelStanding(level, counting, missing, lapsed, complete_in, valid_in))
    return found


def _complete(passes: Sequence[Passed], subjects: Sequence[str], void_years: Sequence[VoidYear]) -> tuple[int | None, str | None]:
    """The first year in which all subjects counted at once, and where that holds: the narrowest validity among the passes.

    Passes valid in two regions of which neither holds the other do not add up.
    """
    for year in sorted({p.year for p in passes}):
        alive = [p for p in passes if p.year <= year and counts_in(p, year, void_years)]
        regions = sorted({p.valid_in for p in alive if p.valid_in is not None}, key=len)
        for region in (None, *regions):
            usable = {p.subject for p in alive if p.valid_in is None or (region is not None and region.startswith(p.valid_in))}
            if usable >= set(subjects):
                return year, region
    return None, None

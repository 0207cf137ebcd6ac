"""Pure rules of the licence exam: pass lines, rolling windows, eligibility. DOMAIN §2 names the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

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

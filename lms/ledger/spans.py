"""Standard periods: a year, a half, a quarter, a month. Pure. A page shows these from the summaries; any other cut is folded."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from lms.ledger.rules import first_day, last_day

_PATTERN = re.compile(r"^(\d{4})(?:(H[12])|(Q[1-4])|(0[1-9]|1[0-2]))?$")


@dataclass(frozen=True, slots=True)
class Span:
    """``code`` as in ``PersonCount.span``; ``first`` and ``last`` are months (yyyymm)."""

    code: str
    first: int
    last: int

    @property
    def start(self) -> dt.date:
        return first_day(self.first)

    @property
    def end(self) -> dt.date:
        return last_day(self.last)

    @property
    def year(self) -> int:
        return self.first // 100

    @property
    def part(self) -> str:
        return self.code[4:]

    @property
    def months(self) -> list[int]:
        return list(range(self.first, self.last + 1))  # within one year


def parse(code: str) -> Span | None:
    """``2022``, ``2022H1``, ``2022Q3``, ``202203``; None for anything else."""
    match = _PATTERN.match(code)
    if match is None or not 1900 <= int(match[1]) <= 2999:
        return None
    year = int(match[1]) * 100
    half, quarter, month = match[2], match[3], match[4]
    if half:
        first, length = (1 if half == "H1" else 7), 6
    elif quarter:
        first, length = int(quarter[1]) * 3 - 2, 3
    elif month:
        first, length = int(month), 1
    else:
        first, length = 1, 12
    return Span(code, year + first, year + first + length - 1)


def of_days(start: dt.date, end: dt.date) -> Span | None:
    """The standard period from one day to another, if it is one."""
    year = start.year
    for code in (str(year), f"{year}H1", f"{year}H2", *(f"{year}Q{n}" for n in range(1, 5)), f"{year}{start.month:02}"):
        span = parse(code)
        if span is not None and (span.start, span.end) == (start, end):
            return span
    return None

"""What the page of figures can be asked for. Anything it does not understand falls back to the usual, and says so by showing it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from lms.core import clock
from lms.ledger import selectors as ledger
from lms.ledger import spans
from lms.ledger.models import CountingBasis
from lms.ledger.selectors import summary_reads as summaries
from lms.places.models import Division
from lms.reports.dimensions import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A page's address as plain values: period, basis, dimension."""

    span: spans.Span
    basis: CountingBasis
    by: str

    def query(self, **changes: str) -> str:
        """The address's query with some of it changed; empty values are left out."""
        values = {"period": self.span.code, "basis": self.basis.code, "by": self.by, **changes}
        return urlencode({name: value for name, value in values.items() if value})


def asked(query: QueryDict) -> Asked:
    span = spans.parse(query.get("period", "")) or _from_parts(query) or _from_days(query) or spans.parse(str(clock.today().year))
    assert span is not None
    wanted = query.get("basis", "")
    basis = next((b for b in ledger.bases_on(span.end) if b.code == wanted), None) if wanted else None
    basis = basis or ledger.default_basis(span.end)
    by = query.get("by", "")
    return Asked(span, basis, by if by in DIMENSIONS else "division")


def _from_parts(query: QueryDict) -> spans.Span | None:
    """Without script the form sends year and part apart."""
    year, part = query.get("year", ""), query.get("part", "")
    return (spans.parse(year + part) or spans.parse(year)) if year else None


def _from_days(query: QueryDict) -> spans.Span | None:
    """``from`` and ``to`` when they are the ends of a standard period; any other cut is made by a job."""
    try:
        return spans.of_days(dt.date.fromisoformat(query.get("from", "")), dt.date.fromisoformat(query.get("to", "")))
    except ValueError:
        return None


def years(division: Division, span: spans.Span) -> list[int]:
    """Years on offer: those that anything is reported for, the present and the one shown; the newest first."""
    known = summaries.years_with_lines(division.path) or (clock.today().year, clock.today().year)
    return sorted({*range(known[0], known[1] + 1), clock.today().year, span.year}, reverse=True)


def parts() -> list[tuple[str, str]]:
    """Parts of a year, as the form offers them."""
    months = [(f"{n:02}", _("%(n)d 月") % {"n": n}) for n in range(1, 13)]
    quarters = [(f"Q{n}", _("第 %(n)d 季度") % {"n": n}) for n in range(1, 5)]
    return [("", _("全年")), ("H1", _("上半年")), ("H2", _("下半年")), *quarters, *months]

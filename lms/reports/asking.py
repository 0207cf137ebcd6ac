"""From what a person types (codes, dates, a position or moment) to what a figure is asked; each fault is one sentence."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis
from lms.places.models import Division
from lms.places.selectors import division_by_code


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(_("“%(text)s”不是日期，请写成 2022-12-31 的样子。") % {"text": text[:30]}) from None


def period(start: str, end: str) -> tuple[dt.date, dt.date]:
    first, last = day(start), day(end)
    if first > last:
        raise BadInput(_("起始日期晚于结束日期。"))
    return first, last


def division(code: str, on: dt.date) -> Division:
    """The division that carried the code on the day, else the one that carries it today."""
    try:
        return division_by_code(code, on=on)
    except BadInput:
        return division_by_code(code)


def basis(code: str | None, on: dt.date) -> CountingBasis:
    return ledger.basis_by_code(code, on=on) if code else ledger.default_basis(on)

"""From what a person types (codes, dates, a position or moment) to what a figure is asked; each fault is one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.errors import BadInput
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis
from lms.places.boundaries import division_known
from lms.places.models import Division
from lms.reports.filters import FILTERS, Having


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


def position(text: str | int | None) -> int:
    """The closed position that was typed: a number, a moment, or nothing for now."""
    if isinstance(text, str) and text.isdigit() and not text.isascii():  # ² and its like are no number to count with
        raise BadInput(_("“%(text)s”不是位置编号，也不是时刻。") % {"text": text[:30]})
    return ledger.position_of(text)


def division(code: str, on: dt.date, position: int | None = None) -> Division:
    """The division that carried the code on the day, as known at a position (now); else the newest that carried it."""
    return division_known(code, on=on, position=ledger.position_of(position))


def boundaries(text: str | None) -> dt.date | None:
    """``then`` (or nothing), ``now`` (today) or a day."""
    if not text or text == "then":
        return None
    return clock.today() if text == "now" else day(text)


def having(text: str | Sequence[str] | None) -> Having:
    """``topic:CODE``, ``programme:CODE`` …, one or several; ``-`` for what has no value. An empty one asks for nothing."""
    texts = [text] if isinstance(text, str) else text or []
    found = []
    for each in texts:
        if each:
            name, _colon, code = each.partition(":")
            if name not in FILTERS or not code:
                raise BadInput(_("请写成 维度:代码，如 topic:代码；维度有：%(known)s。") % {"known": "、".join(FILTERS)})
            found.append((name, code))
    return tuple(found)


def basis(code: str | None, on: dt.date) -> CountingBasis:
    return ledger.basis_by_code(code, on=on) if code else ledger.default_basis(on)

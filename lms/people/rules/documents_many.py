"""Resident numbers by the thousand: the same decisions as ``check_document`` for the ordinary case, on whole columns.

Only sound 18-digit numbers are decided here; whatever is odd (old, foreign, damaged, false) is left to ``check_document``,
which says why. Equal to it by test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from lms.people.rules.documents import (
    CHECK_CHARACTERS,
    EARLIEST_YEAR,
    HK_MO_TW,
    PERMITS,
    PROVINCES,
    RESIDENT,
    WEIGHTS,
    DocumentFacts,
)

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def sound_residents(numbers: Sequence[object], today: dt.date) -> list[DocumentFacts | None]:
    """The facts of each sound resident number or residence permit, in order; None for everything else."""
    import numpy as np

    plain = [n if isinstance(n, str) and len(n) == 18 and n.isascii() else "" for n in numbers]
    if not any(plain):
        return [None] * len(plain)
    codes = np.array(plain, dtype="U18").view(np.uint32).reshape(len(plain), 18)
    digits = codes.astype(np.int64) - 48
    body = digits[:, :17]
    good: Any = ((body >= 0) & (body <= 9)).all(axis=1)
    body = np.where(good[:, None], body, 0)
    wanted = np.array([ord(c) for c in CHECK_CHARACTERS])[body @ np.array(WEIGHTS) % 11]
    last = np.where(codes[:, 17] == ord("x"), ord("X"), codes[:, 17])
    good &= last == wanted
    heads = np.zeros(100, dtype=bool)
    heads[[int(code) for code in PROVINCES | PERMITS]] = True
    good &= heads[body[:, 0] * 10 + body[:, 1]]
    year = body[:, 6:10] @ np.array([1000, 100, 10, 1])
    month, day = body[:, 10] * 10 + body[:, 11], body[:, 12] * 10 + body[:, 13]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = np.array((0, *_DAYS, *[0] * 87))[month] + (leap & (month == 2))
    born = year * 10000 + month * 100 + day
    good &= (day >= 1) & (day <= length) & (year >= EARLIEST_YEAR) & (born <= today.year * 10000 + today.month * 100 + today.day)
    sexes = np.where(body[:, 16] % 2 == 1, "1", "2")
    rows = zip(plain, good.tolist(), year.tolist(), month.tolist(), day.tolist(), sexes.tolist(), strict=True)
    return [
        DocumentFacts(text.upper(), dt.date(y, m, d), sex, HK_MO_TW if text[:2] in PERMITS else RESIDENT) if fine else None
        for text, fine, y, m, d, sex in rows
    ]

"""Pure decisions of certificates: the number's form, what the paper says, how a name is masked, how the log is chained."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

CODE_LENGTH = 10
_NUMBER = re.compile(r"(\d{6})-?(\d{4})-?(\d{4})-?(\d{5})")
_WIDE = str.maketrans("０１２３４５６７８９－—–", "0123456789---")


@dataclass(frozen=True, slots=True)
class Number:
    """issuer 6 – year – class 4 – serial 5; the serial runs without a gap within an issuer and a year."""

    issuer: str
    year: int
    class_number: int
    serial: int

    def __str__(self) -> str:
        return f"{self.issuer}-{self.year:04d}-{self.class_number:04d}-{self.serial:05d}"


def parse_number(text: str) -> Number | None:
    """The number in what somebody typed (full-width digits, blanks, missing hyphens), or None."""
    match = _NUMBER.fullmatch(re.sub(r"\s", "", text.translate(_WIDE)))
    if match is None:
        return None
    return Number(match[1], int(match[2]), int(match[3]), int(match[4]))


def tidy_code(text: str) -> str:
    """The look-up code as stored: capitals, without blanks and hyphens."""
    return re.sub(r"[\s\-]", "", text).upper()


def shown_code(code: str) -> str:
    """The code as printed, in groups a person can read aloud."""
    return " ".join(code[i : i + 5] for i in range(0, len(code), 5))


def hours_text(hours: Decimal | int | str) -> str:
    """Hours as printed: no trailing zeros, no exponent."""
    if isinstance(hours, str):
        return hours.strip()
    return f"{Decimal(hours).normalize():f}"


def chinese_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def span_text(starts_on: dt.date, ends_on: dt.date) -> str:
    return chinese_date(starts_on) if starts_on == ends_on else f"{chinese_date(starts_on)}至{chinese_date(ends_on)}"


def mask_name(name: str) -> str:
    """张三 → 张*, 张桂英 → 张*英; a name of one character is not shown at all."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def canonical(payload: Mapping[str, str]) -> str:
    """One text for one fact: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(dict(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def chain(before: str, sequence: int, event: str, day: dt.date, issuer_code: str, certificate: str, payload_digest: str) -> str:
    """The chain value of a log entry, over the one before it."""
    return digest("\n".join([before, str(sequence), event, day.isoformat(), issuer_code, certificate, payload_digest]))

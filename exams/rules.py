"""Pure decisions of the exam room: marking by named rule, time, what a lawful item is. No Django, no rows.

Points are whole hundredths of a point. An answer and a key are sets of letters, "A" first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

LETTERS = "ABCDEFGHIJ"
Keys = frozenset[str]


def as_points(hundredths: int) -> Decimal:
    """150 → 1.5, 200 → 2, as a candidate reads it."""
    whole = Decimal(hundredths) / 100
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole.normalize()


# --- marking -----------------------------------------------------------------------------------------------------------


def _exact(chosen: Keys, keys: Keys, points: int, _parameters: Mapping[str, Any]) -> int:
    return points if chosen == keys else 0


def _partial_fixed(chosen: Keys, keys: Keys, points: int, parameters: Mapping[str, Any]) -> int:
    """The licence exam's rule: a wrong option costs everything; a part of the keys earns ``per_key`` for each chosen."""
    if chosen - keys:
        return 0
    if chosen == keys:
        return points
    return min(int(parameters["per_key"]) * len(chosen), points)


def _partial_share(chosen: Keys, keys: Keys, points: int, parameters: Mapping[str, Any]) -> int:
    """A wrong option costs everything; any part of the keys earns a fixed ``percent`` of the points."""
    if chosen - keys or not chosen:
        return 0
    return points if chosen == keys else points * int(parameters["percent"]) // 100


def _proportional(chosen: Keys, keys: Keys, points: int, _parameters: Mapping[str, Any]) -> int:
    """Each key chosen counts for, each wrong option against; never below nothing; rounded down to a hundredth."""
    return points * max(len(chosen & keys) - len(chosen - keys), 0) // len(keys)


METHODS: dict[str, Callable[[Keys, Keys, int, Mapping[str, Any]], int]] = {
    "exact": _exact,
    "partial_fixed": _partial_fixed,
    "partial_share": _partial_share,
    "proportional": _proportional,
}
PARAMETERS: dict[str, frozenset[str]] = {
    "exact": frozenset(),
    "partial_fixed": frozenset({"per_key"}),
    "partial_share": frozenset({"percent"}),
    "proportional": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Marking:
    """A marking rule as plain values; rows of ``MarkingRule`` are turned into it."""

    method: str
    parameters: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"unknown marking method {self.method!r}")
        if set(self.parameters) != PARAMETERS[self.method]:
            raise ValueError(f"{self.method} takes {sorted(PARAMETERS[self.method])}")


def mark(rule: Marking, chosen: Collection[str], keys: Collection[str], points: int) -> int:
    """Hundredths earned by ``chosen`` where ``keys`` are right and ``points`` the most. Between 0 and ``points``."""
    if not keys:
        raise ValueError("an item without a key cannot be marked")
    earned = METHODS[rule.method](frozenset(chosen), frozenset(keys), points, rule.parameters)
    return max(0, min(earned, points))


# --- time --------------------------------------------------------------------------------------------------------------


def deadline_of(started_at: dt.datetime, duration_minutes: int, extra_minutes: int = 0) -> dt.datetime:
    return started_at + dt.timedelta(minutes=duration_minutes + extra_minutes)


def closing_of(deadline_at: dt.datetime, grace_seconds: int) -> dt.datetime:
    """Until when answers given in time may still arrive."""
    return deadline_at + dt.timedelta(seconds=grace_seconds)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What becomes of an answer by its times."""

    accepted: bool
    late: bool


def arrival(
    *, received_at: dt.datetime, answered_at: dt.datetime | None, deadline_at: dt.datetime, closes_at: dt.datetime
) -> Arrival:
    """The server's clock rules. In time: accepted. Within the grace: accepted as late if it was given by the deadline."""
    if received_at <= deadline_at:
        return Arrival(accepted=True, late=False)
    in_time = answered_at is not None and answered_at <= deadline_at
    return Arrival(accepted=received_at <= closes_at and in_time, late=True)


# --- items -------------------------------------------------------------------------------------------------------------

# by kind: how many options, how many of them keys (DOMAIN §2: 4 options and one key; 5 options and 2–4 keys)
LAWFUL: dict[str, tuple[range, range]] = {
    "single": (range(2, 7), range(1, 2)),
    "multiple": (range(4, 9), range(2, 8)),
    "true_false": (range(2, 3), range(1, 2)),
}


def item_faults(*, kind: str, stem: str, options: Sequence[str], keys: Collection[str], explanation: str = "") -> list[str]:
    """Every reason, as a sentence, why this is no lawful item; empty when it is one."""
    faults: list[str] = []
    if not stem.strip():
        faults.append(_("缺少题干。"))
    if kind not in LAWFUL:
        return faults
    options_allowed, keys_allowed = LAWFUL[kind]
    if len(options) not in options_allowed:
        faults.append(
            _("这种题型应有 %(least)s 至 %(most)s 个选项，现有 %(count)s 个。")
            % {"least": options_allowed[0], "most": options_allowed[-1], "count": len(options)}
        )
    if any(not option.strip() for option in options):
        faults.append(_("有空白的选项。"))
    seen = [normalise(option) for option in options if option.strip()]
    if len(set(seen)) != len(seen):
        faults.append(_("有两个选项相同。"))
    unknown = sorted(set(keys) - set(LETTERS[: len(options)]))
    if unknown:
        faults.append(_("答案 %(keys)s 没有对应的选项。") % {"keys": "".join(unknown)})
    if not keys:
        faults.append(_("没有标出正确答案。"))
    elif kind == "multiple" and len(set(keys)) < 2:
        faults.append(_("多项选择题至少要有两个正确答案。"))
    elif kind == "multiple" and len(set(keys)) >= len(options):
        faults.append(_("多项选择题至少要有一个错误选项。"))
    elif len(set(keys)) not in keys_allowed:
        faults.append(_("这种题型只能有一个正确答案。"))
    return faults


def section_faults(
    *, kind: str, options_count: int, keys_count: int, section_kind: str, section_options: int, keys_min: int, keys_max: int
) -> list[str]:
    """Why an item does not fit a part of a paper; empty when it does."""
    if kind != section_kind:
        return [_("题型与本部分不符。")]
    faults = []
    if section_options and options_count != section_options:
        faults.append(
            _("本部分每题应有 %(wanted)s 个选项，此题有 %(count)s 个。") % {"wanted": section_options, "count": options_count}
        )
    if section_options and not keys_min <= keys_count <= keys_max:
        faults.append(
            _("本部分每题应有 %(least)s 至 %(most)s 个正确答案，此题有 %(count)s 个。")
            % {"least": keys_min, "most": keys_max, "count": keys_count}
        )
    return faults


_NOT_TEXT = re.compile(r"[\s\u3000,.;:!?()（）【】\[\]“”\"'‘’、，。；：？！…_—-]+")


def normalise(text: str) -> str:
    """Text with width, case, spaces and punctuation taken out: what two wordings of one item share."""
    return _NOT_TEXT.sub("", unicodedata.normalize("NFKC", text)).casefold()


def fingerprint(stem: str, options: Sequence[str]) -> str:
    """Equal for the same item however it is spaced, punctuated or its options ordered."""
    body = "\x1f".join([normalise(stem), *sorted(normalise(option) for option in options)])
    return hashlib.sha256(body.encode()).hexdigest()


def similarity(one: str, other: str) -> float:
    """Share of common character pairs (Dice), 0 to 1: tells near-duplicates of stems."""
    first, second = _pairs(normalise(one)), _pairs(normalise(other))
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


# --- order of options --------------------------------------------------------------------------------------------------


def option_order(seed: int, number: int, count: int) -> list[int]:
    """In which order an attempt shows the options of an item; the same for the same seed, on every machine."""
    order = list(range(count))
    for place in range(count - 1, 0, -1):  # Fisher–Yates over a digest: no generator whose algorithm may change
        digest = hashlib.sha256(f"{seed}:{number}:{place}".encode()).digest()
        other = int.from_bytes(digest[:8], "big") % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


# --- drawing -----------------------------------------------------------------------------------------------------------


def draw(candidates: Sequence[tuple[str, str]], count: int, seed: int) -> list[str]:
    """``count`` of the (item, chapter) candidates, spread evenly over the chapters; the same for the same seed.

    Fewer where there are fewer: the caller says what is lacking.
    """

    def lot(name: str) -> str:
        return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()

    chapters: dict[str, list[str]] = {}
    for item, chapter in sorted(candidates, key=lambda pair: lot(pair[0])):
        chapters.setdefault(chapter, []).append(item)
    drawn: list[str] = []
    order = sorted(chapters, key=lot)
    while len(drawn) < count and any(chapters.values()):
        for chapter in order:
            if chapters[chapter] and len(drawn) < count:
                drawn.append(chapters[chapter].pop(0))
    return drawn

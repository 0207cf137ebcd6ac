"""Marking by named rule. A rule is a method with its parameters (rows of ``MarkingRule``); a method knows the kinds it marks.

An answer is a tuple of texts as the candidate gave them: letters for a choice; one letter (or an empty text) per prompt for
matching; letters in order for ordering; one text for short answer and numeric. Whatever else arrives earns nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from exams.rules.texts import normalise_answer

LETTERS = "ABCDEFGHIJ"
LONGEST_TEXT, LONGEST_ESSAY = 200, 20_000
Answer = Sequence[str]


def as_points(hundredths: int) -> Decimal:
    """150 → 1.5, 200 → 2, as a candidate reads it."""
    whole = Decimal(hundredths) / 100
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole.normalize()


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What is right: letters (a set for choice, one per prompt, or in order), or accepted texts, or values with a tolerance."""

    letters: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    tolerance: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.letters and not self.accepted


def _exact(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    return points if set(answer) == set(key.letters) else 0


def _partial_fixed(answer: Answer, key: AnswerKey, points: int, parameters: Mapping[str, Any]) -> int:
    """The licence exam's rule: a wrong option costs everything; a part of the keys earns ``per_key`` for each chosen."""
    chosen, keys = set(answer), set(key.letters)
    if chosen - keys:
        return 0
    if chosen == keys:
        return points
    return min(int(parameters["per_key"]) * len(chosen), points)


def _partial_share(answer: Answer, key: AnswerKey, points: int, parameters: Mapping[str, Any]) -> int:
    """A wrong option costs everything; any part of the keys earns a fixed ``percent`` of the points."""
    chosen, keys = set(answer), set(key.letters)
    if chosen - keys or not chosen:
        return 0
    return points if chosen == keys else points * int(parameters["percent"]) // 100


def _proportional(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """Each key chosen counts for, each wrong option against; never below nothing; rounded down to a hundredth."""
    chosen, keys = set(answer), set(key.letters)
    return points * max(len(chosen & keys) - len(chosen - keys), 0) // len(keys)


def _sequence(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """All in their places, or nothing: for matching and ordering."""
    return points if tuple(answer) == key.letters else 0


def _per_pair(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """Matching: every pair is worth the same share; rounded down to a hundredth."""
    right = sum(1 for given, wanted in zip(answer, key.letters, strict=False) if given == wanted)
    return points * right // len(key.letters)


def _per_neighbours(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """Ordering: every two that follow each other as they should are worth the same share; one misplaced costs little."""
    wanted = set(pairwise(key.letters))
    right = set(pairwise(answer)) & wanted
    return points * len(right) // len(wanted) if wanted else 0


def _text(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """The accepted text, whatever its width, case and spaces."""
    given = normalise_answer(answer[0]) if len(answer) == 1 else ""
    return points if given and given in {normalise_answer(text) for text in key.accepted} else 0


def _numeric(answer: Answer, key: AnswerKey, points: int, _parameters: Mapping[str, Any]) -> int:
    """Within the tolerance of an accepted value, its edge included. What is no number earns nothing."""
    given = as_number(answer[0]) if len(answer) == 1 else None
    if given is None:
        return 0
    tolerance = as_number(key.tolerance) or Decimal(0)
    values = [value for value in map(as_number, key.accepted) if value is not None]
    return points if any(abs(given - value) <= tolerance for value in values) else 0


METHODS: dict[str, Callable[[Answer, AnswerKey, int, Mapping[str, Any]], int]] = {
    "exact": _exact,
    "partial_fixed": _partial_fixed,
    "partial_share": _partial_share,
    "proportional": _proportional,
    "sequence": _sequence,
    "per_pair": _per_pair,
    "per_neighbours": _per_neighbours,
    "text": _text,
    "numeric": _numeric,
}
PARAMETERS: dict[str, frozenset[str]] = {
    **{name: frozenset() for name in METHODS},
    "partial_fixed": frozenset({"per_key"}),
    "partial_share": frozenset({"percent"}),
}
_CHOICE = frozenset({"single", "multiple", "true_false"})
KINDS_OF: dict[str, frozenset[str]] = {
    "exact": _CHOICE,
    "partial_fixed": _CHOICE,
    "partial_share": _CHOICE,
    "proportional": _CHOICE,
    "sequence": frozenset({"matching", "ordering"}),
    "per_pair": frozenset({"matching"}),
    "per_neighbours": frozenset({"ordering"}),
    "text": frozenset({"short_answer"}),
    "numeric": frozenset({"numeric"}),
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

    def marks(self, kind: str) -> bool:
        return kind in KINDS_OF[self.method]


def mark(rule: Marking, answer: Collection[str], key: AnswerKey | Collection[str], points: int) -> int:
    """Hundredths earned by ``answer`` where ``key`` is right and ``points`` the most. Between 0 and ``points``.

    ``key`` may be given as its letters alone, as for a choice.
    """
    known = key if isinstance(key, AnswerKey) else AnswerKey(letters=tuple(key))
    if known.is_empty:
        raise ValueError("an item without a key cannot be marked")
    earned = METHODS[rule.method](tuple(answer), known, points, rule.parameters)
    return max(0, min(earned, points))


WHOLE = {"matching": "sequence", "ordering": "sequence", "short_answer": "text", "numeric": "numeric"}


def is_right(kind: str, answer: Collection[str], key: AnswerKey) -> bool:
    """Whether an answer is right in whole, whatever a part of it might earn in a paper. For kinds that are marked at once."""
    return METHODS[WHOLE.get(kind, "exact")](tuple(answer), key, 1, {}) == 1


def settled(answer: Sequence[str]) -> list[str]:
    """An answer as it is kept: letters of a choice in their order, empty places only beside given ones, texts trimmed."""
    return list(answer) if any(text.strip() for text in answer) else []


_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def as_number(text: str) -> Decimal | None:
    """The decimal number that ``text`` is, full-width digits and thousands' commas allowed; None where it is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("\u2212", "-")
    if len(plain) > 30 or not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


def kinds_taking(answer: Sequence[str]) -> frozenset[str]:
    """The kinds for which an answer has a lawful shape; the server saves it for no other. Empty: it is no answer at all."""
    if not answer:
        return frozenset({*_CHOICE, "matching", "ordering", "short_answer", "numeric", "essay"})
    kinds: set[str] = set()
    given = [entry for entry in answer if entry]
    if len(answer) <= len(LETTERS) and all(len(entry) == 1 and entry in LETTERS for entry in given):
        kinds.add("matching")
        if len(set(given)) == len(given):
            kinds.add("ordering")
            if len(given) == len(answer):
                kinds |= _CHOICE
    if len(answer) == 1:
        if len(answer[0]) <= LONGEST_ESSAY:
            kinds.add("essay")
        if len(answer[0]) <= LONGEST_TEXT:
            kinds |= {"short_answer", "numeric"}
    return frozenset(kinds)

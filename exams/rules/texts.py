"""Texts compared: what two wordings of one item share, and when a written answer is the accepted one."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

_NOT_TEXT = re.compile(r"[\s\u3000,.;:!?()（）【】\[\]“”\"'‘’、，。；：？！…_—-]+")


def normalise(text: str) -> str:
    """Text with width, case, spaces and punctuation taken out: what two wordings of one item share."""
    return _NOT_TEXT.sub("", unicodedata.normalize("NFKC", text)).casefold()


def normalise_answer(text: str) -> str:
    """A written answer with width, case and spaces taken out, and nothing else: punctuation may be the answer."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def fingerprint(stem: str, options: Sequence[str], more: Iterable[str] = ()) -> str:
    """Equal for the same item however it is spaced, punctuated or its options ordered. ``more``: what other kinds consist of."""
    body = "\x1f".join([normalise(stem), *sorted(normalise(option) for option in options), *(normalise(text) for text in more)])
    return hashlib.sha256(body.encode()).hexdigest()


def similarity(one: str, other: str) -> float:
    """Share of common character pairs (Dice), 0 to 1: tells near-duplicates of stems."""
    first, second = _pairs(normalise(one)), _pairs(normalise(other))
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))

"""Near-duplicates among many texts: an index of character pairs, so that each text is compared with few others."""

from __future__ import annotations

import math

from exams.rules.texts import normalise

NEAR = 0.86  # share of common pairs (Dice) from which two items look like one that was reworded


class Likeness:
    """Texts by name; ``nearest`` finds the most alike, by the share of common character pairs, at least ``least``."""

    def __init__(self, least: float = NEAR) -> None:
        self._least = least
        self._pairs: dict[str, frozenset[str]] = {}
        self._holding: dict[str, list[str]] = {}

    def add(self, name: str, text: str) -> None:
        pairs = _pairs(text)
        self._pairs[name] = pairs
        for pair in pairs:
            self._holding.setdefault(pair, []).append(name)

    def nearest(self, text: str) -> tuple[str, float] | None:
        """A text alike enough shares at least t/(2-t) of our pairs, so it holds one of our rarest: only those are looked up."""
        pairs = _pairs(text)
        if not pairs:
            return None
        rarest = sorted(pairs, key=lambda pair: (len(self._holding.get(pair, ())), pair))
        asked = len(pairs) - math.ceil(self._least / (2 - self._least) * len(pairs)) + 1
        others = {name for pair in rarest[:asked] for name in self._holding.get(pair, ())}
        best = ("", 0.0)
        for name in sorted(others):
            theirs = self._pairs[name]
            share = 2 * len(pairs & theirs) / (len(pairs) + len(theirs))
            if share > best[1]:
                best = (name, share)
        return best if best[1] >= self._least else None


def _pairs(text: str) -> frozenset[str]:
    plain = normalise(text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))

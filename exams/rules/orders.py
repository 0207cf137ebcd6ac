"""Orders that a seed fixes: of options in an attempt, of items drawn for a paper. The same seed is the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def option_order(seed: int | str, number: int, count: int) -> list[int]:
    """In which order an attempt shows the options of an item; the same for the same seed, on every machine."""
    order = list(range(count))
    for place in range(count - 1, 0, -1):  # Fisher–Yates over a digest: no generator whose algorithm may change
        digest = hashlib.sha256(f"{seed}:{number}:{place}".encode()).digest()
        other = int.from_bytes(digest[:8], "big") % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


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

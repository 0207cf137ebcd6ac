"""Sketches of wordings, so that a near-duplicate is found among many without reading them all.

MinHash over pairs of characters, in ``BANDS`` bands of ``ROWS`` (Broder 1997; banding as in Leskovec, Rajaraman, Ullman, *Mining of
Massive Datasets*, §3.4). Two wordings that share a Jaccard part ``s`` of their pairs share a digest with probability
1 − (1 − s³)²⁰: 0.97 at a Dice share of 0.7, 0.998 at 0.8, and 0.02 at 0.18, so that few others are looked at.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from exams.rules.texts import normalise

BANDS, ROWS = 20, 3
ALIKE = 0.7  # share of common pairs (Dice) from which an author is shown the other item
_MASK = (1 << 61) - 1  # a Mersenne prime: (a·h + b) mod p mixes well enough for minima


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


_MIXERS = [(_number(f"a{n}") % _MASK | 1, _number(f"b{n}") % _MASK) for n in range(BANDS * ROWS)]


@lru_cache(maxsize=65536)
def _pair_number(pair: str) -> int:
    return _number(pair) % _MASK


def sketch(wording: str) -> list[int]:
    """One digest a band, 63 bits each; empty where the wording is too short to tell anything."""
    plain = normalise(wording)
    pairs = {_pair_number(plain[i : i + 2]) for i in range(len(plain) - 1)}
    if len(pairs) < ROWS:
        return []
    minima = [min((a * pair + b) % _MASK for pair in pairs) for a, b in _MIXERS]
    bands = (minima[start : start + ROWS] for start in range(0, len(minima), ROWS))
    return [_number(f"{band}:{smallest}") >> 1 for band, smallest in enumerate(bands)]

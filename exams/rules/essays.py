"""Essays (主观题) marked by people: when a third marker is called, and which points stand in the end. Points in hundredths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations


def third_over(full: int, percent: int) -> int:
    """How far two markers may differ: ``percent`` of the full points, rounded down."""
    return full * percent // 100


def needs_third(points: Sequence[int], over: int) -> bool:
    """Two blind marks that differ by more than ``over`` call a third marker."""
    return len(points) == 2 and abs(points[0] - points[1]) > over


def _mean(points: Sequence[int]) -> int:
    """Rounded half up to a hundredth."""
    return (2 * sum(points) + len(points)) // (2 * len(points))


def _closest(points: Sequence[int]) -> int:
    """Of three marks the mean of the two that are closest; of two pairs equally close the higher."""
    if len(points) < 3:
        return _mean(points)
    pair = min(combinations(sorted(points, reverse=True), 2), key=lambda two: two[0] - two[1])
    return _mean(pair)


def _third(points: Sequence[int]) -> int:
    """The third marker decides; without one, the mean of the two."""
    return points[2] if len(points) == 3 else _mean(points)


FINALS = {"mean": _mean, "closest_pair": _closest, "third_decides": _third}


def final_points(method: str, points: Sequence[int]) -> int:
    """The points that stand, by the named method, from two or three marks in the order of the markers."""
    if len(points) not in {2, 3}:
        raise ValueError("an essay has two or three marks")
    return FINALS[method](points)


def awards_worth(awards: Sequence[int], limits: Sequence[int]) -> int | None:
    """The sum of what was awarded to each marking point; None where the awards do not fit the points."""
    fits = len(awards) == len(limits) and all(0 <= award <= limit for award, limit in zip(awards, limits, strict=False))
    return sum(awards) if fits else None

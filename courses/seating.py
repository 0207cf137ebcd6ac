"""Who gets a seat: capacity, quotas of divisions and categories, the order of the queue. Pure; plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Quota:
    """``seats`` for learners of the division at ``path`` and below; of one category, or of any when it is None."""

    path: str
    category: int | None
    seats: int

    def holds(self, seat: Seat) -> bool:
        return seat.path.startswith(self.path) and self.category in (None, seat.category)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a learner belongs, and as which category the class takes them."""

    path: str
    category: int | None = None


class Hindrance(StrEnum):
    """Why there is no seat just now."""

    FULL = "full"  # the class
    QUOTA = "quota"  # what one's division, or category, was given
    NONE_GIVEN = "none_given"  # the seats were divided up and one's division has no share


def hindrance(wanted: Seat, *, taken: Sequence[Seat], capacity: int | None, quotas: Sequence[Quota]) -> Hindrance | None:
    """None when ``wanted`` may be seated beside ``taken``. Every quota that holds it must have room, and so must the class.

    Where seats were divided among divisions, somebody whose division was given none waits until it is.
    """
    if capacity is not None and len(taken) >= capacity:
        return Hindrance.FULL
    shares = [quota for quota in quotas if quota.category is None]
    if shares and not any(quota.holds(wanted) for quota in shares):
        return Hindrance.NONE_GIVEN
    for quota in quotas:
        if quota.holds(wanted) and sum(1 for seat in taken if quota.holds(seat)) >= quota.seats:
            return Hindrance.QUOTA
    return None


def next_in_line(
    waiting: Iterable[tuple[int, Seat]], *, taken: Sequence[Seat], capacity: int | None, quotas: Sequence[Quota]
) -> list[int]:
    """Who of ``waiting`` (key and seat, in the order of asking) gets a seat now. Nobody is overtaken by one who needs the same."""
    seated: list[Seat] = list(taken)
    found: list[int] = []
    for key, seat in waiting:
        if hindrance(seat, taken=seated, capacity=capacity, quotas=quotas) is None:
            seated.append(seat)
            found.append(key)
    return found

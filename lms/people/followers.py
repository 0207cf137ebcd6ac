"""What goes along with a division that became one other, beside people and offices: rooms above register theirs.

People lies below them and cannot ask; ``services.follow_divisions`` lets them follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lms.core.actor import Actor
from lms.places.models import Division


@dataclass(frozen=True, slots=True)
class Follower:
    """``ended``: divisions that stand no more and still have something to go along. ``follow(before, after, by)`` moves it, in its
    own transaction and safe to run again, and says how many rows moved."""

    ended: Callable[[], Iterable[int]]
    follow: Callable[[Division, Division, Actor], int]


FOLLOWERS: list[Follower] = []


def follows(follower: Follower) -> Follower:
    FOLLOWERS.append(follower)
    return follower

"""What a merge, or taking one back, does to figures: rooms above register how theirs change; people shows it before deciding.

People lies below them and cannot ask; they say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lms.core.actor import Actor
from lms.people.models import Merge, Person


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure at one place: as it is now, and as it would be."""

    place: str
    period: str
    figure: str
    before: int
    after: int


Teller = Callable[[Actor, Person, Person, Merge | None], list[Effect]]
TELLERS: list[Teller] = []


def tells(function: Teller) -> Teller:
    """Register ``f(actor, kept, duplicate, undone)``: ``undone`` is the link to be taken back, None when merging."""
    TELLERS.append(function)
    return function


def effects_of(actor: Actor, kept: Person, duplicate: Person, *, undone: Merge | None = None) -> list[Effect]:
    """Every figure concerned that the actor may see, changed or not; reads only."""
    return [effect for tell in TELLERS for effect in tell(actor, kept, duplicate, undone)]

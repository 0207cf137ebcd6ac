"""Who is the same human being: union-find over merge links, as they were known at a position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """``duplicate`` is the same as ``kept``, known from ``position`` on and no longer from ``undone_at`` on."""

    kept: int
    duplicate: int
    position: int
    undone_at: int | None = None

    def holds(self, as_of: int | None) -> bool:
        if as_of is None:
            return self.undone_at is None
        return self.position <= as_of and (self.undone_at is None or self.undone_at > as_of)


def canonical_of(links: Iterable[Link], *, as_of: int | None = None) -> dict[int, int]:
    """Every merged-away person → the person kept for its group. Persons without a link are absent, kept ones too.

    Links are taken in order of position; the group of the one kept swallows the other's.
    """
    parent: dict[int, int] = {}

    def root(person: int) -> int:
        while parent.get(person, person) != person:
            parent[person] = parent.get(parent[person], parent[person])
            person = parent[person]
        return person

    for link in sorted((x for x in links if x.holds(as_of)), key=lambda x: x.position):
        parent.setdefault(link.kept, link.kept)
        parent.setdefault(link.duplicate, link.duplicate)
        kept, duplicate = root(link.kept), root(link.duplicate)
        if kept != duplicate:
            parent[duplicate] = kept
    return {person: root(person) for person in parent if root(person) != person}


def group_of(person: int, canonical: dict[int, int]) -> set[int]:
    """All ids of the human being that ``person`` belongs to."""
    top = canonical.get(person, person)
    return {top} | {other for other, kept in canonical.items() if kept == top}

"""Which items fill which cells of a blueprint: a maximum bipartite matching, or the proof that there is none. Pure.

An item fits one or several cells; a cell wants so many different items. ``assign`` finds as many as can be had at all (an item
once matched stays matched, so taking the preferred first gives the most preferred set: a transversal matroid). Where it falls
short, Hall's theorem names the groups of cells that together want more items than exist for them: the minimum cut.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a blueprint: so many different items."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be drawn: which cells it fits, how worn it is (less is preferred), its expected facility in thousandths."""

    name: str
    cells: frozenset[str]
    worn: int = 0
    facility: int | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """These cells together want ``wanted`` items and only ``fitting`` fit any of them: no drawing can do better."""

    cells: tuple[str, ...]
    wanted: int
    fitting: int

    @property
    def lacking(self) -> int:
        return self.wanted - self.fitting


@dataclass(slots=True)
class Assignment:
    """Cell → names of its items; empty ``shortfalls`` means that every cell has what it wants."""

    chosen: dict[str, list[str]]
    shortfalls: list[Shortfall] = field(default_factory=list)


def lot(seed: int, name: str) -> str:
    """The lot of a name: the same for the same seed on every machine, whatever generator Python ships."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def assign(cells: Sequence[Cell], candidates: Iterable[Candidate], *, seed: int, copies: int = 1) -> Assignment:
    """Fill every cell; then, for parallel papers, keep filling up to ``copies`` times as many different items as there are."""
    wanted = {cell.key: cell.count for cell in cells}
    order = sorted((c for c in candidates if c.cells & wanted.keys()), key=lambda c: (c.worn, lot(seed, c.name)))
    matching = _Matching(wanted, seed)
    left = [candidate for candidate in order if not matching.add(candidate)]
    if matching.is_full():
        matching.capacity = {key: count * copies for key, count in wanted.items()}
        for candidate in left:
            matching.add(candidate)
        return Assignment(matching.chosen())
    return Assignment(matching.chosen(), _shortfalls(wanted, order, matching))


class _Matching:
    """Items in cells, grown by augmenting paths: a path moves items from cell to cell and never puts one out."""

    def __init__(self, capacity: Mapping[str, int], seed: int) -> None:
        self.capacity = dict(capacity)
        self.held: dict[str, dict[str, Candidate]] = {key: {} for key in capacity}
        self.seed = seed

    def is_full(self) -> bool:
        return all(len(self.held[key]) >= count for key, count in self.capacity.items())

    def chosen(self) -> dict[str, list[str]]:
        return {key: sorted(items, key=lambda name: lot(self.seed, name)) for key, items in self.held.items()}

    def add(self, candidate: Candidate) -> bool:
        """Match one more item where any rearrangement allows it."""
        came_from: dict[str, tuple[str, Candidate]] = {}
        queue = deque(sorted(candidate.cells & self.held.keys(), key=lambda key: lot(self.seed, candidate.name + key)))
        seen = set(queue)
        while queue:
            cell = queue.popleft()
            if len(self.held[cell]) < self.capacity[cell]:
                while cell in came_from:
                    before, moved = came_from[cell]
                    del self.held[before][moved.name]
                    self.held[cell][moved.name] = moved
                    cell = before
                self.held[cell][candidate.name] = candidate
                return True
            for item in self.held[cell].values():
                for other in sorted((item.cells & self.held.keys()) - seen):
                    seen.add(other)
                    came_from[other] = (cell, item)
                    queue.append(other)
        return False


def _shortfalls(wanted: Mapping[str, int], candidates: Sequence[Candidate], matching: _Matching) -> list[Shortfall]:
    """The violators of Hall's condition: cells reachable from an unfilled one. Every item fitting one of them is in one of them."""
    fitting: dict[str, list[Candidate]] = {key: [] for key in wanted}
    placed: dict[str, str] = {name: key for key, items in matching.held.items() for name in items}
    for candidate in candidates:
        for key in candidate.cells & wanted.keys():
            fitting[key].append(candidate)
    open_cells = [key for key in wanted if len(matching.held[key]) < wanted[key]]
    group: dict[str, int] = {}
    found: list[Shortfall] = []
    for number, start in enumerate(open_cells):
        if start in group:
            continue
        members, items, queue = [], set(), deque([start])
        group[start] = number
        while queue:
            cell = queue.popleft()
            members.append(cell)
            for item in fitting[cell]:
                items.add(item.name)
                nexts = {placed[item.name]} | {key for key in item.cells & wanted.keys() if key in open_cells}
                for key in nexts - group.keys():
                    group[key] = number
                    queue.append(key)
        ordered = tuple(key for key in wanted if key in members)
        found.append(Shortfall(ordered, sum(wanted[key] for key in ordered), len(items)))
    return found


def deal(cells: Sequence[Cell], pools: Mapping[str, Sequence[Candidate]], papers: int, *, seed: int) -> list[dict[str, list[str]]]:
    """Deal the items of every cell to parallel papers: each paper gets each cell's count, an item never twice in one paper.

    As few repeats as the pools allow, and like difficulty: within a cell the items go in order of expected facility, each block
    beginning with the paper that is easiest so far.
    """
    dealt: list[dict[str, list[str]]] = [{cell.key: [] for cell in cells} for _ in range(papers)]
    ease = [0] * papers
    for cell in cells:
        pool = sorted(pools[cell.key], key=lambda c: (c.facility is None, c.facility or 0, lot(seed, c.name)))
        times = _repeats([c.name for c in pool], cell.count * papers, papers, seed)
        need = [cell.count] * papers
        # items that stand in most papers first: then every paper can still be filled (Gale–Ryser)
        for candidate in sorted(pool, key=lambda c: -times[c.name]):
            places = sorted(range(papers), key=lambda p: (-need[p], -ease[p], lot(seed, f"{cell.key}:{candidate.name}:{p}")))
            for place in places[: times[candidate.name]]:
                dealt[place][cell.key].append(candidate.name)
                need[place] -= 1
                ease[place] += candidate.facility or 0
    return dealt


def _repeats(names: Sequence[str], slots: int, papers: int, seed: int) -> dict[str, int]:
    """In how many of the papers each item of a cell stands: evenly, at least one each where there is room."""
    order = sorted(names, key=lambda name: lot(seed, f"again:{name}"))
    times = dict.fromkeys(names, 0)
    for round_ in range(papers):
        for name in order:
            if slots and times[name] == round_:
                times[name] += 1
                slots -= 1
    return times


def overlap(papers: Sequence[Mapping[str, Sequence[str]]]) -> list[list[int]]:
    """How many items each two papers share."""
    names = [{name for items in paper.values() for name in items} for paper in papers]
    return [[len(one & other) for other in names] for one in names]

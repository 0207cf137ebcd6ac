"""Drawing by blueprint against brute force: as many as can be had, the exact shortfall, parallel papers with least overlap."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from exams import allocation
from exams.allocation import Candidate, Cell

KEYS = "abc"


@st.composite
def pools(draw, most_items=6):
    counts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    cells = [Cell(KEYS[i], count) for i, count in enumerate(counts)]
    keys = [cell.key for cell in cells]
    fits = draw(st.lists(st.sets(st.sampled_from(keys)), max_size=most_items))
    worn = draw(st.lists(st.integers(0, 2), min_size=len(fits), max_size=len(fits)))
    ease = draw(st.lists(st.one_of(st.none(), st.integers(100, 900)), min_size=len(fits), max_size=len(fits)))
    items = [Candidate(f"i{n}", frozenset(f), w, e) for n, (f, w, e) in enumerate(zip(fits, worn, ease, strict=True))]
    return cells, items, draw(st.integers(0, 1000))


def every_way(cells, items, copies=1):
    """All assignments at all: each item to one of its cells or to none, within the counts. Slow on purpose."""
    limits = {cell.key: cell.count * copies for cell in cells}
    for way in product(*[[None, *sorted(item.cells)] for item in items]):
        used = Counter(key for key in way if key)
        if all(used[key] <= limits[key] for key in used):
            yield way


@settings(max_examples=150, deadline=None)
@given(pools())
def test_as_many_as_brute_force_and_the_exact_shortfall(made):
    cells, items, seed = made
    got = allocation.assign(cells, items, seed=seed)
    placed = [(key, name) for key, names in got.chosen.items() for name in names]
    fits = {item.name: item.cells for item in items}
    assert all(key in fits[name] for key, name in placed)
    assert len({name for _key, name in placed}) == len(placed)
    most = max(sum(1 for key in way if key) for way in every_way(cells, items))
    assert len(placed) == most
    # Hall, by trying every set of cells: the largest excess of wants over fitting items
    worst = 0
    for size in range(len(cells) + 1):
        for group in combinations(cells, size):
            keys = {cell.key for cell in group}
            worst = max(worst, sum(c.count for c in group) - sum(1 for item in items if item.cells & keys))
    assert sum(gap.lacking for gap in got.shortfalls) == worst == sum(c.count for c in cells) - most
    for gap in got.shortfalls:
        assert gap.wanted == sum(cell.count for cell in cells if cell.key in gap.cells)
        assert gap.fitting == sum(1 for item in items if item.cells & set(gap.cells))
        assert gap.lacking > 0
    named = [key for gap in got.shortfalls for key in gap.cells]
    assert len(named) == len(set(named))


@settings(max_examples=100, deadline=None)
@given(pools())
def test_the_least_worn_items_are_taken(made):
    cells, items, seed = made
    got = allocation.assign(cells, items, seed=seed)
    if got.shortfalls:
        return
    worn = {item.name: item.worn for item in items}
    mine = sum(worn[name] for names in got.chosen.values() for name in names)
    total = sum(cell.count for cell in cells)
    full = [way for way in every_way(cells, items) if sum(1 for key in way if key) == total]
    assert mine == min(sum(item.worn for item, key in zip(items, way, strict=True) if key) for way in full)


@settings(max_examples=100, deadline=None)
@given(pools(most_items=7))
def test_two_papers_overlap_as_little_as_possible(made):
    cells, items, seed = made
    got = allocation.assign(cells, items, seed=seed, copies=2)
    if got.shortfalls:
        return
    by_name = {item.name: item for item in items}
    held = {key: [by_name[name] for name in names] for key, names in got.chosen.items()}
    papers = allocation.deal(cells, held, 2, seed=seed)
    for paper in papers:
        assert {key: len(names) for key, names in paper.items()} == {cell.key: cell.count for cell in cells}
        names = [name for items_ in paper.values() for name in items_]
        assert len(names) == len(set(names))
        assert all(key in by_name[name].cells for key, names in paper.items() for name in names)
    slots = 2 * sum(cell.count for cell in cells)
    distinct = max(sum(1 for key in way if key) for way in every_way(cells, items, copies=2))
    assert allocation.overlap(papers)[0][1] == slots - distinct


def test_the_same_seed_draws_the_same_and_another_draws_another():
    cells = [Cell("a", 5), Cell("b", 5)]
    items = [Candidate(f"i{n}", frozenset("ab" if n % 3 else "a")) for n in range(60)]
    one, again, other = (allocation.assign(cells, items, seed=seed).chosen for seed in (7, 7, 8))
    assert one == again and one != other
    assert allocation.assign(cells, list(reversed(items)), seed=7).chosen == one  # the order they come in does not matter


def test_parallel_papers_are_of_like_difficulty():
    cells = [Cell("a", 10), Cell("b", 10)]
    items = [Candidate(f"{key}{n}", frozenset(key), 0, 200 + 30 * n) for key in "ab" for n in range(20)]
    got = allocation.assign(cells, items, seed=3, copies=2)
    by_name = {item.name: item for item in items}
    papers = allocation.deal(cells, {k: [by_name[n] for n in v] for k, v in got.chosen.items()}, 2, seed=3)
    means = [sum(by_name[n].facility for names in paper.values() for n in names) / 20 for paper in papers]
    assert allocation.overlap(papers)[0][1] == 0
    assert abs(means[0] - means[1]) <= 15


def test_overlapping_cells_are_judged_together():
    """Three items fit both cells: neither cell alone is short, the two together are, by one."""
    cells = [Cell("chapter", 2), Cell("any", 2)]
    items = [Candidate(f"i{n}", frozenset({"chapter", "any"})) for n in range(3)]
    (gap,) = allocation.assign(cells, items, seed=1).shortfalls
    assert (gap.cells, gap.wanted, gap.fitting, gap.lacking) == (("chapter", "any"), 4, 3, 1)

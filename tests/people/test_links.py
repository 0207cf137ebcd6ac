"""Merges as union-find over dated links; the oracle is a slow walk over the graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lms.people.rules import Link, canonical_of, group_of

people = st.integers(1, 9)


@st.composite
def histories(draw: st.DrawFn) -> list[Link]:
    links: list[Link] = []
    for position in range(1, draw(st.integers(1, 14))):
        kept, duplicate = draw(people), draw(people)
        if kept == duplicate:
            continue
        undone = draw(st.one_of(st.none(), st.integers(position + 1, 30)))
        links.append(Link(kept, duplicate, position, undone))
    return links


def reachable(person: int, links: list[Link]) -> set[int]:
    found, todo = {person}, [person]
    while todo:
        here = todo.pop()
        for link in links:
            for one, other in ((link.kept, link.duplicate), (link.duplicate, link.kept)):
                if one == here and other not in found:
                    found.add(other)
                    todo.append(other)
    return found


@given(histories(), st.one_of(st.none(), st.integers(0, 31)))
def test_groups_are_the_connected_ones(links, as_of):
    canonical = canonical_of(links, as_of=as_of)
    holding = [
        x
        for x in links
        if (x.undone_at is None if as_of is None else x.position <= as_of and (x.undone_at is None or x.undone_at > as_of))
    ]
    for person in range(1, 10):
        expected = reachable(person, holding)
        assert group_of(person, canonical) == expected
        assert canonical.get(person, person) in expected
        assert {canonical.get(other, other) for other in expected} == {canonical.get(person, person)}


@given(histories())
def test_only_merged_ones_are_named(links):
    canonical = canonical_of(links)
    assert all(person != kept for person, kept in canonical.items())
    assert not set(canonical) & set(canonical.values())


def test_a_chain_keeps_whom_the_last_word_kept():
    assert canonical_of([Link(1, 2, 1), Link(3, 1, 2)]) == {1: 3, 2: 3}
    assert canonical_of([Link(1, 2, 1), Link(3, 1, 2, undone_at=5)]) == {2: 1}
    assert canonical_of([Link(1, 2, 1), Link(3, 1, 2, undone_at=5)], as_of=4) == {1: 3, 2: 3}

"""Verification: stored totals against the fold, lines and events against the chain, the chain against its published heads."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from lms.ledger import chain, seals, summaries
from lms.ledger.models import Cell, CountedUnit, DayChain, FacetCell, Line, PersonCount, Seal, SummaryState
from lms.people import selectors as people


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit, and the first row that shows it."""

    where: str
    sentence: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    lines: int
    events: int
    links: int
    totals: int
    unsealed: int
    seals: int
    faults: list[Fault]


def verify() -> Verdict:
    """Check everything; each kind of fault is named once, by the first row that does not fit."""
    faults = [fault for fault in (*_chain(), *_counter_lines(), *_seals(), *_totals()) if fault is not None]
    links = list(DayChain.objects.order_by("number"))
    sealed = links[-1].last_position if links else 0
    return Verdict(
        lines=Line.objects.count(),
        events=sum(link.event_count for link in links),
        links=len(links),
        totals=Cell.objects.count() + FacetCell.objects.count() + PersonCount.objects.count() + CountedUnit.objects.count(),
        unsealed=Line.objects.filter(position__gt=sealed).count(),
        seals=Seal.objects.count(),
        faults=faults,
    )


def _chain() -> Iterator[Fault | None]:
    published = chain.published()
    previous: DayChain | None = None
    for link in DayChain.objects.order_by("number").iterator(chunk_size=20):
        fault = _link(link, previous) or _published(link, published.pop(link.number, None))
        if fault is not None:
            yield fault
            return
        previous = link
    for number, content in sorted(published.items()):
        yield Fault(
            "heads", _("库外保存的第 %(n)s 环在数据库里找不到。") % {"n": number}, str(content.get("day", content.get("file", "")))
        )
        return


def _link(link: DayChain, previous: DayChain | None) -> Fault | None:
    if link.previous != (previous.head if previous else "") or link.number != (previous.number + 1 if previous else 1):
        return Fault("chain", _("第 %(n)d 环接不上前一环。") % {"n": link.number}, link.day.isoformat())
    leaves = [bytes(link.leaves)[n : n + chain.LEAF] for n in range(0, len(bytes(link.leaves)), chain.LEAF)]
    lines = chain.line_digests(link.first_position, link.last_position, link.version)
    events = chain.event_digests(link.first_event, link.last_event, link.version)
    found: list[bytes] = []
    for name, rows, kept in (("ledger.line", lines, leaves[: link.line_count]), ("audit.event", events, leaves[link.line_count :])):
        fault = _first_misfit(name, rows, kept, found)
        if fault is not None:
            return fault
    if chain.head_of(link.previous, link.day, link.version, found) != link.head:
        return Fault("chain", _("第 %(n)d 环的摘要与其内容不符。") % {"n": link.number}, link.day.isoformat())
    return None


def _first_misfit(name: str, rows: Iterable[tuple[uuid.UUID, int, bytes]], kept: list[bytes], found: list[bytes]) -> Fault | None:
    last = 0
    for row, leaf in zip_longest(rows, kept):
        if row is None:
            return Fault(name, _("第 %(n)d 笔之后少了记录。") % {"n": last}, f"> {last}")
        uuid_, number, digest = row
        if leaf is None or digest[: chain.LEAF] != leaf:
            return Fault(name, _("第 %(n)d 笔与封存的摘要不符，或其前缺了记录。") % {"n": number}, str(uuid_))
        found.append(digest)
        last = number
    return None


def _published(link: DayChain, content: dict[str, Any] | None) -> Fault | None:
    if content is None:
        return Fault("heads", _("第 %(n)d 环没有库外的副本。") % {"n": link.number}, link.day.isoformat())
    if content != chain.summary(link):
        return Fault("heads", _("第 %(n)d 环与库外的副本不符。") % {"n": link.number}, link.day.isoformat())
    return None


_REPEATED = (
    "kind",
    "person_id",
    "occasion",
    "slot",
    "minutes",
    "hour_hundredths",
    "quantity",
    "division_id",
    "category_id",
    "mode",
    "topic",
)


def _counter_lines() -> Iterator[Fault | None]:
    """A counter-line repeats what it reverses."""
    differs = Q()
    for name in _REPEATED:
        other = F(f"reverses__{name}")
        differs |= ~Q(**{name: other}) & ~(Q(**{f"{name}__isnull": True}) & Q(**{f"reverses__{name}__isnull": True}))
    wrong = Line.objects.filter(sign=-1).filter(differs).order_by("position").first()
    if wrong is not None:
        yield Fault("ledger.line", _("第 %(n)d 笔冲销行与原记录不一致。") % {"n": wrong.position}, str(wrong.uuid))


def _seals() -> Iterator[Fault | None]:
    """Every seal's root, made anew from the lines it is of."""
    for seal in Seal.objects.select_related("division").order_by("pk").iterator(chunk_size=50):
        if seals.root_of(seal) != seal.root:
            sentence = _("%(place)s %(period)d 的封印与其所封的各笔记录不符。")
            yield Fault("ledger.seal", sentence % {"place": seal.division.full_name, "period": seal.period}, str(seal.uuid))
            return


def _totals() -> Iterator[Fault | None]:
    """Every stored total, folded anew at the position the summaries claim."""
    position = SummaryState.objects.get(pk=1).position
    canonical = people.canonical_ids(position)
    units = list(summaries.all_units(summaries.all_bases().values(), canonical, position))
    cells = summaries.line_cells(summaries.standing_at(position))
    cells.update(summaries.unit_cells(units))
    stored_cells = Counter(
        {summaries.CellKey(*key): total for *key, total in Cell.objects.values_list(*summaries.CellKey._fields, "total")}
    )
    yield _difference("ledger.cell", cells, stored_cells)
    facets = summaries.line_facets(summaries.standing_at(position))
    facets.update(summaries.unit_facets(units))
    names = summaries.FacetKey._fields
    stored_facets = Counter({summaries.FacetKey(*key): total for *key, total in FacetCell.objects.values_list(*names, "total")})
    yield _difference("ledger.facet", facets, stored_facets)
    stored_units = Counter(summaries.as_unit(row)[1:] + (row.measure,) for row in CountedUnit.objects.iterator(chunk_size=5000))
    yield _difference("ledger.unit", Counter(unit[1:] + (unit.measure,) for unit in units), stored_units)
    counts: Counter[summaries.PersonKey] = Counter()
    ordered = sorted(units, key=lambda u: (u.person, u.measure))
    for _key, mine in groupby(ordered, key=lambda u: (u.person, u.measure)):
        counts.update(summaries.person_keys(mine))
    fields = ("measure", "node", "span", "dimension", "code", "persons")
    stored_counts = Counter({tuple(key): persons for *key, persons in PersonCount.objects.values_list(*fields)})
    yield _difference("ledger.persons", counts, stored_counts)


def _difference(where: str, folded: Counter[Any], stored: Counter[Any]) -> Fault | None:
    wrong = sorted((str(key), key) for key in folded.keys() | stored.keys() if folded[key] != stored[key])
    if not wrong:
        return None
    key = wrong[0][1]
    return Fault(
        where,
        _("%(n)d 个汇总数与逐笔重算不符；第一个：存有 %(stored)d，重算 %(folded)d。")
        % {"n": len(wrong), "stored": stored[key], "folded": folded[key]},
        wrong[0][0],
    )

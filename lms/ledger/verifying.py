"""Verification: stored totals against the fold, lines and events against the chain, the chain against its published heads."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain as chained
from itertools import islice, zip_longest
from typing import Any

from django.db.models import F, Max, Q, Sum
from django.utils.translation import gettext as _

from lms.core.snapshot import snapshot
from lms.ledger import chain, recomputing, seals
from lms.ledger.models import CountedUnit, DayChain, Line, NodeTotal, PersonCount, Seal


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
    """Check everything, as of one moment; each kind of fault is named once, by the first row that does not fit."""
    with snapshot():
        faults = [fault for fault in (*_chain(), *_counter_lines(), *_seals(), *_totals()) if fault is not None]
        links = DayChain.objects.aggregate(last=Max("last_position"), events=Sum("event_count"))
        return Verdict(
            lines=Line.objects.count(),
            events=links["events"] or 0,
            links=DayChain.objects.count(),
            totals=sum(model._default_manager.count() for model in (NodeTotal, PersonCount, CountedUnit)),
            unsealed=Line.objects.filter(position__gt=links["last"] or 0).count(),
            seals=Seal.objects.count(),
            faults=faults,
        )


def _chain() -> Iterator[Fault | None]:
    published = chain.published()
    previous: DayChain | None = None
    for link in DayChain.objects.order_by("number").iterator(chunk_size=1):  # one day's leaves in memory
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
    leaves = _leaves(link)
    checked = _Checked()
    lines = chain.line_digests(link.first_position, link.last_position, link.version)
    events = chain.event_digests(link.first_event, link.last_event, link.version)
    digests = chained(
        checked.against("ledger.line", lines, islice(leaves, link.line_count)), checked.against("audit.event", events, leaves)
    )
    head = chain.head_of(link.previous, link.day, link.version, digests)
    if checked.fault is None and head != link.head:
        return Fault("chain", _("第 %(n)d 环的摘要与其内容不符。") % {"n": link.number}, link.day.isoformat())
    return checked.fault


def _leaves(link: DayChain) -> Iterator[bytes]:
    kept = bytes(link.leaves)
    return (kept[n : n + chain.LEAF] for n in range(0, len(kept), chain.LEAF))


@dataclass(slots=True)
class _Checked:
    """Rows read one after the other and held against their leaves; after the first that does not fit nothing is read."""

    fault: Fault | None = None

    def against(self, name: str, rows: Iterable[tuple[uuid.UUID, int, bytes]], leaves: Iterable[bytes]) -> Iterator[bytes]:
        last = 0
        for row, leaf in zip_longest(rows, leaves) if self.fault is None else ():
            if row is None:
                self.fault = Fault(name, _("第 %(n)d 笔之后少了记录。") % {"n": last}, f"> {last}")
                return
            uuid_, number, digest = row
            if leaf is None or digest[: chain.LEAF] != leaf:
                self.fault = Fault(name, _("第 %(n)d 笔与封存的摘要不符，或其前缺了记录。") % {"n": number}, str(uuid_))
                return
            yield digest
            last = number


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
    """Every stored total, made anew at the position the summaries claim."""
    for wrong in recomputing.misfits():
        sentence = _("%(n)d 个汇总数与逐笔重算不符；第一个：存有 %(stored)d，重算 %(folded)d。")
        yield Fault(wrong.where, sentence % {"n": wrong.rows, "stored": wrong.stored, "folded": wrong.anew}, wrong.row)

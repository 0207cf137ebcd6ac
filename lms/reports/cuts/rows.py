"""The rows behind a number of a cut as people read them: title, what it rests on, names as far as the reader may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from lms.accounts.roles import REPORTING
from lms.core.actor import Actor
from lms.ledger.models import Line
from lms.reports import drill, questions, workbook
from lms.reports.breakdown import grid_of
from lms.reports.cuts.opening import Cell, Found, value_of
from lms.reports.cuts.telling import measures
from lms.reports.dimensions import shown_names
from lms.reports.filters import said
from lms.reports.levels import second_level

CHUNK = 500
Part = Sequence[tuple[int, dt.date]]


def opened(cell: Cell, *, count: int, amount: int) -> drill.Opened:
    """The head of the rows: what one is, how many there are, what they come to."""
    row = name_of(cell)
    title = measures()[cell.measure]
    value = value_of(cell.measure, amount)
    return drill.Opened(f"{title} · {row}" if row else title, _unit(cell.measure), cell.shape, None, count, value)


def _unit(measure: str) -> str:
    """Nothing where the measure is its own unit."""
    return "" if measure in drill.LEARNT else str(drill.UNITS[measure][1])


def name_of(cell: Cell) -> str:
    """The row's name as the cut writes it; nothing for the total."""
    if cell.key is None:
        return ""
    asked = cell.asked
    if cell.below is not None and cell.below != cell.key:
        subs = second_level(asked.division, on=asked.on, position=asked.position).names.values()
        return dict(subs).get(cell.below, cell.below)
    grid = grid_of(asked.division, by=asked.by, on=asked.on, position=asked.position)
    name = shown_names(asked.by).get(cell.key) or grid.name(cell.key)
    return _("%(name)s本级") % {"name": name} if cell.below is not None and cell.key != asked.division.code else name


def items(cell: Cell, part: Part, actor: Actor) -> list[drill.Item]:
    """Some rows as they are shown: a constant number of queries."""
    lines = Line.objects.in_bulk([line for line, _day in part])
    # in the boundaries of another day a line may lie where the reader's place was not then
    within = cell.asked.division.path if cell.asked.boundaries_on else "/"
    return drill.shown([lines[line] for line, _day in part], dict(part), actor, within=within)


def every_item(cell: Cell, found: Found, actor: Actor) -> Iterator[drill.Item]:
    for start in range(0, len(found), CHUNK):
        yield from items(cell, found.part(start, start + CHUNK), actor)


def rests_on(cell: Cell, head: drill.Opened) -> list[str]:
    """What is printed above the rows."""
    asked = cell.asked
    told = workbook.rests_on(asked.division, head, asked.basis, asked.start, asked.end)
    told.append(_("截至第 %(position)d 笔") % {"position": asked.position})
    if asked.boundaries_on:
        told.append(_("按 %(day)s 的区划") % {"day": asked.boundaries_on})
    return told + [_("只含%(what)s“%(code)s”") % {"what": what, "code": value} for what, value in said(asked.having)]


def file_name(cell: Cell, form: str) -> str:
    asked = cell.asked
    parts = [asked.division.name, *titles(cell), str(asked.start), str(asked.end)]
    return f"{'-'.join(part for part in parts if part)}.{form}"


def titles(cell: Cell) -> tuple[str, str]:
    return measures()[cell.measure], name_of(cell)


def of_params(params: Mapping[str, Any], actor: Actor) -> Cell:
    """The number that a job was asked about, within what the actor may see."""
    return Cell(questions.of_params(params, actor, *REPORTING), params["what"], params["key"], params["below"])

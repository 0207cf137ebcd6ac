"""One figure as a command or another system asks for it: from what was typed to the value, its definition and its rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.ledger import selectors as ledger
from lms.places.models import Division
from lms.reports import asking, figures
from lms.reports.breakdown import Breakdown, breakdown
from lms.reports.canonical import basis_summary


def state(
    what: str,
    *,
    division: str,
    on: str | None = None,
    start: str | None = None,
    end: str | None = None,
    as_of: str | None = None,
    basis: str | None = None,
    actor: Actor,
    roles: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Value, unit, definition, basis, position and the uuids of the rows it opens. Outside the actor's divisions is missing."""
    definition, arguments = figures.find(what)
    if bool(on) == bool(start or end) or bool(start) != bool(end):
        raise BadInput(_("请用 --on 给出一天，或用 --from 和 --to 给出起止日期，两者择一。"))
    if on:
        first, last = None, asking.day(on)
    else:
        first, last = asking.period(start or "", end or "")
    position = ledger.position_of(as_of)
    ask = figures.Ask(
        division=place(actor, division, last, position, roles),
        start=first,
        end=last,
        position=position,
        basis=asking.basis(basis, last),
        arguments=arguments,
    )
    answer = definition.ask(ask)
    when = {"on": last.isoformat()} if first is None else {"from": first.isoformat(), "to": last.isoformat()}
    moment = ledger.moment_of(ask.position)
    return {
        "what": what,
        "title": str(definition.title),
        "value": answer.value,
        "unit": definition.unit,
        "definition": str(definition.meaning),
        "division": ask.division.code,
        "division_name": ask.division.full_name,
        **when,
        "basis": basis_summary(ask.basis) if definition.by_basis else None,
        "position": ask.position,
        "as_of": moment.isoformat() if moment else None,
        "rows": answer.rows,
        "lines": [str(u) for u in answer.lines],
        **({"quantities": answer.quantities} if answer.quantities is not None else {}),
        **({"people": [str(u) for u in answer.people]} if answer.people is not None else {}),
        "detail": answer.detail,
    }


def split(
    *,
    division: str,
    start: str,
    end: str,
    by: str = "division",
    as_of: str | None = None,
    basis: str | None = None,
    boundaries: str | None = None,
    having: str | None = None,
    actor: Actor,
    roles: tuple[str, ...] = (),
) -> Breakdown:
    """Person-times, persons, minutes and hours of a division and period by one dimension."""
    first, last = asking.period(start, end)
    position, boundaries_on = ledger.position_of(as_of), asking.boundaries(boundaries)
    return breakdown(
        division=place(actor, division, boundaries_on or last, position, roles),
        start=first,
        end=last,
        basis=asking.basis(basis, last),
        position=position,
        by=by,
        boundaries_on=boundaries_on,
        having=asking.having(having),
    )


def place(actor: Actor, code: str, on: dt.date, position: int, roles: tuple[str, ...]) -> Division:
    """The division of a code, where the actor holds one of the roles. Outside is missing, in the words of an unknown code."""
    try:
        found = asking.division(code, on, position)
    except BadInput as error:
        if actor.everywhere:
            raise
        raise Missing(str(error)) from None
    if not actor.covers(found.path, *roles):
        raise Missing(_("没有代码为“%(code)s”的行政区划。") % {"code": code.strip()[:20]})
    return found

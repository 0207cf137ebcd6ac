"""One figure as a command or another system asks for it: from what was typed to the value, its definition and its rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import selectors as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line, PeriodLock
from lms.ledger.rules import month_of
from lms.places.models import Division
from lms.places.rules import upwards
from lms.reports import asking, figures
from lms.reports.approval.signed import signed
from lms.reports.canonical import basis_summary


def state(
    what: str,
    *,
    division: str,
    on: str | None = None,
    start: str | None = None,
    end: str | None = None,
    as_of: str | int | None = None,
    basis: str | None = None,
    actor: Actor,
    roles: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Value, unit, definition, basis, position and the uuids of the rows it opens. Outside the actor's divisions is missing."""
    definition, ask = asked(
        what, division=division, on=on, start=start, end=end, as_of=as_of, basis=basis, actor=actor, roles=roles
    )
    return told(what, definition, ask)


def asked(
    what: str,
    *,
    division: str,
    on: str | None,
    start: str | None,
    end: str | None,
    as_of: str | int | None,
    basis: str | None,
    actor: Actor,
    roles: tuple[str, ...],
) -> tuple[figures.Definition, figures.Ask]:
    """Which figure, and what is asked of it."""
    definition, arguments = figures.find(what)
    if bool(on) == bool(start or end) or bool(start) != bool(end):
        raise BadInput(_("请用 --on 给出一天，或用 --from 和 --to 给出起止日期，两者择一。"))
    if on:
        first, last = None, asking.day(on)
    else:
        first, last = asking.period(start or "", end or "")
    position = asking.position(as_of)
    return definition, figures.Ask(
        division=place(actor, division, last, position, roles),
        start=first,
        end=last,
        position=position,
        basis=asking.basis(basis, last),
        arguments=arguments,
    )


def told(what: str, definition: figures.Definition, ask: figures.Ask) -> dict[str, Any]:
    """The answer as plain values."""
    answer = definition.ask(ask)
    when = {"from": ask.start.isoformat(), "to": ask.end.isoformat()} if ask.start else {"on": ask.end.isoformat()}
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


def beside(ask: figures.Ask) -> dict[str, Any]:
    """What is said beside a figure: the hour scheme in force there, and how complete the records are that it rests on."""
    scheme = ledger.scheme_for(ask.division, ask.end)
    scope = ask.scope
    missing = max(0, ledger.total_quantity(scope, Kind.SCHEDULED) - ledger.sessions(scope))
    complete: dict[str, Any] = {"sessions_not_held": missing, "persons_unnamed": ledger.unnamed(scope)}
    if ask.start is not None:
        over = min(month_of(ask.end), month_of(clock.today().replace(day=1) - dt.timedelta(days=1)))
        first = month_of(ask.start)
        complete["months_over"] = max(0, (over // 100 - first // 100) * 12 + over % 100 - first % 100 + 1)
        complete["months_signed"] = _months_locked(ask.division, first, over)
        complete |= approval_of(ask.division, ask.start, ask.end)
    return {
        "scheme": {
            "code": scheme.code,
            "name": scheme.name,
            "valid_from": scheme.valid_from.isoformat() if scheme.valid_from else None,
        },
        "completeness": complete,
    }


def approval_of(division: Division, start: dt.date, end: dt.date) -> dict[str, int]:
    """County-months of a period that are over, and of those how many are approved and how many are not yet."""
    found = signed(division, start, end)
    return {"county_months": found.asked, "county_months_approved": found.approved, "county_months_not_approved": found.waiting}


def _months_locked(division: Division, first: int, last: int) -> int:
    """Months handed in or locked for the division, by itself or by one above it."""
    reaching = PeriodLock.objects.filter(period__range=(first, last), division__path__in=upwards(division.path))
    locks = reaching.filter(lifted_at__isnull=True)
    return locks.values("period").distinct().count()


def refuse_too_many(scope: ledger.Scope, kinds: tuple[str, ...], most: int) -> None:
    """A fold over so many lines is no answer to wait for. Refused in one sentence, at the cost of counting that far."""
    lines = Line.objects.filter(kind__in=kinds).within(scope.path, scope.boundaries).posted(scope.start, scope.end).order_by()
    if lines.values("pk")[: most + 1].count() > most:
        raise Refused(_("所问范围超过 %(n)d 条记录，请改问较小的地区或较短的时期。") % {"n": most})


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

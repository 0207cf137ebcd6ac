"""What is asked of a fold by one dimension: of person-times and of a cut, on a page, by command and over the interface."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.ledger import selectors as ledger
from lms.ledger.models import CountingBasis
from lms.places.models import Division
from lms.places.selectors import division_in_scope
from lms.reports import asking, stating
from lms.reports.breakdown import scope_of
from lms.reports.filters import Having


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where, when, as known when, on which basis, by what, in whose boundaries (None: those of then), and what everything has."""

    division: Division
    start: dt.date
    end: dt.date
    basis: CountingBasis
    position: int
    by: str = "division"
    boundaries_on: dt.date | None = None
    having: Having = ()

    @property
    def on(self) -> dt.date:
        """The day whose tree is shown."""
        return self.boundaries_on or self.end

    @property
    def conditions(self) -> list[str]:
        return [":".join(each) for each in self.having]

    def as_arguments(self) -> dict[str, Any]:
        """As ``breakdown`` takes it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def as_params(self) -> dict[str, Any]:
        """As a job keeps it: codes and numbers."""
        return {
            "division": self.division.code,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "basis": self.basis.pk,
            "by": self.by,
            "position": self.position,
            "boundaries": self.boundaries_on.isoformat() if self.boundaries_on else "",
            "having": self.conditions,
        }

    def scope(self, where: Division, start: dt.date | None, end: dt.date) -> ledger.Scope:
        """Of a place and time, in the question's boundaries and as of its position."""
        return scope_of(where, start, end, position=self.position, boundaries_on=self.boundaries_on)

    def refuse_too_many(self, kinds: tuple[str, ...], most: int) -> None:
        stating.refuse_too_many(self.scope(self.division, self.start, self.end), kinds, most)


def typed(
    *,
    division: str,
    start: str,
    end: str,
    by: str = "division",
    as_of: str | int | None = None,
    basis: str | None = None,
    boundaries: str | None = None,
    having: str | Sequence[str] | None = None,
    actor: Actor,
    roles: tuple[str, ...] = (),
) -> Question:
    """From what was typed; each fault is one sentence. Outside the actor's divisions is missing."""
    first, last = asking.period(start, end)
    position, boundaries_on = asking.position(as_of), asking.boundaries(boundaries)
    return Question(
        division=stating.place(actor, division, boundaries_on or last, position, roles),
        start=first,
        end=last,
        basis=asking.basis(basis, last),
        position=position,
        by=by,
        boundaries_on=boundaries_on,
        having=asking.having(having),
    )


def of_params(params: Mapping[str, Any], actor: Actor, *roles: str) -> Question:
    """What a job was asked, within what its owner may see."""
    basis = CountingBasis.objects.filter(pk=params["basis"]).first()
    if basis is None:
        raise Missing(_("没有这个统计期或口径。"))
    return Question(
        division=division_in_scope(actor, params["division"], *roles),
        start=dt.date.fromisoformat(params["start"]),
        end=dt.date.fromisoformat(params["end"]),
        basis=basis,
        position=params["position"],
        by=params["by"],
        boundaries_on=asking.boundaries(params.get("boundaries")),
        having=asking.having(params.get("having")),
    )

"""Adjectives of ledger lines. ``as_of`` is the one that every figure starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from lms.core.actor import Actor

if TYPE_CHECKING:
    from lms.places.models import Division


class LineQuerySet(models.QuerySet[Any]):
    def as_of(self, position: int | None = None) -> LineQuerySet:
        """Lines that stood at the position (None: now): known by then, and neither reversed by then nor counter-lines."""
        counter = self.model._default_manager.filter(reverses=OuterRef("pk"))
        if position is None:
            return self.filter(~Exists(counter), sign=1)
        return self.filter(~Exists(counter.filter(position__lte=position)), sign=1, position__lte=position)

    def standing(self) -> LineQuerySet:
        """Lines that stand now."""
        return self.as_of(None)

    def within(self, where: Division | str) -> LineQuerySet:
        """Lines of a division (or path) as then, and of all below it."""
        path = where if isinstance(where, str) else where.path
        return self if path == "/" else self.filter(division__path__startswith=path)

    def visible_to(self, actor: Actor, *roles: str) -> LineQuerySet:
        """Lines of the divisions where the actor holds one of ``roles`` (any when none is named)."""
        return self.filter(actor.q("division__path", *roles))

    def kinds(self, *kinds: str) -> LineQuerySet:
        return self.filter(kind__in=kinds)

    def posted(self, start: dt.date | None, end: dt.date | None) -> LineQuerySet:
        """Lines reported from ``start`` to ``end``, both included; None leaves that side open."""
        condition = Q()
        if start is not None:
            condition &= Q(posted_on__gte=start)
        if end is not None:
            condition &= Q(posted_on__lte=end)
        return self.filter(condition)

    def of_people(self, ids: Iterable[int]) -> LineQuerySet:
        return self.filter(person_id__in=list(ids))

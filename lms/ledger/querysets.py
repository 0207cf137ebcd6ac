"""Adjectives of ledger lines. ``as_of`` is the one that every figure starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lms.core.actor import Actor
from lms.ledger.rules import first_day, last_day, month_of
from lms.places.boundaries import THEN, Boundaries

if TYPE_CHECKING:
    from lms.places.models import Division


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


class LineQuerySet(models.QuerySet[Any]):
    def as_of(self, position: int | None = None) -> LineQuerySet:
        """Lines that stood at the position (None: now): known by then, and neither reversed by then nor counter-lines."""
        # counter-lines are few; unless told so, a planner takes them to be as many as the lines
        counter = self.model._default_manager.filter(reverses__isnull=False, reverses=OuterRef("pk"))
        if position is None:
            return self.filter(~Exists(counter), sign=1)
        return self.filter(~Exists(counter.filter(position__lte=position)), sign=1, position__lte=position)

    def standing(self) -> LineQuerySet:
        """Lines that stand now."""
        return self.as_of(None)

    def within(self, where: Division | str, boundaries: Boundaries = THEN) -> LineQuerySet:
        """Lines of a division (or path) and of all below it, in the boundaries of then or of another day."""
        path = where if isinstance(where, str) else where.path
        return self if path == "/" else self.filter(boundaries.q(path, by="division__path", id_field="division_id"))

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
        if start is not None and end is not None and month_of(start) == month_of(end):
            condition &= Q(posted_period=month_of(start))  # a place's lines of one month are found by an index of their own
        return self.filter(condition)

    def in_period(self, period: int) -> LineQuerySet:
        """Lines posted to a month (yyyymm)."""
        return self.posted(first_day(period), last_day(period))

    def reported(self, start: dt.date | None, end: dt.date | None, *, late: bool = False) -> LineQuerySet:
        """Lines reported between the days; with ``late`` also those that happened then and were posted to a later period."""
        if not late or end is None:
            return self.posted(start, end)
        after = Q(posted_on__gt=end, happened_to__lt=_midnight(end + dt.timedelta(days=1)))
        if start is None:
            return self.filter(Q(posted_on__lte=end) | after)
        return self.filter(Q(posted_on__range=(start, end)) | (after & Q(happened_to__gte=_midnight(start))))

    def of_people(self, ids: Iterable[int]) -> LineQuerySet:
        return self.filter(person_id__in=list(ids))

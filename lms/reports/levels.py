"""The divisions below the divisions below: so that a table of a division opens one level further."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from lms.places.boundaries import children_known, stood
from lms.places.models import Division
from lms.reports.dimensions import Fact


@dataclass(frozen=True, slots=True)
class SecondLevel:
    """path → (code, name) of every division two levels below."""

    names: dict[str, tuple[str, str]]

    def of(self, key: str, name: str, fact: Fact) -> tuple[str, str]:
        """Which of them a fact lies in; what lies in none is the upper division's own."""
        codes = fact.path.split("/")
        for length in range(2, len(codes)):
            found = self.names.get("/".join(codes[:length]) + "/")
            if found is not None:
                return found
        return key, _("%(name)s本级") % {"name": name}


def second_level(division: Division, *, on: dt.date, position: int) -> SecondLevel:
    """Of the tree of a day, as known at the position: three queries."""
    children = children_known(division, on=on, position=position)
    right_below = Q(parent__in=children) | Q(parent__parent__in=children, parent__is_statistical=True)
    rows = Division.objects.filter(right_below, is_statistical=False).order_by("code")
    return SecondLevel({row.path: (row.code, row.name) for row in stood(rows, on=on, position=position)})

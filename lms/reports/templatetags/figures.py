"""How differences and actors are written in reports. ``grouped`` is the look's and needs no loading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from cms.templatetags.look import grouped
from lms.reports.wording import known

register = template.Library()
register.filter("known", known)


@register.filter
def signed(number: int | Decimal | None) -> str:
    """A difference with its sign: +3, −1, and 0 as a dash."""
    if not number:
        return "—"
    return f"+{grouped(number)}" if number > 0 else f"−{grouped(-number)}"


@register.filter
def named(names: dict[Any, str], actor: Any) -> str:
    """The name of who acted, by uuid."""
    return names.get(actor, "—")

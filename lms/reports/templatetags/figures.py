"""How numbers are written in reports: grouped by thousands in every language, hours without idle zeros."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

register = template.Library()


@register.filter
def grouped(number: int | Decimal | None) -> str:
    """3460 → 3,460; 10455.40 → 10,455.4."""
    if number is None:
        return "—"
    if isinstance(number, Decimal):
        text = f"{number:,.2f}"
        return text.rstrip("0").rstrip(".")
    return f"{number:,}"


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

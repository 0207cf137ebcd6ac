"""Points as people read them."""

from __future__ import annotations

from decimal import Decimal

from django import template

from exams import rules

register = template.Library()


@register.filter
def points(hundredths: int | None) -> Decimal | str:
    """150 → 1.5; nothing → a dash."""
    return "—" if hundredths is None else rules.as_points(hundredths)


@register.filter
def permille(share: int | None) -> str:
    """705 → 70.5%; nothing → a dash."""
    return "—" if share is None else f"{share / 10:.1f}%"

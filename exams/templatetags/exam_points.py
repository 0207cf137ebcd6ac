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

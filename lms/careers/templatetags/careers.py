"""How levels, subjects and points read in templates."""

from __future__ import annotations

from django import template

from lms.careers.states import Level, Subject
from lms.careers.timeline import points as _points

register = template.Library()


@register.filter
def level_name(code: str) -> str:
    return str(Level(code).label)


@register.filter
def subject_name(code: str) -> str:
    return str(Subject(code).label)


@register.filter
def points(hundredths: int) -> str:
    """5950 → 59.5"""
    return _points(hundredths)

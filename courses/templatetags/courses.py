"""Small tags of the courses' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from courses.models import LessonPage

register = template.Library()


@register.simple_tag
def weight(lesson: LessonPage) -> str:
    """“约 12 分钟 · 86 kB”: what the lesson costs in time and data."""
    minutes = _("约 %(minutes)d 分钟") % {"minutes": lesson.estimated_minutes}
    if not lesson.body_bytes:
        return minutes
    return f"{minutes} · {max(1, round(lesson.body_bytes / 1024))} kB"


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key)

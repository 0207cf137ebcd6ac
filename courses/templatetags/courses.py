"""Small tags of the courses' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
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


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def supervision_link(attendance: Any) -> str:
    return _address("supervision:my_session", attendance.session.uuid)


@register.simple_tag
def certificate_link(certificate: Any) -> str:
    return _address("certificates:own_detail", certificate.uuid)


@register.simple_tag
def office_certificate_link(certificate: Any) -> str:
    return _address("certificates:detail", certificate.uuid)

"""Tags of the look, known to every template without ``load``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from cms.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """``{% icon "bell" %}`` beside words; ``{% icon "bell" label=_("消息") %}`` alone. ``size="l"`` is larger."""
    body = mark_safe(ICONS[name])
    kind = f"icon icon-{size}" if size else "icon"
    if label:
        return format_html('<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', kind, label, body)
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', kind, body)


@register.filter
def field_kind(field: BoundField) -> str:
    """How a field is laid out: ``check`` beside its label, ``choices`` as a group, ``file``, else ``plain``."""
    widget = field.field.widget
    if isinstance(widget, (CheckboxSelectMultiple, RadioSelect)):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "file" if isinstance(widget, FileInput) else "plain"


@register.filter
def described(field: BoundField) -> Any:
    """The widget, tied to its help and errors for those who do not see them."""
    ids = []
    if field.help_text:
        ids.append(f"{field.auto_id}_helptext")
    attrs: dict[str, Any] = {}
    if field.errors:
        ids.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    return field.as_widget(attrs=attrs)


@register.filter
def percent_of(part: Any, whole: Any) -> int:
    """A whole percentage between 0 and 100; 0 when there is no whole."""
    try:
        return max(0, min(100, round(100 * float(part) / float(whole))))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0


@register.filter
def grouped(number: int | Decimal | None) -> str:
    """Numbers in every language: 3460 → 3,460; hours without idle zeros: 10455.40 → 10,455.4."""
    if number is None:
        return "—"
    if isinstance(number, Decimal):
        return f"{number:,.2f}".rstrip("0").rstrip(".")
    return f"{number:,}"


@register.filter
def page_numbers(page: Any) -> list[int | None]:
    """Numbers of a pager: ends and neighbours, ``None`` where some are left out."""
    last, here = page.paginator.num_pages, page.number
    kept = sorted({n for n in (1, last, here - 1, here, here + 1) if 1 <= n <= last})
    result: list[int | None] = []
    for number in kept:
        if result and result[-1] is not None and number - result[-1] > 1:
            result.append(result[-1] + 1 if number - result[-1] == 2 else None)
        result.append(number)
    return result

"""An item's text on a page: line ends as breaks, ［图:CODE］ as the picture itself, everything else escaped."""

from __future__ import annotations

import re

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
_PICTURE = re.compile(r"［图:([0-9A-Z]{6,12})］")


@register.filter
def exam_text(text: object) -> SafeString:
    """The only mark-up an item's text can cause is an image of its own bank."""
    made = escape(str(text)).replace("\n", "<br>")

    def image(found: re.Match[str]) -> str:
        return format_html('<img class="exam-picture" src="{}" alt="{}">', reverse("exams:picture", args=[found[1]]), _("题中图片"))

    return mark_safe(_PICTURE.sub(image, made))


@register.filter
def exam_line(text: object) -> str:
    """The same for a list: one line, pictures as ［图］."""
    return " ".join(_PICTURE.sub("［图］", str(text)).split())

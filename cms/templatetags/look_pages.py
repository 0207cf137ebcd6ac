"""Tags of Wagtail pages: the body rendered once a revision, the page above."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from wagtail.models import Page

from cms.rendering import body_html

register = template.Library()


@register.simple_tag
def body(page: Page, field: str = "body") -> SafeString:
    return body_html(page, field)


@register.simple_tag
def parent_of(page: Page) -> Page | None:
    """The page above, unless that is the home page or nothing."""
    parent = page.get_parent() if page.depth and page.depth > 3 else None
    return parent if parent is None or parent.live else None

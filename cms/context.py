"""What every template may ask: the site's name, the demonstration watermark, the record number, where one can go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms.navigation import Navigation
from cms.selectors import foot_pages, site_texts
from lms.core.actor import Actor
from lms.notices.selectors import unread_count

LARGE_TYPE_COOKIE = "large_type"
HTML_LANG = {"zh-hans": "zh-Hans", "en": "en"}


def has_large_type(request: HttpRequest) -> bool:
    chosen = request.COOKIES.get(LARGE_TYPE_COOKIE)
    if chosen in {"0", "1"}:
        return chosen == "1"
    return bool(getattr(getattr(request, "user", None), "large_type", False))


def _unread(request: HttpRequest) -> str:
    """How many notices wait, as the bell says it; nothing when none do."""
    count = unread_count(getattr(request, "actor", None) or Actor.public())
    return "" if not count else "99+" if count > 99 else str(count)


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "is_demo": settings.LMS_DEMO,
        "home_url": settings.LOGIN_REDIRECT_URL,
        "site_texts": SimpleLazyObject(site_texts),
        "foot_pages": SimpleLazyObject(foot_pages),
        "html_lang": HTML_LANG.get(get_language() or "", "zh-Hans"),
        "large_type": has_large_type(request),
        "nav": Navigation(request),
        "bell_count": SimpleLazyObject(lambda: _unread(request)),
    }

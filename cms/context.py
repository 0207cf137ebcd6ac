"""What every template may ask: the site's name, the demonstration watermark, the record number, where one can go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms.navigation import Navigation
from cms.selectors import site_texts

LARGE_TYPE_COOKIE = "large_type"
HTML_LANG = {"zh-hans": "zh-Hans", "en": "en"}


def has_large_type(request: HttpRequest) -> bool:
    chosen = request.COOKIES.get(LARGE_TYPE_COOKIE)
    if chosen in {"0", "1"}:
        return chosen == "1"
    return bool(getattr(getattr(request, "user", None), "large_type", False))


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "is_demo": settings.LMS_DEMO,
        "home_url": settings.LOGIN_REDIRECT_URL,
        "site_texts": SimpleLazyObject(site_texts),
        "html_lang": HTML_LANG.get(get_language() or "", "zh-Hans"),
        "large_type": has_large_type(request),
        "nav": Navigation(request),
    }

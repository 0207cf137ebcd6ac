"""What every template may ask: the site's name, the demonstration watermark, the record number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "is_demo": settings.LMS_DEMO,
        "record_number": settings.LMS_RECORD_NUMBER,
    }

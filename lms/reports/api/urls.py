"""Addresses under ``/api/``: the endpoints, each in the language asked for and kept by nobody, and their description."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from lms.reports.api.gate import private
from lms.reports.api.views import api


def document() -> dict[str, object]:
    """The OpenAPI document. ``docs/api/openapi.json`` is the same, written by ``manage.py api_schema``."""
    return api.get_openapi_schema(path_prefix="/api/v1/")


@require_GET
@cache_control(public=True, max_age=3600)
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def endpoints() -> list[URLPattern]:
    patterns: list[URLPattern] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            assert pattern.callback is not None
            pattern.callback = private(pattern.callback)
            patterns.append(pattern)
    return patterns

"""Addresses under ``/api/v1/``: the endpoints, each in the language asked for and kept by nobody, and their description."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from lms.reports.access import ROUTES
from lms.reports.api import periods, views
from lms.reports.api.gate import nothing, private
from lms.reports.api.interface import api

MODULES = (views, periods)  # importing them registers their endpoints


def document() -> dict[str, Any]:
    """The OpenAPI document. ``docs/api/openapi.json`` is the same, written by ``manage.py api_schema``."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix="/api/v1/")
    found["paths"] = dict(sorted(found["paths"].items()))
    for methods in found["paths"].values():
        told = methods["get"]
        scopes = sorted(ROUTES[f"api:{told['operationId']}"].scopes)
        told["security"] = [{"Bearer": scopes}]
        answers = {str(status): answer for status, answer in told["responses"].items()}
        for status, answer in answers.items():
            if int(status) >= 400:
                answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        if told["operationId"] in ("person_times", "cut"):
            answers["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
        answers["304"] = {"description": "Not Modified"}
        told["responses"] = dict(sorted(answers.items()))
    return found


@require_GET
@cache_control(public=True, max_age=3600)
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def endpoints() -> list[URLPattern]:
    patterns: list[URLPattern] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            assert pattern.callback is not None
            pattern.callback = csrf_exempt(private(pattern.callback))
            patterns.append(pattern)
    return [*patterns, path("<path:rest>", csrf_exempt(private(nothing)), name="nothing")]

"""Answers to what went wrong. Forbidden looks exactly like missing; nobody learns here what exists."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "") and "text/html" not in request.headers.get("Accept", "")


def _page(request: HttpRequest, template: str, status: int, code: str) -> HttpResponse:
    if _wants_json(request):
        return HttpResponse(json.dumps({"error": code}), status=status, content_type="application/json")
    return HttpResponse(render_to_string(template, request=request), status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, "400.html", 400, "bad_request")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, "404.html", 404, "not_found")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, "404.html", 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """No context processor runs and no query is made: the page stands when the database does not."""
    if _wants_json(request):
        return HttpResponse(json.dumps({"error": "server_error"}), status=500, content_type="application/json")
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was opened before signing in: says so, and how to go on without losing the text."""
    return _page(request, "403_csrf.html", 403, "csrf")

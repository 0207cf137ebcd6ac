"""What every request passes before anything reads it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

NUL = "\x00"


class NullByteMiddleware:
    """A NUL character fits no column of PostgreSQL: it is dropped from a query string, and an address with one is missing.

    Form fields refuse it by themselves; searches and filters read the query string as it comes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked or NUL in asked:
            request.META["QUERY_STRING"] = asked.replace("%00", "").replace(NUL, "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        if NUL in request.path_info:
            raise Http404

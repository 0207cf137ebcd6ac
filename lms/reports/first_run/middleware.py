"""While nobody has an account, the front door and the sign-in lead to the first run."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lms.reports.first_run import code

Handler = Callable[[HttpRequest], HttpResponse]


class FirstRunMiddleware:
    """Costs a look at one file at these addresses, and nothing elsewhere."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        doors = {"/", reverse("home"), reverse("account_login")}
        if request.method == "GET" and request.path in doors and code.is_first_run():
            return redirect("first_run")
        return self.get_response(request)

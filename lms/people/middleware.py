"""Who signs in for the first time, or after a text has changed, answers the consent texts before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from lms.core.routes import SESSIONLESS
from lms.people import consents, selectors

Handler = Callable[[HttpRequest], HttpResponse]
MARK = "consents_answered"
# reachable before answering: the texts themselves, one's own data, and leaving
OPEN = frozenset(
    {
        "people:consents",
        "people:me",
        "people:me_export",
        "people:withdraw",
        "account_logout",
        "account_change_password",
        "set_language",
    }
)


class ConsentMiddleware:
    """Asks once a session: afterwards a mark in the session stands for the answer, and costs no query."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        access, match = getattr(request, "access", None), request.resolver_match
        if not settings.CONSENT_REQUIRED or access is None or access.who in SESSIONLESS or match is None:
            return None
        if request.method != "GET" or match.view_name in OPEN or request.session.get(MARK) == consents.edition():
            return None
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
        if person is None or not selectors.unanswered_consents(person):
            request.session[MARK] = consents.edition()
            return None
        return redirect(f"{reverse('people:consents')}?{urlencode({'next': request.get_full_path()})}")

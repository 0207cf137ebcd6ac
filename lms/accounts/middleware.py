"""Per request: the language, the actor, and the gate that knows every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from lms.accounts.selectors import actor_for
from lms.core.routes import Access, Who

Handler = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "language"


class LanguageMiddleware:
    """Simplified Chinese unless the reader chose English on this device; never guessed from the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response


class ActorMiddleware:
    """``request.actor``: who acts, with the roles held today. Asked for lazily: a public page costs no query."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, address=request.META.get("REMOTE_ADDR", "")))  # type: ignore[attr-defined]
        return self.get_response(request)


class AccessMiddleware:
    """Lets a request through only where the access table says so; private answers are never stored."""

    # what somebody with a given password may still reach before changing it
    BEFORE_PASSWORD_CHANGE = frozenset({"account_change_password", "account_logout", "health", "set_language"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.table: dict[str, Access] = import_string(settings.ACCESS_TABLE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        access = getattr(request, "access", None)
        if access is not None and (access.who is not Who.PUBLIC or request.user.is_authenticated):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None
        access = self.access_of(match.view_name)
        if access is None:
            raise Http404
        request.access = access  # type: ignore[attr-defined]
        if access.who is Who.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if request.user.must_change_password and match.view_name not in self.BEFORE_PASSWORD_CHANGE:
            return redirect("account_change_password")
        if access.who is Who.ROLES and not request.actor.has(*access.roles):  # type: ignore[attr-defined]
            raise Http404
        return None

    def access_of(self, view_name: str | None) -> Access | None:
        """The entry of a route; ``wagtailadmin*`` in the table covers every route whose name starts so, the longest wins."""
        if not view_name:
            return None
        if view_name in self.table:
            return self.table[view_name]
        prefixes = [key for key in self.table if key.endswith("*") and view_name.startswith(key[:-1])]
        return self.table[max(prefixes, key=len)] if prefixes else None

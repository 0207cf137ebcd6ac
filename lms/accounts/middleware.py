"""Per request: the language, the actor, and the gate that knows every route."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from lms.accounts.roles import SEES_PEOPLE
from lms.accounts.selectors import actor_for, has_second_factor
from lms.core.actor import Actor
from lms.core.routes import Access, Who

Handler = Callable[[HttpRequest], HttpResponse]
SEEN_KEY = "seen"  # when this session was last used, to the minute
SECOND_FACTOR_KEY = "second_factor"  # a second factor was found for this session's user


class LanguageMiddleware:
    """Simplified Chinese unless the reader chose English on this device; never guessed from the browser."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
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
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, address=client_address(request)))  # type: ignore[attr-defined]
        return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, through as many proxies as the settings trust (``ALLAUTH_TRUSTED_PROXY_COUNT``)."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


class AccessMiddleware:
    """Lets a request through only where the access table says so; private answers are never stored.

    In this order: unknown route 404; one for bearer tokens is handed to its room without session; signed in at all; not idle
    for too long; no longer with a given password; with a second factor where one is required; in one of the
    roles. Rows are the rooms' business.
    """

    # what somebody with a given password may still reach before changing it
    BEFORE_PASSWORD_CHANGE = frozenset({"account_change_password", "account_logout"})
    # what somebody who must set up a second factor may reach before that
    BEFORE_SECOND_FACTOR = frozenset(
        {
            "accounts:me",
            "account_change_password",
            "account_logout",
            "account_reauthenticate",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_generate_recovery_codes",
            "mfa_view_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        }
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.table: dict[str, Access] = import_string(settings.ACCESS_TABLE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        access = getattr(request, "access", None)
        if access is not None and not self._anybodys(access, request, response):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None
        access = self.access_of(match.view_name)
        if access is None or access.who is Who.NOBODY:
            raise Http404
        request.access = access  # type: ignore[attr-defined]
        if access.who is Who.BEARER:  # no cookie helps; the token is opened by the room that made it
            request.user = AnonymousUser()
            request.actor = Actor.public(client_address(request))  # type: ignore[attr-defined]
            return None
        expired = request.user.is_authenticated and self._idle_too_long(request)
        if expired:
            logout(request)
            request.actor = Actor.public(client_address(request))  # type: ignore[attr-defined]
        if access.who is Who.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return sign_in_first(request, expired=expired)
        if request.user.must_change_password and match.view_name not in self.BEFORE_PASSWORD_CHANGE:
            return redirect("account_change_password")
        request.lacks_second_factor = self._lacks_second_factor(request)  # type: ignore[attr-defined]
        if request.lacks_second_factor and match.view_name not in self.BEFORE_SECOND_FACTOR:  # type: ignore[attr-defined]
            return redirect("mfa_index")
        if access.who is Who.ROLES and not request.actor.has(*access.roles):  # type: ignore[attr-defined]
            raise Http404
        return None

    @staticmethod
    def _anybodys(access: Access, request: HttpRequest, response: HttpResponse) -> bool:
        """Nothing of the reader stands in it: nobody is signed in, or the view of a public route says that all may store it."""
        if access.who is not Who.PUBLIC:
            return False
        return "public" in response.get("Cache-Control", "") or not request.user.is_authenticated

    def access_of(self, view_name: str | None) -> Access | None:
        return entry_of(self.table, view_name)

    @staticmethod
    def _idle_too_long(request: HttpRequest) -> bool:
        """Offices are signed out sooner than learners. The session is written at most once a minute."""
        now, seen = int(time.time()), request.session.get(SEEN_KEY)
        if isinstance(seen, int):
            # the roles cost a query: asked for only when the shorter of the two limits is passed
            if now - seen > min(settings.SESSION_IDLE_SECONDS_STAFF, settings.SESSION_IDLE_SECONDS):
                held = request.actor.has(*SEES_PEOPLE)  # type: ignore[attr-defined]
                if now - seen > (settings.SESSION_IDLE_SECONDS_STAFF if held else settings.SESSION_IDLE_SECONDS):
                    return True
            if now - seen < 60:
                return False
        request.session[SEEN_KEY] = now
        return False

    @staticmethod
    def _lacks_second_factor(request: HttpRequest) -> bool:
        if not settings.REQUIRE_SECOND_FACTOR or request.session.get(SECOND_FACTOR_KEY):
            return False
        if not request.actor.has(*SEES_PEOPLE):  # type: ignore[attr-defined]
            return False
        if has_second_factor(request.user):
            request.session[SECOND_FACTOR_KEY] = True
            return False
        return True


def entry_of(table: dict[str, Access], view_name: str | None) -> Access | None:
    """The entry of a route; ``wagtailadmin*`` in the table covers every route whose name starts so, the longest wins."""
    if not view_name:
        return None
    if view_name in table:
        return table[view_name]
    prefixes = [key for key in table if key.endswith("*") and view_name.startswith(key[:-1])]
    return table[max(prefixes, key=len)] if prefixes else None


def sign_in_first(request: HttpRequest, *, expired: bool = False) -> HttpResponse:
    """Nobody is signed in (any more): a page goes to the sign-in, a script is told, a form says that nothing was lost."""
    target = request.get_full_path() if request.method in {"GET", "HEAD"} else request.headers.get("Referer", "/")
    login_url = f"{reverse('account_login')}?{urlencode({'next': target})}"
    accept = request.headers.get("Accept", "")
    if "application/json" in accept and "text/html" not in accept:
        return JsonResponse({"error": "signed_out", "login": login_url}, status=401)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": login_url})
    if expired and request.method not in {"GET", "HEAD"}:
        return render(request, "cms/session_expired.html", {"login_url": login_url}, status=401)
    return redirect_to_login(target)

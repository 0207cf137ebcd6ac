"""Who may ask, how often, and how a refusal reads: a bearer token with the scope, problem documents (RFC 9457) in one sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from lms.accounts.middleware import client_address
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.routes import Access
from lms.reports.api.tokens import open_token

WINDOW_SECONDS = 60


class TooMany(Exception):
    """The token has asked, or wrong ones were tried from an address, as often as may be within the window: how often."""


class WithoutScope(Exception):
    """The token is good, but not for this."""


class Bearer(HttpBearer):
    """``Authorization: Bearer lms_…`` with a scope that the access table names. ``request.auth`` is whom the token stands for."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        address = client_address(request)
        found = open_token(token, address=address)
        if found is None:
            return _refuse(address)
        access: Access | None = getattr(request, "access", None)
        if access is None or access.scopes.isdisjoint(found[0].scopes):
            raise WithoutScope("、".join(sorted(access.scopes)) if access else "")
        if _asked("asked", found[0].prefix) > settings.API_PER_MINUTE:
            raise TooMany(settings.API_PER_MINUTE)
        return found[1]


def _refuse(address: str) -> None:
    """A token that opens nothing. An address may try so many a minute; a good token from there is answered all the same.

    Audited at the first of a minute and where the limit is reached: a system whose token has lapsed fills no book.
    """
    tries = _asked("wrong", address)
    if tries in (1, settings.API_WRONG_PER_MINUTE + 1):
        limited = tries > settings.API_WRONG_PER_MINUTE
        audit.record("reports.token.refused", by=Actor.public(address), tries=tries, limited=limited)
    if tries > settings.API_WRONG_PER_MINUTE:
        raise TooMany(settings.API_WRONG_PER_MINUTE)


def _asked(what: str, who: str) -> int:
    """How often within this minute, this time included."""
    key = f"api:{what}:{who}:{int(time.time()) // WINDOW_SECONDS}"
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return int(cache.incr(key))
    except ValueError:  # the window ended between the two lines
        return 1


def problem(status: int, title: str, detail: str = "", **more: Any) -> JsonResponse:
    """An error as a problem document."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail or title, **more}
    return JsonResponse(content, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False})


def add_handlers(api: NinjaAPI) -> None:
    """Every way a question can fail, each as one sentence."""

    def handles(error: type[Exception], answer: Callable[[Any], HttpResponse]) -> None:
        api.add_exception_handler(error, lambda request, raised: answer(raised))

    handles(Missing, lambda e: problem(404, _("没有找到"), str(e)))
    handles(BadInput, lambda e: problem(400, _("请求有误"), str(e)))
    handles(Refused, lambda e: problem(409, _("现在不能办理"), str(e)))
    handles(WithoutScope, lambda e: problem(403, _("令牌没有这项权限"), _("这个令牌不能读取：%(scope)s。") % {"scope": e}))
    handles(ValidationError, lambda e: problem(422, _("参数有误"), _("参数缺少或写法不对：%(names)s。") % {"names": _names(e)}))
    api.add_exception_handler(AuthenticationError, lambda request, raised: _unknown())
    handles(TooMany, lambda e: _too_many(e.args[0]))


def _names(error: ValidationError) -> str:
    return "、".join(sorted({str(each["loc"][-1]) for each in error.errors}))


def _unknown() -> HttpResponse:
    answer = problem(401, _("令牌无效"), _("请求须带有效的令牌；它可能已到期、已停用，或持有人已不在该地区任职。"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _too_many(most: int) -> HttpResponse:
    left = WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS
    answer = problem(429, _("请求过于频繁"), _("每分钟最多 %(n)d 次，请 %(left)d 秒后再试。") % {"n": most, "left": left})
    answer["Retry-After"] = str(left)
    return answer


def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of the interface that does not exist."""
    return problem(404, _("没有找到"), _("接口没有这个地址。"))


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """In the language that was asked for, and kept by nobody."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = get_language_from_request(request) if request.headers.get("Accept-Language") else settings.LANGUAGE_CODE
        with translation.override(wanted):
            response = view(request, *args, **kwargs)
            if response.status_code == 405:
                allowed = response["Allow"]
                response = problem(405, _("只能读取"), _("这个地址只接受 GET。"))
                response["Allow"] = allowed
        response["Content-Language"] = wanted
        response["Cache-Control"] = "private, no-store"
        return response

    return answered

"""The interface itself and what its endpoints share: whom a token stands for, answers with a tag, cursors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from lms.accounts.roles import REPORTING
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.reports.api import schemas
from lms.reports.api.gate import add_handlers

ROLES = tuple(REPORTING)
ERRORS = {code: schemas.Problem for code in (400, 401, 403, 404, 409, 422, 429)}

api = NinjaAPI(
    title="社会工作人才培训台账 · 只读接口 / Training ledger, read-only interface",
    version="1",
    description=(
        "与页面、命令同一套数字：口径、统计期、截至位置写在每个答案里。只读；按令牌限定地区与内容；地区以外与不存在一样是 404。\n\n"
        "The same figures as pages and commands; every answer states its basis, period and position. Read-only. A token is bound "
        "to one division and to scopes; outside it everything is the same 404 as missing."
    ),
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
)
add_handlers(api)


def actor_of(request: HttpRequest) -> Actor:
    """Whom the token stands for."""
    return request.auth  # type: ignore[attr-defined, no-any-return]


def tag_of(request: HttpRequest, *known: object) -> str:
    """What the answer to this question depends on, as one tag: asked and compared before anything is counted."""
    asked = sorted((name, *request.GET.getlist(name)) for name in request.GET)
    rests_on = [request.path, asked, actor_of(request).paths(), translation.get_language(), *known]
    return f'"{hashlib.sha256(json.dumps(rests_on, default=str).encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 where the asker has it already."""
    if tag not in request.headers.get("If-None-Match", ""):
        return None
    response = HttpResponseNotModified()
    response["ETag"] = tag
    return response


def said(request: HttpRequest, text: str, content_type: str = "application/json", tag: str = "") -> HttpResponse:
    """The text with its tag; where nothing cheaper is known, a digest of the text."""
    tag = tag or f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response = unchanged(request, tag) or HttpResponse(text, content_type=content_type)
    response["ETag"] = tag
    return response


def as_json(request: HttpRequest, content: Any, tag: str = "") -> HttpResponse:
    return said(request, json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", tag=tag)


def cursor_of(position: int, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{position}.{offset}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, int]:
    """Position and offset of a page; anything else is refused."""
    try:
        text = base64.urlsafe_b64decode(cursor[:60] + "=" * (-len(cursor) % 4)).decode()
        position, offset = (int(part) for part in text.split("."))
    except (ValueError, binascii.Error, UnicodeError):
        position, offset = -1, -1
    if position < 0 or offset < 0:
        raise BadInput(_("cursor 不是上一页答案里的 next。"))
    return position, offset

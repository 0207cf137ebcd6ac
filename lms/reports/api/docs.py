"""The description of the interface for people: the OpenAPI document in the reader's language, with answers that tests computed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lms.reports.api.urls import document
from lms.reports.states import TokenScope

EXAMPLES = Path(__file__).resolve().parent.parent / "data" / "api_examples.json"
REFUSALS = (
    (400, _("问法不对：日期、代码、口径或游标写错")),
    (401, _("没有令牌，或令牌不认识、已到期、已停用、持有人已不在该地区任职")),
    (403, _("令牌没有这项内容的权限")),
    (404, _("没有这个地址、这一期或这个地区；令牌地区以外的也一样")),
    (409, _("所问范围的记录太多")),
    (422, _("缺少参数，或参数类型不对")),
    (429, _("一分钟内问得太多；Retry-After 说明多少秒后再问")),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    required: bool
    text: str
    choices: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address as it is described, called and answered."""

    code: str
    path: str
    title: str
    text: str
    scope: str
    parameters: list[Parameter]
    call: str
    answer: str


def in_language(text: str) -> str:
    """Of ``中文 / English`` the reader's half."""
    zh, _slash, en = text.partition(" / ")
    return (en or zh) if (get_language() or "").startswith("en") else zh


@cache
def examples() -> dict[str, dict[str, Any]]:
    """operation → address and answer, as tests/reports/test_api_examples.py computes them."""
    found: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def base() -> str:
    return str(settings.BASE_URL).rstrip("/") + "/api/v1"


def endpoints() -> list[Endpoint]:
    found = []
    for path, methods in document()["paths"].items():
        told = methods["get"]
        example = examples()[told["operationId"]]
        found.append(
            Endpoint(
                code=told["operationId"].replace("_", "-"),
                path=path,
                title=in_language(told["summary"]),
                text=in_language(told.get("description", "")),
                scope=str(TokenScope(told["security"][0]["Bearer"][0]).value),
                parameters=[_parameter(each) for each in told["parameters"]],
                call=f'curl -H "Authorization: Bearer lms_…" \\\n"{base()}/{example["address"]}"',
                answer=json.dumps(example["answer"], ensure_ascii=False, indent=1),
            )
        )
    return found


def _parameter(told: dict[str, Any]) -> Parameter:
    choices = " · ".join(told["schema"].get("enum", []))
    return Parameter(told["name"], told["required"], in_language(told.get("description", "")), choices)


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    context = {
        "endpoints": endpoints(),
        "refusals": REFUSALS,
        "base": base(),
        "per_minute": settings.API_PER_MINUTE,
        "scopes": TokenScope.choices,
    }
    return render(request, "reports/api_docs.html", context)

"""A walk over the description: every parameter of every endpoint given what nobody should give; never a 500, never a surprise."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.audit.models import AuditEvent
from lms.reports.api import tokens, urls
from lms.reports.states import TokenScope
from tests.factories import reports as handing_in
from tests.factories.world import make_user
from tests.reports.test_api_contract import ASKED

HOSTILE = [
    "",
    "²",
    "-1",
    "9" * 30,
    "0001-01-01",
    "9999-12-31",
    "2022-02-30",
    "\x00",
    "'\"<>%_\\",
    "县" * 50,
    "a" * 5000,
    "1e9",
    "null",
]


@pytest.fixture(autouse=True)
def _fresh_counts(settings):
    cache.clear()
    settings.API_PER_MINUTE = 10_000


@pytest.fixture
def secret(world):
    handing_in.accepted(world.county)
    by = actor_for(make_user(Role.CLASS_MANAGER, world.county))
    return tokens.make_token(division=world.county, name="平台", scopes=list(TokenScope.values), days=30, by=by)[1]


def endpoints() -> list[Any]:
    return [
        pytest.param(path, methods["get"], id=methods["get"]["operationId"]) for path, methods in urls.document()["paths"].items()
    ]


@pytest.mark.parametrize(("path", "told"), endpoints())
def test_no_value_of_any_parameter_is_a_surprise(world, secret, path, told):
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    address, _mark, query = ASKED[told["operationId"]].format(c=world.county.code).partition("?")
    good = dict(part.split("=") for part in query.split("&") if part)
    where = dict(zip(path.removeprefix("/api/v1/").split("/"), address.split("/"), strict=False))
    asked = 0
    for parameter in told["parameters"]:
        name = parameter["name"]
        for value in [*HOSTILE, *(parameter["schema"].get("enum") or [])]:
            if parameter["in"] == "path" and "\x00" in value:
                continue  # such an address is nowhere in the house, before any room is asked
            if parameter["in"] == "path":
                parts = [quote(value, safe="") or "-" if key == f"{{{name}}}" else found for key, found in where.items()]
                url = f"/api/v1/{'/'.join(parts)}?{query}"
            else:
                url = f"/api/v1/{address}?{urlencode(good | {name: value})}"
            answer = client.get(url)
            asked += 1
            assert str(answer.status_code) in told["responses"], (url[:200], answer.status_code, answer.content[:300])
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json" and answer.json()["detail"], url[:200]
    assert asked or not told["parameters"]


def test_wrong_tokens_are_limited_by_address_and_told_of(world, secret, settings):
    settings.API_WRONG_PER_MINUTE = 3
    address = f"/api/v1/divisions/{world.county.code}/"

    def status(token: str, **more: Any) -> int:
        return Client(**more).get(address, headers={"Authorization": f"Bearer {token}"}).status_code

    assert [status(f"lms_wrong{n}") for n in range(6)] == [401, 401, 401, 429, 429, 429]
    assert status(secret) == 200, "a good token from the same address is answered"
    assert status("lms_wrong", REMOTE_ADDR="10.9.8.7") == 401
    told = AuditEvent.objects.filter(verb="reports.token.refused").order_by("pk").values_list("address", "details__limited")
    assert list(told) == [("127.0.0.1", False), ("127.0.0.1", True), ("10.9.8.7", False)]
    assert "lms_wrong" not in str(list(AuditEvent.objects.values_list("details", flat=True)))

"""The answers shown beside the description are computed: made anew here, they must be what the page shows.

After a change that is meant: ``LMS_WRITE_EXAMPLES=1 pytest tests/reports/test_api_examples.py``, then read the difference.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.reports.api import docs, tokens
from lms.reports.states import TokenScope
from tests.factories import ledger as book
from tests.factories import reports as handing_in
from tests.factories.world import make_person, make_user
from tests.reports.test_api_contract import ASKED

NOW = timezone.make_aware(dt.datetime(2022, 4, 2, 9, 0))
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")


def masked(answer: Any) -> Any:
    """Long lists cut to two; identifiers, digests and positions numbered in the order they appear."""
    seen: dict[str, str] = {}

    def text(value: str) -> str:
        if UUID.fullmatch(value):
            return seen.setdefault(value, str(uuid.UUID(int=len(seen) + 1, version=4)))
        if DIGEST.fullmatch(value):
            return seen.setdefault(value, hashlib.sha256(str(len(seen)).encode()).hexdigest())
        return value

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: walk(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value[:2]]
        if name.endswith("position") and value is not None:
            return 120000 + int(seen.setdefault(f"position {value}", str(len(seen))))
        return text(value) if isinstance(value, str) else value

    return walk(answer)


@pytest.fixture
def computed(world, monkeypatch):
    """Every example asked of a small world at a fixed time."""
    cache.clear()
    with clock.at(NOW):
        half_day = book.scheduled(uuid.uuid4(), dt.date(2022, 3, 10), world.county)
        for _ in range(2):
            book.attended(make_person(world.county), half_day)
        handing_in.accepted(world.county)
        holder = make_user(Role.CLASS_MANAGER, world.county)
        scopes = list(TokenScope.values)
        _token, secret = tokens.make_token(division=world.county, name="平台", scopes=scopes, days=30, by=actor_for(holder))
        found = {}
        for name, address in ASKED.items():
            asked = address.format(c=world.county.code)
            answer = Client().get(f"/api/v1/{asked}", headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code == 200, name
            found[name] = {"address": asked, "answer": masked(answer.json())}
    return found


def test_the_examples_shown_are_the_answers_computed(computed):
    if os.environ.get("LMS_WRITE_EXAMPLES"):
        docs.EXAMPLES.write_text(json.dumps(computed, ensure_ascii=False, indent=1) + "\n")
    assert json.loads(docs.EXAMPLES.read_text()) == computed


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "答案的例子"), ("en", "Example of an answer")])
def test_the_page_describes_every_endpoint_in_both_languages(db, language, words):
    client = Client()
    client.cookies["language"] = language
    page = client.get(reverse("api_docs")).content.decode()
    assert page.count(words) == len(ASKED)
    for endpoint in docs.endpoints():
        assert f'id="{endpoint.code}"' in page and endpoint.path in page and endpoint.answer
    if language == "en":
        assert "How many stand in each stage on a day" in page and "某一天各阶段的人数" not in page

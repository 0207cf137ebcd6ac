"""Notices for tests, and the objects that the routes of notices need."""

from __future__ import annotations

from typing import Any

from lms.notices import services
from lms.notices.models import Notice
from tests.factories.people import SYSTEM
from tests.factories.world import make_user

ROUTES: dict[str, Any] = {
    # somebody else's: missing for whoever asks
    "notices:open": lambda world: {"kwargs": {"uuid": make_notice().uuid}, "method": "post"},
}


def make_notice(**fields: Any) -> Notice:
    fields = {"user": fields.pop("user", None) or make_user(), "kind": "class.closed", "title": "班次已结业", **fields}
    return services.notify(by=SYSTEM, **fields)

"""What the walk through all addresses needs: the builders of the rooms, and the addresses that are tried elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.urls import reverse

from lms.accounts.permissions import Route, access_of, routes
from lms.core.routes import Access, Reach, Who
from tests.factories.world import World

FACTORIES = Path(__file__).resolve().parent.parent / "factories"
Builder = Callable[[World], dict[str, Any]]

# Libraries' own addresses with arguments. Each reason says where the row is protected and tested.
TRIED_ELSEWHERE = {
    "wagtail": "Wagtail's rows belong to no division; its permissions by group are tried in tests/cms",
    "simple_translation": "Wagtail's rows belong to no division; its permissions by group are tried in tests/cms",
    "mfa_": "allauth asks for the signed-in user's own authenticators: tests/accounts/test_sign_in.py",
    "verify:": "opened by a number and a code: tests/certificates",
}

# Public addresses that lead to a page which an empty site does not have yet.
MAY_BE_EMPTY = {"cms:news", "cms:policies"}


def builders() -> dict[str, Builder]:
    """``ROUTES`` of every module in tests/factories."""
    found: dict[str, Builder] = {}
    for path in sorted(FACTORIES.glob("*.py")):
        module = import_module(f"tests.factories.{path.stem}")
        found |= getattr(module, "ROUTES", {})
    return found


def own_routes() -> dict[str, Route]:
    """Routes that the table opens to somebody, by name; the first of several addresses with one name."""
    found: dict[str, Route] = {}
    for route in routes():
        access = access_of(route)
        if access is not None and access.who is not Who.NOBODY:
            found.setdefault(route.name, route)
    return found


def is_tried_elsewhere(name: str) -> bool:
    return any(name.startswith(prefix) for prefix in TRIED_ELSEWHERE)


def needs_builder(route: Route, access: Access) -> bool:
    return bool(route.arguments) and not is_tried_elsewhere(route.name) and access.reach is not Reach.TOKEN


def missing_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the same shape that name nothing."""
    changed: dict[str, Any] = {}
    for name, value in kwargs.items():
        if isinstance(value, uuid.UUID):
            changed[name] = uuid.UUID("00000000-0000-4000-8000-00000000dead")
        elif isinstance(value, int):
            changed[name] = 987_654_321
        else:
            text = str(value)
            changed[name] = str(uuid.UUID("00000000-0000-4000-8000-00000000dead")) if _is_uuid(text) else "9" * max(6, len(text))
    return changed


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def call(client: Any, name: str, spec: dict[str, Any], kwargs: dict[str, Any] | None = None) -> Any:
    """Ask a route as its builder says: method, data, arguments."""
    address = reverse(name, kwargs=kwargs if kwargs is not None else spec.get("kwargs") or None)
    method = spec.get("method", "get").lower()
    more = {"content_type": spec["content_type"]} if "content_type" in spec else {}
    headers = spec.get("headers") or {}
    return getattr(client, method)(address, spec.get("data") or {}, headers=headers, **more)


def is_reversible(name: str) -> bool:
    """Routes without a name carry the path of their view instead."""
    return "." not in name


def by_room(names: Iterable[str]) -> dict[str, list[str]]:
    """Names in groups of about one room each, so that a test makes its cast once."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        if is_reversible(name):
            groups.setdefault(name.partition(":")[0] if ":" in name else name.partition("_")[0], []).append(name)
    return groups

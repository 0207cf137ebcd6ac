"""Every address, as every role, on the own and on a foreign division. Outside is the same 404 as missing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from lms.accounts.permissions import access_of, routes, table
from lms.accounts.roles import Role
from lms.core.routes import Access, Reach, Who
from lms.places.models import Division
from tests.factories.world import World, bare_body, make_client, make_person, make_user
from tests.house.routes import (
    MAY_BE_EMPTY,
    builders,
    by_room,
    call,
    is_reversible,
    is_tried_elsewhere,
    missing_arguments,
    needs_builder,
    own_routes,
)

OPEN = own_routes()
BUILDERS = builders()
BY_ROOM = by_room(OPEN)


def entry(name: str) -> Access:
    access = access_of(OPEN[name])
    assert access is not None
    return access


def test_every_address_is_in_the_table():
    """A new address, ours or a library's, is opened or closed on purpose."""
    unknown = sorted({f"{route.name} /{route.address}" for route in routes() if access_of(route) is None})
    assert unknown == []


def test_the_table_names_no_address_that_is_gone():
    names = {route.name for route in routes()}
    gone = [key for key in table() if (not any(n.startswith(key[:-1]) for n in names) if key.endswith("*") else key not in names)]
    assert gone == []


def test_every_address_with_arguments_has_a_builder():
    missing = sorted(name for name, route in OPEN.items() if needs_builder(route, entry(name)) and name not in BUILDERS)
    assert missing == []


def test_builders_build_for_addresses_that_exist():
    known = {route.name for route in routes()}
    rooms = {name.partition(":")[0] for name in known}
    assert sorted(name for name in BUILDERS if name not in known and name.partition(":")[0] in rooms) == []


@pytest.mark.parametrize("room", sorted(BY_ROOM))
def test_strangers_are_sent_to_sign_in(room, world, client):
    """Nobody signed in: a private address leads to the sign-in, a public one answers."""
    wrong: list[str] = []
    for name in BY_ROOM[room]:
        access, route = entry(name), OPEN[name]
        if name in BUILDERS:
            spec = BUILDERS[name](world)
        elif not route.arguments and is_reversible(name):
            spec = {}
        else:
            continue  # a library's, by prefix: the same gate as its neighbours without arguments
        answer = ask(client, name, spec)
        if access.who is Who.BEARER:
            fine = answer.status_code == 401
        elif access.who is Who.PUBLIC:
            may_miss = spec or name in MAY_BE_EMPTY or access.reach is Reach.TOKEN
            fine = answer.status_code < 500 and (answer.status_code not in {403, 404} or may_miss)
        else:
            fine = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        if not fine:
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


class Cast:
    """One browser for each role at home in 鲁甸县 and one in 阆中市, and a learner; made once for a test."""

    def __init__(self, world: World) -> None:
        self.world = world

    @cache  # noqa: B019
    def at_home(self, role: str | None) -> Client:
        return self._browser(role, self.world.county)

    @cache  # noqa: B019
    def abroad(self, role: str | None) -> Client:
        return self._browser(role, self.world.foreign_county)

    def _browser(self, role: str | None, division: Division) -> Client:
        """Everybody is a person too: some pages are for persons."""
        user = make_user(role, division if role else None)
        make_person(division, user=user)
        return make_client(user)


def ask(client: Client, name: str, spec: dict[str, Any], kwargs: dict[str, Any] | None = None) -> Any:
    """Ask and undo: the next role finds the same rows."""
    with transaction.atomic():
        answer = call(client, name, spec, kwargs)
        if hasattr(answer, "streaming_content"):
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("room", sorted(BY_ROOM))
def test_every_role_on_own_and_foreign_rows(room, world):
    cast = Cast(world)
    wrong: list[str] = []
    for name in BY_ROOM[room]:
        if name in BUILDERS:
            wrong += [f"{name}: {what}" for what in _tried_with_rows(name, cast)]
        elif not OPEN[name].arguments and not is_tried_elsewhere(name):
            wrong += [f"{name}: {what}" for what in _tried_plain(name, cast)]
    assert wrong == []


def _tried_with_rows(name: str, cast: Cast) -> Iterator[str]:
    access, spec = entry(name), BUILDERS[name](cast.world)
    kwargs = spec.get("kwargs") or {}
    if access.who is Who.BEARER:
        yield from _tried_without_token(name, cast, spec)
        return
    for role in [None, *Role.values]:
        home = ask(cast.at_home(role), name, spec)
        if access.who is Who.ROLES and role not in access.roles:
            if home.status_code != 404:
                yield f"{role} is let in: {home.status_code}"
            continue
        if home.status_code >= 500:
            yield f"{role} at home breaks it: {home.status_code}"
        if access.reach is Reach.OWN and kwargs and not spec.get("own"):
            # the builder's row is somebody else's: no learner gets at it, and nobody where only roles may own one
            if (role is None or access.who is Who.ROLES) and home.status_code != 404:
                yield f"{role} sees another's row: {home.status_code}"
            continue
        if role is not None and access.who is Who.ROLES and home.status_code in {403, 404}:
            yield f"{role} at home is refused: {home.status_code}"
        if access.reach is not Reach.DIVISION or not kwargs:
            continue
        foreign = ask(cast.abroad(role), name, spec)
        if foreign.status_code != 404:
            yield f"{role} abroad sees it: {foreign.status_code}"
            continue
        nothing = ask(cast.abroad(role), name, spec, missing_arguments(kwargs))
        if nothing.status_code != 404 or bare_body(nothing) != bare_body(foreign):
            yield f"{role} abroad can tell outside from missing: {nothing.status_code}"


def _tried_plain(name: str, cast: Cast) -> Iterator[str]:
    """Addresses without arguments: open to the roles of the table, closed to the others, and they do stand."""
    access = entry(name)
    if access.who is Who.BEARER:
        yield from _tried_without_token(name, cast, {})
        return
    for role in [None, *Role.values]:
        answer = ask(cast.at_home(role), name, {})
        may = access.who is not Who.ROLES or role in access.roles
        may_miss = name in MAY_BE_EMPTY or access.reach is Reach.TOKEN
        if may and not may_miss and (answer.status_code in {403, 404} or answer.status_code >= 500):
            yield f"{role} is refused: {answer.status_code}"
        if not may and answer.status_code != 404:
            yield f"{role} is let in: {answer.status_code}"


def _tried_without_token(name: str, cast: Cast, spec: dict[str, Any]) -> Iterator[str]:
    """Addresses for tokens: whoever is signed in, the session opens nothing. Tokens of others: tests/reports/test_api.py."""
    for role in [None, *Role.values]:
        answer = ask(cast.at_home(role), name, spec)
        if answer.status_code != 401 or answer.cookies:
            yield f"{role} gets in by session: {answer.status_code}"


@pytest.mark.parametrize("name", ["places:division_detail", "accounts:user_list", "audit:event_list"])
def test_private_pages_are_kept_by_nobody(name, world):
    role = Role.AUDITOR if name.startswith("audit") else Role.REGIONAL_ADMIN
    client = make_client(make_user(role, world.county))
    spec = BUILDERS[name](world) if name in BUILDERS else {}
    answer = call(client, name, spec)
    assert answer["Cache-Control"] == "private, no-store"


def test_policy_of_the_site_and_of_the_editors(world, client):
    site = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "unsafe-inline" not in site and "unsafe-eval" not in site
    assert "default-src 'self'" in site and "object-src 'none'" in site and "frame-ancestors 'self'" in site
    editor = make_client(make_user(Role.SYSTEM_ADMIN)).get("/admin/")
    policy = editor["Content-Security-Policy"]
    assert "unsafe-eval" not in policy and "default-src 'self'" in policy and "*" not in policy.replace("'*", "")

"""Which places a page offers: gathered once from the rooms' ``nav.py``, shown to those who may go there. No query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.core.navigation import Entry, Group
from lms.core.routes import Access, Who

OFFICE_GROUPS: tuple[tuple[Group, Any], ...] = (
    (Group.TODAY, ""),
    (Group.FIGURES, _("台账与统计")),
    (Group.TRAINING, _("培训")),
    (Group.PEOPLE, _("人员与机构")),
    (Group.CONTENT, _("内容")),
    (Group.SYSTEM, _("系统")),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry that this reader may open, with its address."""

    label: Any
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Part:
    label: Any
    places: list[Place] = field(default_factory=list)


@cache
def entries() -> tuple[Entry, ...]:
    """Every entry of every room, in order. Rooms stand in ``settings.ROOMS``."""
    found: list[Entry] = []
    for room in settings.ROOMS:
        try:
            module = import_module(f"{room}.nav")
        except ModuleNotFoundError as error:
            if error.name != f"{room}.nav":
                raise
            continue
        found += module.ENTRIES
    return tuple(sorted(found, key=lambda entry: entry.order))


def register(*more: Entry) -> None:
    """Add entries that are known only when the application is ready."""
    known = (*entries(), *more)
    ordered = tuple(sorted(known, key=lambda entry: entry.order))
    globals()["entries"] = lambda: ordered


@cache
def _address(route: str) -> str | None:
    try:
        return reverse(route)
    except NoReverseMatch:
        return None


def _access(route: str) -> Access | None:
    table: dict[str, Access] = import_string(settings.ACCESS_TABLE)
    if route in table:
        return table[route]
    prefixes = [key for key in table if key.endswith("*") and route.startswith(key[:-1])]
    return table[max(prefixes, key=len)] if prefixes else None


def _may(entry: Entry, actor: Actor) -> bool:
    access = _access(entry.route)
    if access is None:
        return False
    if entry.roles and not actor.has(*entry.roles):
        return False
    if access.who is Who.PUBLIC:
        return True
    if access.who is Who.SIGNED_IN:
        return actor.user_id is not None
    return actor.has(*access.roles)


def places(actor: Actor, groups: Iterable[Group], path: str) -> dict[Group, list[Place]]:
    """The entries of ``groups`` that ``actor`` may open. The one with the longest address that ``path`` lies under is current."""
    wanted = set(groups)
    shown = [
        (entry, address)
        for entry in entries()
        if entry.group in wanted and (address := _address(entry.route)) is not None and _may(entry, actor)
    ]
    best: tuple[int, Entry | None] = (0, None)
    for entry, address in shown:
        for prefix in (address, *entry.under):
            if (path == prefix or (prefix != "/" and path.startswith(prefix))) and len(prefix) > best[0]:
                best = (len(prefix), entry)
    result: dict[Group, list[Place]] = {group: [] for group in wanted}
    for entry, address in shown:
        result[entry.group].append(Place(entry.label, address, entry.icon, entry is best[1]))
    return result


class Navigation:
    """What a template asks: ``nav.tabs``, ``nav.mine``, ``nav.public``, ``nav.office``. Built only when asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self._path = request.path
        self._actor: Actor = getattr(request, "actor", None) or Actor.public()

    def _one(self, group: Group) -> list[Place]:
        return places(self._actor, [group], self._path)[group]

    @cached_property
    def tabs(self) -> list[Place]:
        """The learner's bar. Only for those who are signed in, even where an entry leads to a public page."""
        return self._one(Group.LEARNER) if self._actor.user_id is not None else []

    @cached_property
    def mine(self) -> list[Place]:
        """What the reader's own page leads to."""
        return self._one(Group.MINE)

    @cached_property
    def public(self) -> list[Place]:
        return self._one(Group.PUBLIC)

    @cached_property
    def office(self) -> list[Part]:
        found = places(self._actor, [group for group, _label in OFFICE_GROUPS], self._path)
        return [Part(label, found[group]) for group, label in OFFICE_GROUPS if found[group]]

    @property
    def has_office(self) -> bool:
        return bool(self._actor.roles)

    @property
    def held(self) -> list[tuple[str, Any]]:
        """Place and role of each grant, as words for the head of the side bar."""
        from lms.accounts.roles import Role

        return [(grant.place, Role(grant.role).label) for grant in self._actor.grants if grant.role in Role.values]

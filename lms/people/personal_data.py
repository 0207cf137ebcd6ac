"""What rooms above hold of a person: they register here how it is shown to offices, handed out, blanked, and what must stay.

People lies below them and cannot ask; they say.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import PROTECT, ForeignKey
from django.utils.functional import Promise

from lms.accounts.models import User
from lms.core.actor import Actor
from lms.people.models import Person

Exporter = Callable[[set[int]], Any]
Eraser = Callable[[set[int], list[User], Actor], None]
PanelContext = Callable[[Actor, Person, set[int]], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the office's page of a person. ``context`` returns None when there is nothing for this actor."""

    code: str
    order: int
    title: str | Promise
    template: str
    context: PanelContext


EXPORTERS: dict[str, Exporter] = {}
ERASERS: dict[str, Eraser] = {}
PANELS: dict[str, Panel] = {}


def exports(section: str) -> Callable[[Exporter], Exporter]:
    """Register what a section of a person's own export holds: ``f(ids) -> JSON-able``."""

    def register(function: Exporter) -> Exporter:
        EXPORTERS[section] = function
        return function

    return register


def erases(section: str) -> Callable[[Eraser], Eraser]:
    """Register what a room blanks when persons are erased: ``f(ids, users, by)``, in the erasing transaction."""

    def register(function: Eraser) -> Eraser:
        ERASERS[section] = function
        return function

    return register


def panel(code: str, *, order: int, title: str | Promise, template: str) -> Callable[[PanelContext], PanelContext]:
    def register(function: PanelContext) -> PanelContext:
        PANELS[code] = Panel(code, order, title, template, function)
        return function

    return register


@dataclass(frozen=True, slots=True)
class Retained:
    """Rows of one room that name a person by key only and that duty keeps: ledger lines, certificates, attempts."""

    room: str
    count: int


def retained(ids: set[int]) -> list[Retained]:
    """What stays after an erasure, by room: every row that protects its person."""
    found: dict[str, int] = {}
    for field in Person._meta.get_fields(include_hidden=True):
        if not field.auto_created or field.concrete or not field.is_relation:
            continue
        model: Any = field.related_model
        column: Any = field.field  # type: ignore[union-attr]
        if not isinstance(column, ForeignKey) or field.on_delete is not PROTECT or model._meta.app_label == "people":  # type: ignore[union-attr]
            continue
        count = model._default_manager.filter(**{f"{column.name}__in": ids}).count()
        if count:
            found[model._meta.app_label] = found.get(model._meta.app_label, 0) + count
    return [Retained(str(apps.get_app_config(label).verbose_name), count) for label, count in sorted(found.items())]


def plain(row: Any, *fields: str) -> dict[str, Any]:
    """The named fields of a row as JSON-able values, for an export."""
    return {name: _plain(getattr(row, name)) for name in fields}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, uuid.UUID) or hasattr(value, "_meta"):
        return str(value)
    return value

"""The one door to the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from lms.audit.models import AuditEvent
from lms.core import bulk, clock
from lms.core.actor import Actor
from lms.core.models import Record


def record(
    verb: str, on: Record | None = None, *, by: Actor, division_path: str = "/", record_label: str = "", **details: Any
) -> AuditEvent:
    """Write one event in the caller's transaction. ``details`` must be JSON-able and hold no name, phone or document."""
    event = _event(verb, on, by, division_path, record_label, details)
    event.save(force_insert=True)
    return event


def record_many(
    verb: str,
    rows: Iterable[Record],
    *,
    by: Actor,
    path_of: Callable[[Any], str],
    details_of: Callable[[Any], dict[str, Any]] | None = None,
    **details: Any,
) -> None:
    """One event for each row, written together: what bulk services owe. ``path_of`` tells a row's division path,
    ``details_of`` what its own event says besides ``details``."""
    found = list(rows)
    bulk.insert_columns(
        AuditEvent,
        len(found),
        verb=verb,
        actor_uuid=by.uuid,
        actor_label=by.label,
        address=by.address or None,
        record_label=[row._meta.label_lower for row in found],
        record_uuid=[row.uuid for row in found],
        division_path=[path_of(row) for row in found],
        happened_at=clock.now(),
        details=[_plain({**details, **details_of(row)}) for row in found] if details_of else _plain(details),
    )


def _event(verb: str, on: Record | None, by: Actor, path: str, label: str, details: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
        verb=verb,
        actor_uuid=by.uuid,
        actor_label=by.label,
        address=by.address or None,
        record_label=label or (on._meta.label_lower if on is not None else ""),
        record_uuid=on.uuid if on is not None else None,
        division_path=path,
        details=_plain(details),
    )


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, uuid.UUID) else v for k, v in details.items()}

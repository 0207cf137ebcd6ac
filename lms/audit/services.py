"""The one door to the audit trail."""

from __future__ import annotations

import uuid
from typing import Any

from lms.audit.models import AuditEvent
from lms.core.actor import Actor
from lms.core.models import Record


def record(
    verb: str, on: Record | None = None, *, by: Actor, division_path: str = "/", record_label: str = "", **details: Any
) -> AuditEvent:
    """Write one event in the caller's transaction. ``details`` must be JSON-able and hold no name, phone or document."""
    clean = {k: str(v) if isinstance(v, uuid.UUID) else v for k, v in details.items()}
    return AuditEvent.objects.create(
        verb=verb,
        actor_uuid=by.uuid,
        actor_label=by.label,
        address=by.address or None,
        record_label=record_label or (on._meta.label_lower if on is not None else ""),
        record_uuid=on.uuid if on is not None else None,
        division_path=division_path,
        details=clean,
    )

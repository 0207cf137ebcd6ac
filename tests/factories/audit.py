"""How each route of audit is tried on a division."""

from __future__ import annotations

from lms.audit import services
from lms.core.actor import Actor


def _event(world: object) -> dict[str, object]:
    event = services.record("tests.row.made", by=Actor.system("tests"), division_path=world.division.path)  # type: ignore[attr-defined]
    return {"kwargs": {"uuid": event.uuid}}


ROUTES = {"audit:event_detail": _event}

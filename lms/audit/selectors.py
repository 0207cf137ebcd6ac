"""Reads of the audit trail."""

from __future__ import annotations

from lms.audit.models import AuditEvent


def latest(verb: str) -> AuditEvent | None:
    """The newest event of one verb."""
    return AuditEvent.objects.filter(verb=verb).order_by("-id").first()

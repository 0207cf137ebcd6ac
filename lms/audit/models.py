"""Who did what to which record, when and from where. Append-only: the database refuses change and deletion.

No names and no documents here: actors and records are named by uuid, so an erasure need not touch this table.
"""

from __future__ import annotations

from django.db import models

from lms.core import clock
from lms.core.models import Record


class AuditEvent(Record):
    """One act. Never closed, never changed. Holds no personal data; ``details`` carries codes, counts and reasons."""

    verb = models.CharField(max_length=80, db_index=True)  # past tense, e.g. exams.attempt.submitted
    actor_uuid = models.UUIDField(db_index=True)
    actor_label = models.CharField(max_length=80)
    address = models.GenericIPAddressField(null=True)
    record_label = models.CharField(max_length=80)  # e.g. people.person
    record_uuid = models.UUIDField(null=True)
    division_path = models.CharField(max_length=64, default="/")
    happened_at = models.DateTimeField(default=clock.now)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["record_label", "record_uuid"], name="audit_record"),
            models.Index(fields=["happened_at"], name="audit_when"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.record_label}"

"""The daily hash chain over ledger and audit. Its heads are also written outside the database (``chain.write_head``)."""

from __future__ import annotations

from django.db import models

from lms.core import clock


class DayChain(models.Model):
    """One link: the rows that became known since the last one, hashed in order onto the last head. Append-only.

    ``leaves`` holds the first eight bytes of each row's digest, ledger lines before audit events: they name the row that no
    longer fits. ``version`` says which columns a digest covers (``chain.LINE_FIELDS``).
    """

    PERSONAL: tuple[str, ...] = ()

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    version = models.PositiveSmallIntegerField()
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()
    line_count = models.PositiveIntegerField()
    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField()
    event_count = models.PositiveIntegerField()
    leaves = models.BinaryField()
    previous = models.CharField(max_length=64, blank=True)
    head = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.day} {self.head[:8]}"

"""The daily hash chain over ledger and audit, and the seals of approved periods.

The chain's heads are also written outside the database (``chain.write_head``), a seal's root is printed on its report.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lms.core import clock
from lms.core.models import Record
from lms.places.models import Division


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


class Seal(Record):
    """A Merkle root over the lines of a division as then and all below it, a posted period and a closing position. Append-only.

    ``root`` binds the tree's root to what it is of (``merkle.sealed_root``); it is printed on reports and checked without us.
    """

    PERSONAL: tuple[str, ...] = ()

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    period = models.PositiveIntegerField()
    closing_position = models.BigIntegerField()
    version = models.PositiveSmallIntegerField()
    line_count = models.PositiveIntegerField()
    root = models.CharField(max_length=64, db_index=True)
    sealed_at = models.DateTimeField(default=clock.now)
    sealed_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "period", "closing_position"], name="ledger_seal_once"),
            models.CheckConstraint(condition=Q(period__gte=190001, period__lte=299912), name="ledger_seal_period"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.root[:8]}"

"""What the ledger is read by: hour schemes, counting bases, and the locks of periods. Dated rows, never an ``if``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core.constraints import unique_with_null
from lms.core.models import Positioned, Record
from lms.places.models import Division


class HourScheme(Record, Positioned):
    """学时折算办法: what minutes are worth, for a region from–to. ``rules`` is read by ``rules.hours_of``; see there.

    ``is_default`` makes it the scheme of its region: lines posted there are stamped with it. The others can be asked for.
    """

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: everywhere
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    rules = models.JSONField()
    is_default = models.BooleanField(default=False)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("code", "valid_from")
        constraints = [*unique_with_null(["code", "valid_from"], nullable="valid_from", name="ledger_scheme_once")]

    def __str__(self) -> str:
        return self.name


class CountingBasis(Record, Positioned):
    """统计口径: which kinds count, grouped how, from which attendance on, in which month. Named and printed on every figure.

    ``kinds`` is a list of ``{"kind": "attended", "occasion": "courses.trainingclass", "floor": "class"}``: lines of that kind at
    such occasions count; ``floor`` asks for a share of the planned minutes: ``class`` (the class's own, else the basis's),
    ``basis``, or none. ``grouping``: one per ``person_occasion`` or one per ``person_slot``.
    """

    class SpanMonth(models.TextChoices):
        FIRST = "first", _("记入开班月")
        LAST = "last", _("记入结束月")
        REACHED = "reached", _("记入达到出勤下限之月")

    class Grouping(models.TextChoices):
        PERSON_OCCASION = "person_occasion", _("每人每班（课程、次）")
        PERSON_SLOT = "person_slot", _("每人每半天")

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    description = models.TextField()
    kinds = models.JSONField()
    grouping = models.CharField(max_length=24, choices=Grouping, default=Grouping.PERSON_OCCASION)
    attendance_floor_percent = models.PositiveSmallIntegerField(default=0)
    span_month = models.CharField(max_length=8, choices=SpanMonth, default=SpanMonth.LAST)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    is_default = models.BooleanField(default=False)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("-is_default", "code", "valid_from")
        constraints = [
            *unique_with_null(["code", "valid_from"], nullable="valid_from", name="ledger_basis_once"),
            models.CheckConstraint(condition=Q(attendance_floor_percent__lte=100), name="ledger_basis_floor_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class HourRegime(Record, Positioned):
    """学时要求: what one rule of the state or a province asks of somebody in hours, and which of the ledger's hours count for it.

    ``rules`` is read by ``regimes``; see there. One person may stand in several at once, and one hour count toward each.
    """

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    rules = models.JSONField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("position",)
        constraints = [*unique_with_null(["code", "valid_from"], nullable="valid_from", name="ledger_regime_once")]

    def __str__(self) -> str:
        return self.name


class PeriodLock(Record, Positioned):
    """A month (yyyymm) locked for a division and all below it. Lifting is a dated act on the same row, audited."""

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    period = models.PositiveIntegerField()
    locked_at = models.DateTimeField()
    locked_by = models.UUIDField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "period"], condition=Q(lifted_at__isnull=True), name="ledger_lock_one_open"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason="")),
                name="ledger_lock_lifted_together",
            ),
        ]

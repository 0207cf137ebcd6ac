"""The ledger (台账): lines, their tags, hour schemes, counting bases and locks of periods. Summaries are beside, disposable.

No names and no documents: a person is a key, an occasion a label and a uuid, evidence a digest salted per person.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import Positioned, Record
from lms.ledger.kinds import Kind, Mode
from lms.people.models import Person
from lms.places.models import Division, Organisation, Post
from lms.programmes.models import Category, Programme


class Line(Record, Positioned):
    """One act of one person in one role, or one fact of an occasion. Never changed, never deleted (the database refuses).

    ``minutes`` are whole minutes. ``quantity`` counts what ``kind`` counts (heads, cases), else 1. ``sign`` is −1 on a
    counter-line, whose other fields repeat the line it ``reverses``: sums over ``sign × …`` are then right by themselves.
    ``posted_period`` is yyyymm of the month the line is reported in; it differs from the month it happened in when that
    period was already locked. Sex, ethnic group, education, birth year, place, unit, post and category are *as then*.
    """

    PERSONAL = ("person", "sex", "ethnic_group", "education", "birth_year")

    key = models.CharField(max_length=160, unique=True)  # the same act posted twice is one line
    kind = models.CharField(max_length=24, choices=Kind)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    occasion_label = models.CharField(max_length=40, blank=True)  # courses.trainingclass, courses.course, supervision.session…
    occasion = models.UUIDField(null=True)
    slot = models.CharField(max_length=80, blank=True)
    happened_from = models.DateTimeField()
    happened_to = models.DateTimeField()
    posted_period = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(default=0)
    quantity = models.PositiveIntegerField(default=1)
    sign = models.SmallIntegerField(default=1)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.NONE)
    topic = models.CharField(max_length=40, blank=True)  # one code per line: kind of event, level of licence, subject
    sex = models.CharField(max_length=1, blank=True)
    ethnic_group = models.CharField(max_length=2, blank=True)
    education = models.CharField(max_length=2, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    facts = models.JSONField(default=dict)  # codes, dates and numbers of the act; never a name
    source_label = models.CharField(max_length=40)  # the row that is the evidence, e.g. courses.attendance
    source_uuid = models.UUIDField()
    evidence = models.CharField(max_length=64)  # HMAC-SHA256 over the evidence under the person's salt
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        ordering = ("position",)
        indexes = [
            models.Index(fields=["person", "kind", "happened_to"], name="ledger_line_person"),
            models.Index(fields=["occasion", "person"], name="ledger_line_occasion"),
            models.Index(fields=["division", "kind", "happened_to"], name="ledger_line_division"),
            models.Index(fields=["kind", "happened_to"], name="ledger_line_kind"),
            models.Index(fields=["source_uuid"], name="ledger_line_source"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="ledger_line_kind_known"),
            models.CheckConstraint(condition=Q(happened_to__gte=F("happened_from")), name="ledger_line_ordered"),
            # a counter-line reverses one line, and only a counter-line is negative
            models.CheckConstraint(
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False), name="ledger_line_counter"
            ),
            models.CheckConstraint(condition=Q(posted_period__gte=190001, posted_period__lte=299912), name="ledger_line_period"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"


class LineTag(models.Model):
    """A many-valued fact of a line (topic, funder), append-only, asked by ``exists`` and never joined to a sum."""

    PERSONAL: tuple[str, ...] = ()

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tags")
    name = models.CharField(max_length=24)
    code = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "name", "code"], name="ledger_tag_once")]


class HourScheme(Record, Positioned):
    """学时折算办法: what minutes are worth, for a region from–to. ``rules`` is read by ``rules.hours_of``; see there."""

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: everywhere
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    rules = models.JSONField()
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], nulls_distinct=False, name="ledger_scheme_once")]

    def __str__(self) -> str:
        return self.name


class CountingBasis(Record, Positioned):
    """统计口径: which kinds count, grouped how, from which attendance on, in which month. Named and printed on every figure."""

    class SpanMonth(models.TextChoices):
        FIRST = "first", _("记入开班月")
        LAST = "last", _("记入结束月")
        REACHED = "reached", _("记入达到出勤下限之月")

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    description = models.TextField()
    kinds = models.JSONField()  # e.g. ["attended", "completed"]
    grouping = models.CharField(max_length=24, default="person_occasion")  # or person_slot
    attendance_floor_percent = models.PositiveSmallIntegerField(default=0)
    span_month = models.CharField(max_length=8, choices=SpanMonth, default=SpanMonth.LAST)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    is_default = models.BooleanField(default=False)
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], nulls_distinct=False, name="ledger_basis_once"),
            models.CheckConstraint(condition=Q(attendance_floor_percent__lte=100), name="ledger_basis_floor_percent"),
        ]

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

"""The lines of the ledger (台账) and their tags. Append-only: the database refuses change and deletion.

No names and no documents: a person is a key, an occasion a label and a uuid, evidence a digest salted per person.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from lms.core.models import Positioned, Record
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models.standards import HourScheme
from lms.ledger.querysets import LineQuerySet
from lms.people.models import Person
from lms.places.models import Division, Organisation, Post
from lms.programmes.models import Category, Programme


class Line(Record, Positioned):
    """One act of one person in one role, or one fact of an occasion. Never changed, never deleted (the database refuses).

    ``minutes`` are whole minutes. ``quantity`` counts what ``kind`` counts (heads, cases), else 1. ``sign`` is −1 on a
    counter-line, whose other fields repeat the line it ``reverses``: sums over ``sign × …`` are then right by themselves.
    ``posted_on`` is the day the line is reported on and ``posted_period`` its month as yyyymm: the day it happened (to), or the
    first day of the next open period when that one was already locked. ``hour_hundredths`` is what the minutes were worth, in
    hundredths of a credit hour (学时), under ``hour_scheme`` when the line was posted; it is never computed again.
    Sex, ethnic group, education, birth year, place, unit, post and category are *as then*.
    """

    PERSONAL = ("person", "sex", "ethnic_group", "education", "birth_year")

    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=24, choices=Kind)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    occasion_label = models.CharField(max_length=40, blank=True)  # courses.trainingclass, courses.course, supervision.session…
    occasion = models.UUIDField(null=True)
    slot = models.CharField(max_length=80, blank=True)
    happened_from = models.DateTimeField()
    happened_to = models.DateTimeField()
    posted_period = models.PositiveIntegerField()
    posted_on = models.DateField()
    minutes = models.PositiveIntegerField(default=0)
    hour_scheme = models.ForeignKey(HourScheme, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    hour_hundredths = models.PositiveIntegerField(default=0)
    quantity = models.PositiveIntegerField(default=1)
    sign = models.SmallIntegerField(default=1)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
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

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        # every line is written into each of them: one that another begins with, or that no question uses, has no place here
        indexes = [
            models.Index(fields=["person", "kind", "happened_to"], name="ledger_line_person"),
            models.Index(fields=["occasion", "person"], name="ledger_line_occasion"),
            models.Index(fields=["division", "kind", "happened_to"], name="ledger_line_division"),
            models.Index(fields=["kind", "happened_to"], name="ledger_line_kind"),
            models.Index(fields=["source_uuid"], name="ledger_line_source"),
            # a place's lines of one month: what is handed in and sealed
            models.Index(fields=["division", "posted_period"], name="ledger_line_handed_in"),
            # which occasions touch a period
            models.Index(fields=["posted_on", "kind"], name="ledger_line_posted"),
        ]
        constraints = [
            # the same act posted twice is one line
            models.UniqueConstraint(fields=["key"], name="ledger_line_key_once"),
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

    @property
    def hours(self) -> Decimal:
        return Decimal(self.hour_hundredths) / 100


class LineTag(models.Model):
    """A many-valued fact of a line (topic, funder), append-only, asked by ``exists`` and never joined to a sum."""

    PERSONAL: tuple[str, ...] = ()

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tags", db_index=False)
    name = models.CharField(max_length=24)
    code = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "name", "code"], name="ledger_tag_once")]

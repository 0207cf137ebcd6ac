"""Programmes, trainee categories, funders, and who takes part in what as which category from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.constraints import unique_with_null
from lms.core.models import Positioned, Record
from lms.people.models import Person
from lms.places.models import Division, Organisation


class Category(Record, Positioned):
    """A trainee category (对象类别) as one province names it; data, disabled by ``valid_to`` and never deleted."""

    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: everywhere
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            # a code names one category in a division
            *unique_with_null(["division", "code"], nullable="division", name="programmes_category_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Funder(Record):
    """Who pays: a public budget, the welfare lottery, a foundation."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Programme(Record, Positioned):
    """A programme of training or cultivation run in a division, e.g. the 三区计划 of one prefecture and period."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("培训")
        CULTIVATION = "cultivation", _("培养")

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="programmes")
    organiser = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    funders = models.ManyToManyField(Funder, blank=True, related_name="programmes")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    document_number = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("-starts_on", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="programmes_programme_dates_ordered"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Participation(Record):
    """One person in one programme as one category, from–to. The ledger copies programme and category from it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="participations")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    completed_on = models.DateField(null=True)  # 培养期满合格
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            # one open participation per person, programme and category
            *unique_with_null(
                ["person", "programme", "category"],
                nullable="category",
                condition=Q(ended_on__isnull=True),
                name="programmes_participation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="programmes_participation_dates_ordered"
            ),
        ]

"""Disposable summaries of the stages: what a fold over the ledger found, kept for speed. No evidence lives here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lms.core.constraints import unique_with_null
from lms.people.models import Person
from lms.pipeline.states import Aspect, ConversionKind, Exit, Stage
from lms.places.models import Division


class StageSpell(models.Model):
    """One person in one stage from–to, cut where they moved to another division. Rebuilt at any time from the ledger.

    ``person`` is the canonical one (merges followed). ``ends_on`` is the last day, null while it lasts or as far as known;
    ``way_out`` says why it ended, and is empty where only the division changed. ``evidence`` holds uuids of ledger lines.
    """

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField(choices=Stage)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    aspect = models.CharField(max_length=10, choices=Aspect, blank=True, default=Aspect.MAIN)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    way_out = models.CharField(max_length=24, choices=Exit, blank=True)
    detail = models.JSONField(default=dict)  # level, validity, hours: codes and numbers only
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ("person", "stage", "starts_on")
        indexes = [
            models.Index(fields=["stage", "division", "starts_on"], name="pipeline_spell_in"),
            models.Index(fields=["person", "stage"], name="pipeline_spell_of"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="pipeline_spell_stage_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="pipeline_spell_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.stage} {self.starts_on}"


class Conversion(models.Model):
    """转化: the day somebody on the books became a professional, with the lines that prove it. Once per person; disposable."""

    PERSONAL = ("person",)

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    kind = models.CharField(max_length=8, choices=ConversionKind)
    evidence = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["division", "happened_on"], name="pipeline_conversion_in")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.happened_on}"


class Cursor(models.Model):
    """Up to which ledger position the spells are current. One row."""

    PERSONAL: tuple[str, ...] = ()

    name = models.CharField(max_length=16, primary_key=True)
    position = models.BigIntegerField(default=0)
    rules_edition = models.PositiveSmallIntegerField(default=0)  # a change of rules asks for a rebuild

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class EducationTarget(models.Model):
    """How many minutes of continuing education a registration period asks of a level, from–to, and where that is laid down."""

    PERSONAL: tuple[str, ...] = ()

    level = models.CharField(max_length=16)
    minutes = models.PositiveIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ("level", "valid_from")
        constraints = [*unique_with_null(["level", "valid_from"], nullable="valid_from", name="pipeline_target_once")]

    def __str__(self) -> str:
        return f"{self.level} {self.minutes}"

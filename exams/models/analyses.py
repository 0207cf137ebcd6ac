"""Kept results of item analysis and of the calibration behind readiness. Disposable: computed anew from the responses."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from exams.models.banks import ItemVersion
from exams.models.papers import Paper
from lms.careers.states import Subject
from lms.core import clock
from lms.core.models import Record


class PaperAnalysis(Record):
    """Item analysis (题目分析) of one paper at one moment, over the first marked attempt of each person.

    ``figures`` holds what ``exams.statistics`` found for the whole paper, each estimate with its interval; empty of
    estimates where there were too few candidates. Holds no personal data.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="analyses")
    computed_at = models.DateTimeField(default=clock.now)
    candidates = models.PositiveIntegerField()
    last_attempt = models.BigIntegerField(default=0)  # the newest attempt it knows
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("-computed_at", "-id")
        indexes = [models.Index(fields=["paper", "-computed_at"], name="exams_analysis_paper")]

    def __str__(self) -> str:
        return f"analysis:{str(self.uuid)[:8]}"


class ItemAnalysis(models.Model):
    """One numbered item in an analysis: its figures with intervals, its options, its curve, and the flags raised."""

    PERSONAL: tuple[str, ...] = ()

    analysis = models.ForeignKey(PaperAnalysis, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="analyses")
    figures = models.JSONField(default=dict)
    flags = models.JSONField(default=list)  # codes of ``statistics.flags``

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["analysis", "number"], name="exams_analysis_number_once")]


class Calibration(Record):
    """One run of the item response model over a subject's first responses: what readiness estimates rest on.

    ``partial`` holds, for multiple choice, how often each part of the points was earned short of all, by ability. The
    newest row of a subject is used; older ones are kept, so that an estimate can be traced.
    """

    subject = models.CharField(max_length=24, choices=Subject)
    computed_at = models.DateTimeField(default=clock.now)
    candidates = models.PositiveIntegerField()
    responses = models.PositiveIntegerField()
    partial = models.JSONField(default=dict)

    class Meta:
        ordering = ("-computed_at", "-id")
        indexes = [models.Index(fields=["subject", "-computed_at"], name="exams_calibration_subject")]
        constraints = [models.CheckConstraint(condition=Q(subject__in=Subject.values), name="exams_calibration_subject_known")]


class ItemParameters(models.Model):
    """Discrimination and difficulty of one item version in a calibration (two-parameter logistic), and on how many answers."""

    PERSONAL: tuple[str, ...] = ()

    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, related_name="items")
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="parameters")
    kind = models.CharField(max_length=12)
    discrimination = models.FloatField()
    difficulty = models.FloatField()
    responses = models.PositiveIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["calibration", "item_version"], name="exams_parameters_once"),
            models.CheckConstraint(condition=Q(discrimination__gt=0), name="exams_parameters_slope_positive"),
        ]

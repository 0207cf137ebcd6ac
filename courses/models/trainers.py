"""The register of trainers (师资库) beside careers' designations, and what learners say of their teaching."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from courses.models.classes import ClassEnrolment, TrainingClass
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person

SCALE = (1, 2, 3, 4, 5)


class TrainerProfile(Record):
    """What a trainer teaches and how they are introduced. That somebody is a trainer stands in careers' designations."""

    PERSONAL = ("introduction", "topics")

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="trainer_profile")
    topics = models.JSONField(default=list)  # short texts
    introduction = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.UUIDField()


class FeedbackGiven(models.Model):
    """That a learner has said something of a trainer in a class; not what. Nothing leads from here to the words."""

    PERSONAL: tuple[str, ...] = ()

    enrolment = models.ForeignKey(ClassEnrolment, on_delete=models.PROTECT, related_name="feedback_given")
    trainer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "trainer"], name="courses_feedbackgiven_once")]


class Feedback(models.Model):
    """One learner's words of one trainer in one class, without who and when: a random key, no time, no link."""

    PERSONAL = ("words",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="feedback")
    trainer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    useful = models.PositiveSmallIntegerField()  # 内容实用
    clear = models.PositiveSmallIntegerField()  # 讲解清楚
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(useful__in=SCALE, clear__in=SCALE), name="courses_feedback_within_scale"),
        ]

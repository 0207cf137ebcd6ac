"""Who studies which course, how long, and what they answered. Hours are folded from the ledger, not from here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from courses.models.pages import CoursePage, LessonPage
from lms.core import clock
from lms.core.models import Record
from lms.people.models import Person
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Participation


class CourseEnrolment(Record):
    """One person in one online course; closed by ``completed_at``. Division, unit and category are as at the start."""

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="course_enrolments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="enrolments")
    participation = models.ForeignKey(Participation, null=True, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # who completed what in a division, newest first
            models.Index(fields=["division", "-started_at"], name="courses_enrolment_division"),
        ]
        constraints = [
            # starting twice is one enrolment
            models.UniqueConstraint(fields=["person", "course"], name="courses_enrolment_once"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("started_at")),
                name="courses_enrolment_dates_ordered",
            ),
        ]


class LessonProgress(Record):
    """How far one enrolment is in one lesson; closed by ``completed_at``. ``place`` is the position in the page, per mille."""

    PERSONAL: tuple[str, ...] = ()

    enrolment = models.ForeignKey(CourseEnrolment, on_delete=models.CASCADE, related_name="progress")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="progress")
    opened_at = models.DateTimeField(default=clock.now)
    last_ping_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)  # credited in all; the sum of the study days (recompute_study checks)
    place = models.PositiveSmallIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="courses_progress_once"),
            models.CheckConstraint(condition=Q(place__lte=1000), name="courses_progress_place_per_mille"),
        ]


class StudyClock(models.Model):
    """One row a person, locked while study time is credited: two tabs or devices are credited one after the other."""

    PERSONAL = ("person",)

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="+")


class StudySpell(Record):
    """A stretch of the clock that was credited to one person; spells of a person never overlap (kept under StudyClock).

    So credited time can never exceed the clock, whatever tabs, devices and phones that were offline send.
    """

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    progress = models.ForeignKey(LessonProgress, on_delete=models.CASCADE, related_name="spells")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    sent_later = models.BooleanField(default=False)  # studied while the phone was offline

    class Meta:
        indexes = [
            # overlaps of one person are looked up by the end
            models.Index(fields=["person", "ended_at"], name="courses_spell_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gt=F("started_at")), name="courses_spell_ordered"),
            # two spells cannot begin at the same moment
            models.UniqueConstraint(fields=["person", "started_at"], name="courses_spell_once"),
        ]


class StudyDay(Record):
    """Seconds credited to one person in one lesson on one day, and what of it stands in the ledger."""

    PERSONAL = ("person",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    progress = models.ForeignKey(LessonProgress, on_delete=models.CASCADE, related_name="days")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    seconds = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    posted_minutes = models.PositiveIntegerField(default=0)
    posted_version = models.PositiveSmallIntegerField(default=0)  # 0: nothing posted yet
    line_key = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = [
            # the nightly task looks for days with something to post
            models.Index(fields=["day"], name="courses_studyday_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "lesson", "day"], name="courses_studyday_once"),
            # a day has 86,400 seconds
            models.CheckConstraint(condition=Q(seconds__lte=86400), name="courses_studyday_within_day"),
            # a posted day says which line
            models.CheckConstraint(
                condition=Q(posted_version=0, line_key="", posted_minutes=0) | (Q(posted_version__gt=0) & ~Q(line_key="")),
                name="courses_studyday_posted_together",
            ),
        ]


class CheckAnswer(Record):
    """One answer to one knowledge check; every answer is kept, the newest rules. ``chosen`` holds the options' letters."""

    PERSONAL: tuple[str, ...] = ()

    progress = models.ForeignKey(LessonProgress, on_delete=models.CASCADE, related_name="answers")
    check_id = models.UUIDField()  # the block's id in the lesson's body
    number = models.PositiveSmallIntegerField()
    chosen = models.CharField(max_length=26)
    is_correct = models.BooleanField()
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("answered_at", "id")
        constraints = [
            # two clicks cannot take the same number
            models.UniqueConstraint(fields=["progress", "check_id", "number"], name="courses_answer_number_once"),
        ]

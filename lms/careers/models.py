"""What a person's career rests on: employment, posts, education, exams, licences, registrations, designations.

Every row is evidence with its line in the ledger. A wrong row is voided with a reason and its line reversed, never edited.
Points are hundredths of a point.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lms.careers.states import DesignationKind, EducationKind, Level, RegistrationKind, ScoreOutcome, Subject
from lms.core import clock
from lms.core.constraints import unique_with_null
from lms.core.models import Positioned, Record
from lms.people.models import Person
from lms.places.models import Division, Organisation, Post, PostKind

OPEN = Q(voided_at__isnull=True)


def _voided_together(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(voided_at__isnull=True, voided_by__isnull=True, voided_reason="")
        | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_reason="")),
        name=name,
    )


def _ordered(start: str, end: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}), name=name)


class EvidenceSet(models.QuerySet["Evidence"]):
    def standing(self) -> EvidenceSet:
        return self.filter(OPEN)


class Evidence(Record):
    """A recorded fact of a career. Voided: who, when and why together."""

    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.UUIDField()
    voided_at = models.DateTimeField(null=True)
    voided_by = models.UUIDField(null=True)
    voided_reason = models.CharField(max_length=200, blank=True)

    objects = EvidenceSet.as_manager()

    class Meta:
        abstract = True


class Employment(Evidence):
    """在册: a person on the books of an organisation or of a division's bureau, from–to."""

    PERSONAL = ("title",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employments")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-started_on", "-pk")
        constraints = [
            _voided_together("careers_employment_voided"),
            _ordered("started_on", "ended_on", "careers_employment_dates"),
            # one open employment of a person with one employer
            *unique_with_null(
                ["person", "division", "organisation"],
                nullable="organisation",
                condition=OPEN & Q(ended_on__isnull=True),
                name="careers_employment_one_open",
            ),
        ]


class PostSpell(Evidence):
    """在岗: a person in one post from–to. Title, kind and duties are copied from the post as then."""

    PERSONAL: tuple[str, ...] = ()

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="post_spells")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="spells")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=PostKind)
    is_social_work = models.BooleanField()
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-started_on", "-pk")
        constraints = [
            _voided_together("careers_post_spell_voided"),
            _ordered("started_on", "ended_on", "careers_post_spell_dates"),
            # one open spell of a person in a post
            models.UniqueConstraint(
                fields=["person", "post"], condition=OPEN & Q(ended_on__isnull=True), name="careers_post_spell_one_open"
            ),
        ]


class Education(Evidence):
    """A course of study that ended on a day; ``level`` is GB/T 4658."""

    PERSONAL = ("major", "school")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="educations")
    level = models.CharField(max_length=2)
    major = models.CharField(max_length=80, blank=True)
    school = models.CharField(max_length=120, blank=True)
    is_social_work_major = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, choices=EducationKind, default=EducationKind.GRADUATED)
    graduated_on = models.DateField()

    class Meta:
        ordering = ("-graduated_on", "-pk")
        constraints = [
            _voided_together("careers_education_voided"),
            models.CheckConstraint(condition=Q(kind__in=EducationKind.values), name="careers_education_kind_known"),
            # the same study is recorded once
            models.UniqueConstraint(
                fields=["person", "level", "major", "graduated_on"], condition=OPEN, name="careers_education_once"
            ),
        ]


class Designation(Evidence):
    """A person was designated (聘任) as supervisor, trainer or senior talent, from–to."""

    PERSONAL: tuple[str, ...] = ()

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="designations")
    kind = models.CharField(max_length=20, choices=DesignationKind)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    designated_on = models.DateField()
    ended_on = models.DateField(null=True)
    document_number = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("-designated_on", "-pk")
        constraints = [
            _voided_together("careers_designation_voided"),
            _ordered("designated_on", "ended_on", "careers_designation_dates"),
            models.CheckConstraint(condition=Q(kind__in=DesignationKind.values), name="careers_designation_kind_known"),
            # one open designation of a kind in a division
            models.UniqueConstraint(
                fields=["person", "kind", "division"],
                condition=OPEN & Q(ended_on__isnull=True),
                name="careers_designation_one_open",
            ),
        ]


class ExamRegistration(Evidence):
    """报考: a person registered for a level in one exam year, at a place, for some of its subjects."""

    PERSONAL: tuple[str, ...] = ()

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exam_registrations")
    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=8, choices=Level)
    subjects = models.JSONField()  # codes of states.Subject, sorted
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")  # where the exam is sat
    registered_on = models.DateField()

    class Meta:
        ordering = ("-year", "-pk")
        constraints = [
            _voided_together("careers_exam_registration_voided"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="careers_exam_registration_level_known"),
            # a person registers for a level once a year
            models.UniqueConstraint(fields=["person", "year", "level"], condition=OPEN, name="careers_exam_registration_once"),
        ]


class PassLine(Record, Positioned):
    """合格标准: the points that pass in one year, for a level (or one subject of it), nationally or in a separate-line area."""

    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=8, choices=Level)
    subject = models.CharField(max_length=24, choices=Subject, blank=True)  # empty: all subjects of the level
    region = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: the whole nation
    points_hundredths = models.PositiveIntegerField()
    announced_on = models.DateField(null=True)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("-year", "level", "subject")
        constraints = [
            *unique_with_null(["year", "level", "subject", "region"], nullable="region", name="careers_pass_line_once"),
            models.CheckConstraint(condition=Q(points_hundredths__lte=10000), name="careers_pass_line_within_scale"),
            models.CheckConstraint(condition=~Q(source=""), name="careers_pass_line_has_source"),
        ]


class VoidYear(Record, Positioned):
    """The exam of one year was not held in a region; it does not use up a year of the rolling window there."""

    year = models.PositiveSmallIntegerField()
    region = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ("-year",)
        constraints = [models.UniqueConstraint(fields=["year", "region"], name="careers_void_year_once")]


class ExamScore(Evidence):
    """The result of one person in one subject of one exam year.

    ``passed`` is null while no pass line is known; ``valid_in`` null on a pass means the whole nation. A later separate line
    may turn a fail into a pass valid in its region (services.apply_pass_line); ``revision`` counts such changes.
    """

    PERSONAL = ("points_hundredths",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exam_scores")
    year = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=24, choices=Subject)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")  # where the exam was sat
    outcome = models.CharField(max_length=10, choices=ScoreOutcome, default=ScoreOutcome.SCORED)
    points_hundredths = models.PositiveIntegerField(null=True)
    passed = models.BooleanField(null=True)
    pass_line = models.ForeignKey(PassLine, null=True, on_delete=models.PROTECT, related_name="+")
    valid_in = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField(default=0)
    announced_on = models.DateField()

    class Meta:
        ordering = ("-year", "subject")
        indexes = [models.Index(fields=["year", "subject"], name="careers_score_year")]
        constraints = [
            _voided_together("careers_score_voided"),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="careers_score_subject_known"),
            # one result a person, year and subject
            models.UniqueConstraint(fields=["person", "year", "subject"], condition=OPEN, name="careers_score_once"),
            # points and outcome go together
            models.CheckConstraint(
                condition=Q(outcome="scored", points_hundredths__isnull=False)
                | (
                    Q(outcome__in=["absent", "violation"], points_hundredths__isnull=True)
                    & (Q(passed__isnull=True) | Q(passed=False))
                ),
                name="careers_score_points_when_scored",
            ),
            models.CheckConstraint(
                condition=Q(points_hundredths__isnull=True) | Q(points_hundredths__lte=10000), name="careers_score_within_scale"
            ),
            # a pass rests on a line
            models.CheckConstraint(condition=~Q(passed=True) | Q(pass_line__isnull=False), name="careers_score_pass_has_line"),
        ]


class Licence(Evidence):
    """The state's licence (职业资格证书). ``number`` (管理号) has no published format: opaque. ``region`` null: national."""

    PERSONAL = ("number",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="licences")
    level = models.CharField(max_length=8, choices=Level)
    obtained_on = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    region = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")
    exam_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ("-obtained_on", "-pk")
        constraints = [
            _voided_together("careers_licence_voided"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="careers_licence_level_known"),
            # one licence of a level and validity a person
            *unique_with_null(["person", "level", "region"], nullable="region", condition=OPEN, name="careers_licence_once"),
            # a number belongs to one licence of a level
            models.UniqueConstraint(fields=["level", "number"], condition=OPEN & ~Q(number=""), name="careers_licence_number_once"),
        ]


class LicenceRegistration(Evidence):
    """登记 of a licence, valid from–to (three years): the first one or a renewal."""

    PERSONAL: tuple[str, ...] = ()

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="licence_registrations")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="registrations")
    kind = models.CharField(max_length=8, choices=RegistrationKind)
    registered_on = models.DateField()
    valid_to = models.DateField()

    class Meta:
        ordering = ("-registered_on", "-pk")
        constraints = [
            _voided_together("careers_registration_voided"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("registered_on")), name="careers_registration_dates"),
            models.UniqueConstraint(fields=["licence", "registered_on"], condition=OPEN, name="careers_registration_once"),
            models.UniqueConstraint(fields=["licence"], condition=OPEN & Q(kind="first"), name="careers_registration_one_first"),
        ]

"""What a regulation or a syllabus sets: editions and chapters, marking rules, templates of papers. Dated data with a source.

Points are integers in hundredths of a point throughout the room; ``rules.as_points`` makes them readable.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from exams.states import Certainty, EssayMethod, ItemKind
from lms.careers.states import Subject
from lms.core.models import Record


class SyllabusEdition(Record):
    """One edition of the syllabus (大纲): in force from one sitting to another, both years included."""

    code = models.CharField(max_length=8, unique=True)  # 2018, 2025
    published_on = models.DateField(null=True)
    first_sitting = models.PositiveSmallIntegerField()
    last_sitting = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ("-first_sitting",)
        constraints = [
            models.CheckConstraint(
                condition=Q(last_sitting__isnull=True) | Q(last_sitting__gte=F("first_sitting")), name="exams_edition_ordered"
            )
        ]

    def __str__(self) -> str:
        return self.code


class SyllabusSubject(Record):
    """One subject of one edition. ``is_complete`` false: its chapter list is partial, and what is missing stays missing."""

    edition = models.ForeignKey(SyllabusEdition, on_delete=models.PROTECT, related_name="subjects")
    subject = models.CharField(max_length=24, choices=Subject)
    certainty = models.CharField(max_length=12, choices=Certainty)
    is_complete = models.BooleanField()

    class Meta:
        ordering = ("-edition__first_sitting", "id")
        constraints = [
            models.UniqueConstraint(fields=["edition", "subject"], name="exams_syllabus_subject_once"),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="exams_syllabus_subject_known"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.subject}"


class SyllabusChapter(Record):
    """One chapter (章) of a subject in an edition; ``number`` is its place in the list as far as it is known."""

    syllabus_subject = models.ForeignKey(SyllabusSubject, on_delete=models.PROTECT, related_name="chapters")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ("syllabus_subject", "number")
        constraints = [
            models.UniqueConstraint(fields=["syllabus_subject", "title"], name="exams_chapter_title_once"),
        ]

    def __str__(self) -> str:
        return self.title


class MarkingRule(Record):
    """A named marking rule: a ``method`` of ``rules.METHODS`` with its parameters, in force from–to, with its source.

    One row is the default of multiple choice, and one rule of each kind is what it is marked by where a paper's part says
    nothing (under a case, in practice). A rule in use is never edited: a changed one is a new row.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.TextField()  # the sentence the candidate reads
    method = models.CharField(max_length=24)
    parameters = models.JSONField(default=dict)  # hundredths of a point, or percent; see rules.METHODS
    is_default = models.BooleanField(default=False)
    usual_for = models.CharField(max_length=12, choices=ItemKind, blank=True)
    certainty = models.CharField(max_length=12, choices=Certainty)
    source = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("-is_default", "code")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="exams_rule_once"),
            # the first of a code, from before our records
            models.UniqueConstraint(fields=["code"], condition=Q(valid_from__isnull=True), name="exams_rule_first_once"),
            # one default at a time
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True, valid_to__isnull=True), name="exams_rule_one_default"
            ),
            # one usual rule of a kind at a time
            models.UniqueConstraint(
                fields=["usual_for"], condition=~Q(usual_for="") & Q(valid_to__isnull=True), name="exams_rule_one_usual"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EssayRule(Record):
    """How essays are marked, dated, with its source: two blind markers; a third where they differ by more than
    ``third_over_percent`` of the full points; ``method`` makes one of their marks. A rule in use is never edited.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.TextField()  # the sentence the candidate reads
    method = models.CharField(max_length=16, choices=EssayMethod)
    third_over_percent = models.PositiveSmallIntegerField()
    certainty = models.CharField(max_length=12, choices=Certainty)
    source = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("code", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="exams_essay_rule_once"),
            # the first of a code, from before our records
            models.UniqueConstraint(fields=["code"], condition=Q(valid_from__isnull=True), name="exams_essay_rule_first_once"),
            models.CheckConstraint(condition=Q(method__in=EssayMethod.values), name="exams_essay_rule_method_known"),
            models.CheckConstraint(condition=Q(third_over_percent__lte=100), name="exams_essay_rule_within_full"),
        ]

    def __str__(self) -> str:
        return self.name


class PaperTemplate(Record):
    """The structure of a paper of one subject, dated, with its source. Sections absent: the structure is not known."""

    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=24, choices=Subject)
    name = models.CharField(max_length=80)
    duration_minutes = models.PositiveSmallIntegerField()
    full_points = models.PositiveIntegerField()
    pass_points = models.PositiveIntegerField()  # national line; the real exam's other lines are careers' business
    is_objective = models.BooleanField()
    certainty = models.CharField(max_length=12, choices=Certainty)
    source = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="exams_template_once"),
            # the first of a code, from before our records
            models.UniqueConstraint(fields=["code"], condition=Q(valid_from__isnull=True), name="exams_template_first_once"),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="exams_template_subject_known"),
            models.CheckConstraint(condition=Q(pass_points__lte=F("full_points")), name="exams_template_pass_within_full"),
            models.CheckConstraint(condition=Q(duration_minutes__gte=1), name="exams_template_has_time"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateSection(models.Model):
    """One part of a template: so many items of a kind, each worth so much, marked by a named rule."""

    PERSONAL: tuple[str, ...] = ()

    template = models.ForeignKey(PaperTemplate, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=ItemKind)
    count = models.PositiveSmallIntegerField()
    points = models.PositiveIntegerField()  # hundredths, each item
    options_count = models.PositiveSmallIntegerField(default=0)  # 0: not a choice
    keys_min = models.PositiveSmallIntegerField(default=1)
    keys_max = models.PositiveSmallIntegerField(default=1)
    rule = models.ForeignKey(MarkingRule, null=True, on_delete=models.PROTECT, related_name="+")  # null: marked by people
    essay_rule = models.ForeignKey(EssayRule, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="exams_template_section_once"),
            models.CheckConstraint(condition=Q(count__gte=1, points__gte=1), name="exams_template_section_not_empty"),
            models.CheckConstraint(
                condition=Q(options_count=0) | Q(keys_min__gte=1, keys_max__gte=F("keys_min"), keys_max__lte=F("options_count")),
                name="exams_template_section_keys",
            ),
        ]

"""Levels and subjects of the licence exam, and the vocabularies of a career. DOMAIN §2."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Level of the licence."""

    JUNIOR = "junior", _("助理社会工作师")
    MIDDLE = "middle", _("社会工作师")
    SENIOR = "senior", _("高级社会工作师")


class Subject(models.TextChoices):
    """The subjects of the licence exam (DOMAIN §2); items, papers and scores name the same six."""

    COMPREHENSIVE_JUNIOR = "comprehensive_junior", _("社会工作综合能力（初级）")
    PRACTICE_JUNIOR = "practice_junior", _("社会工作实务（初级）")
    COMPREHENSIVE_MIDDLE = "comprehensive_middle", _("社会工作综合能力（中级）")
    LAW_MIDDLE = "law_middle", _("社会工作法规与政策")
    PRACTICE_MIDDLE = "practice_middle", _("社会工作实务（中级）")
    PRACTICE_SENIOR = "practice_senior", _("社会工作实务（高级）")


class EducationKind(models.TextChoices):
    """毕业 counts for the exam; 结业 and 肄业 do not."""

    GRADUATED = "graduated", _("毕业")
    COMPLETED = "completed", _("结业")
    INCOMPLETE = "incomplete", _("肄业")


class ScoreOutcome(models.TextChoices):
    SCORED = "scored", _("有成绩")
    ABSENT = "absent", _("缺考")
    VIOLATION = "violation", _("违纪")


class RegistrationKind(models.TextChoices):
    FIRST = "first", _("首次登记")
    RENEWED = "renewed", _("再登记")


class DesignationKind(models.TextChoices):
    SUPERVISOR = "supervisor", _("督导")
    SUPERVISION_TEAM = "supervision_team", _("本土督导培训团队")
    SENIOR_TALENT = "senior_talent", _("高级社会工作人才")
    LEADING_TALENT = "leading_talent", _("社会工作领军人才")
    TRAINER = "trainer", _("师资")


LEVEL_OF = {
    Subject.COMPREHENSIVE_JUNIOR: Level.JUNIOR,
    Subject.PRACTICE_JUNIOR: Level.JUNIOR,
    Subject.COMPREHENSIVE_MIDDLE: Level.MIDDLE,
    Subject.LAW_MIDDLE: Level.MIDDLE,
    Subject.PRACTICE_MIDDLE: Level.MIDDLE,
    Subject.PRACTICE_SENIOR: Level.SENIOR,
}
SUBJECTS_OF = {level: tuple(s for s, its in LEVEL_OF.items() if its == level) for level in Level}

"""Course → module → lesson as Wagtail pages. Trainers write them in the admin; who studied what stands in ``study``."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models import BasePage
from courses.blocks import check_blocks, lesson_blocks
from courses.fields import LessonBodyField
from courses.states import LessonKind


class CourseIndexPage(BasePage):
    """The place in the tree under which courses stand; shows the catalogue."""

    max_count = 1
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("课程目录")


class CoursePage(BasePage):
    """One online course. Its identity in the ledger is ``uuid``, which translations of it share. No personal data.

    The completion rule is data here: how many of the required lessons, and how much study time is credited at most.
    """

    audience = models.CharField(_("适合对象"), max_length=200, blank=True, help_text=_("例如：乡镇（街道）社会救助经办人员。"))
    open_to_public = models.BooleanField(
        _("不登录也可阅读"), default=False, help_text=_("勾选后任何人可读课文；学习时长和随堂检测仍需登录后才记录。")
    )
    completion_percent = models.PositiveSmallIntegerField(
        _("结课要求：学完必修课的比例（%）"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("学员学完达到这一比例的必修课，即为学完本课程。"),
    )
    credit_limit_percent = models.PositiveSmallIntegerField(
        _("每课累计计时上限（占建议时长%）"),
        default=300,
        validators=[MinValueValidator(100), MaxValueValidator(1000)],
        help_text=_("同一课反复学习，累计计入的时长不超过建议时长的这一比例。"),
    )

    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.ModulePage"]

    class Meta:
        verbose_name = _("课程")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completion_percent__gte=1, completion_percent__lte=100), name="courses_course_completion_percent"
            ),
            models.CheckConstraint(condition=models.Q(credit_limit_percent__gte=100), name="courses_course_credit_limit"),
        ]

    @property
    def uuid(self) -> uuid.UUID:
        return self.translation_key


class ModulePage(BasePage):
    """A module (单元) of a course: an ordered handful of lessons."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]

    class Meta:
        verbose_name = _("单元")


class LessonPage(BasePage):
    """One lesson: a policy interpretation or a practice exercise, read in one sitting. No personal data."""

    kind = models.CharField(_("类型"), max_length=12, choices=LessonKind, default=LessonKind.POLICY)
    estimated_minutes = models.PositiveSmallIntegerField(
        _("建议时长（分钟）"), default=10, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    required_minutes = models.PositiveSmallIntegerField(
        _("学完至少需要（分钟）"), default=0, help_text=_("累计学习达到这一时长才能标记为学完；0 表示不要求。")
    )
    daily_limit_minutes = models.PositiveSmallIntegerField(
        _("每日计时上限（分钟）"), default=0, help_text=_("同一天内本课最多计入的时长；0 表示建议时长的两倍。")
    )
    is_required = models.BooleanField(_("必修"), default=True)
    check_required = models.BooleanField(_("须答对随堂检测"), default=True, help_text=_("有随堂检测时，全部答对才能标记为学完。"))
    body = LessonBodyField(lesson_blocks(), blank=True, verbose_name=_("课文"))
    checks = LessonBodyField(check_blocks(), blank=True, verbose_name=_("随堂检测"))

    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("课文")
        constraints = [
            models.CheckConstraint(condition=models.Q(estimated_minutes__gte=1), name="courses_lesson_minutes_positive"),
            models.CheckConstraint(condition=models.Q(kind__in=LessonKind.values), name="courses_lesson_kind_known"),
        ]

    @property
    def uuid(self) -> uuid.UUID:
        return self.translation_key

    @property
    def daily_limit(self) -> int:
        return self.daily_limit_minutes or self.estimated_minutes * 2

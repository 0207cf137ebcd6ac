"""Course → module → lesson as Wagtail pages. Trainers write them in the admin; who studied what stands in ``study``."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from cms.fields import BodyField
from cms.models import BasePage
from courses.blocks import check_blocks, lesson_blocks
from courses.states import LessonKind


class LearningPage(BasePage):
    """Pages of courses are shown by the views of this room, at short addresses that stay when a page is moved. Abstract.

    Who may read them is said by the course itself, so Wagtail's own page privacy is not offered.
    """

    private_page_options: list[str] = []

    class Meta:
        abstract = True

    def path_of_view(self) -> str:
        raise NotImplementedError

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        parts = super().get_url_parts(request)
        return None if parts is None else (parts[0], parts[1], self.path_of_view())

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.path_of_view())


class CourseIndexPage(LearningPage):
    """The place in the tree under which courses stand; shows the catalogue."""

    max_count = 1
    parent_page_types = ["cms.HomePage", "wagtailcore.Page"]
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("课程目录")
        verbose_name_plural = _("课程目录")

    def path_of_view(self) -> str:
        return reverse("courses:catalogue")


class CoursePage(LearningPage):
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
    search_fields = [*BasePage.search_fields, index.SearchField("audience")]
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("audience"),
        MultiFieldPanel(
            [FieldPanel("open_to_public"), FieldPanel("completion_percent"), FieldPanel("credit_limit_percent")],
            heading=_("阅读与结课规则"),
        ),
    ]

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = _("课程")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completion_percent__gte=1, completion_percent__lte=100), name="courses_course_completion_percent"
            ),
            models.CheckConstraint(condition=models.Q(credit_limit_percent__gte=100), name="courses_course_credit_limit"),
        ]

    @property
    def uuid(self) -> uuid.UUID:
        return self.translation_key

    def path_of_view(self) -> str:
        return reverse("courses:course", args=[self.translation_key])


class ModulePage(LearningPage):
    """A module (单元) of a course: an ordered handful of lessons."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]

    class Meta:
        verbose_name = _("单元")
        verbose_name_plural = _("单元")

    def path_of_view(self) -> str:
        course = CoursePage.objects.only("translation_key").get(path=self.path[: -self.steplen])
        return f"{course.path_of_view()}#m{self.pk}"


class LessonPage(LearningPage):
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
    body = BodyField(lesson_blocks(), blank=True, verbose_name=_("课文"))
    checks = BodyField(check_blocks(), blank=True, verbose_name=_("随堂检测"))
    body_bytes = models.PositiveIntegerField(default=0, editable=False)  # what the text weighs, noted when it is published

    template = "courses/lesson_preview.html"
    parent_page_types = ["courses.ModulePage"]
    subpage_types: list[str] = []
    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.FilterField("kind")]
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("summary")], heading=_("这一课")),
        FieldPanel("body", help_text=_("政策解读课先写情境和结论，再引条文；实务课先给情境，再给步骤。一课读完不超过二十分钟。")),
        FieldPanel("checks", help_text=_("放在课文之后。每题写清解析，学员答错也能学到。")),
        MultiFieldPanel(
            [
                FieldPanel("estimated_minutes"),
                FieldPanel("required_minutes"),
                FieldPanel("daily_limit_minutes"),
                FieldPanel("is_required"),
                FieldPanel("check_required"),
            ],
            heading=_("时长与学完条件"),
        ),
    ]

    class Meta:
        verbose_name = _("课文")
        verbose_name_plural = _("课文")
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

    def path_of_view(self) -> str:
        return reverse("courses:lesson", args=[self.translation_key])

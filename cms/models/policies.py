"""Policies as objects: what courses, items and pages cite, with the state of the law at a date."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from lms.core.models import Record


class Policy(index.Indexed, Record):
    """One law, regulation, standard or notice. What is not known stays blank; ``certainty`` says how well it was checked."""

    PERSONAL: tuple[str, ...] = ()

    class Kind(models.TextChoices):
        LAW = "law", _("法律")
        REGULATION = "regulation", _("行政法规")
        RULE = "rule", _("部门规章和规范性文件")
        STANDARD = "standard", _("标准")
        LOCAL = "local", _("地方文件")

    class Status(models.TextChoices):
        IN_FORCE = "in_force", _("现行有效")
        AMENDED = "amended", _("现行有效（已修改）")
        COMING = "coming", _("尚未施行")
        REPEALED = "repealed", _("已废止或被替代")
        UNKNOWN = "unknown", _("待核对")

    class Certainty(models.TextChoices):
        CONFIRMED = "confirmed", _("已与官方文本核对")
        LIKELY = "likely", _("有一处可靠来源")
        CONFLICTING = "conflicting", _("来源不一致")
        UNCHECKED = "unchecked", _("未核对")

    title = models.CharField(_("名称"), max_length=200, help_text=_("全称，不加书名号。"))
    kind = models.CharField(_("类别"), max_length=12, choices=Kind, default=Kind.RULE)
    issuing_body = models.CharField(_("发布机关"), max_length=200, blank=True)
    document_number = models.CharField(_("文号"), max_length=100, blank=True, help_text=_("照原文填写；不确定时留空，不要推测。"))
    issued_on = models.DateField(_("公布日期"), null=True, blank=True)
    effective_from = models.DateField(_("施行日期"), null=True, blank=True)
    effective_to = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("有效的最后一天；现行有效的留空。"))
    status = models.CharField(_("效力"), max_length=12, choices=Status, default=Status.UNKNOWN)
    status_on = models.DateField(_("效力核对日"), null=True, blank=True, help_text=_("“效力”一栏是哪一天核对的。"))
    replaced_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces", verbose_name=_("被哪一件替代")
    )
    official_link = models.CharField(_("官方公布处"), max_length=300, blank=True, help_text=_("网址或公报期号，按文字显示。"))
    certainty = models.CharField(_("核对情况"), max_length=12, choices=Certainty, default=Certainty.UNCHECKED)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    search_fields = [
        index.SearchField("title", boost=4),
        index.AutocompleteField("title"),
        index.SearchField("document_number", boost=2),
        index.AutocompleteField("document_number"),
        index.SearchField("issuing_body"),
        index.SearchField("note"),
        index.FilterField("kind"),
        index.FilterField("status"),
        index.FilterField("issued_on"),
    ]

    class Meta:
        verbose_name = _("政策法规")
        verbose_name_plural = _("政策法规")
        ordering = (F("issued_on").desc(nulls_last=True), "title")
        constraints = [
            # a number belongs to one document
            models.UniqueConstraint(
                fields=["document_number"], condition=~Q(document_number=""), name="cms_policy_document_number_once"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_from__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="cms_policy_effective_ordered",
            ),
            # a document replaces another one, not itself
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")), name="cms_policy_not_replaced_by_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.document_number}）" if self.document_number else self.title

    def in_force_on(self, day: dt.date) -> bool | None:
        """Whether it was in force that day; ``None`` where the dates are not known."""
        if self.effective_from is None:
            return None
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

"""Enums of what follows marking: regrades and their state machine, learners' reports of faulty items. No tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Remedy(models.TextChoices):
    """What a regrade puts right."""

    KEYS = "keys", _("更正答案")
    VOID = "void", _("作废此题，人人得满分")


class RegradeState(models.TextChoices):
    PROPOSED = "proposed", _("待第二人批准")
    APPROVED = "approved", _("已批准，正在改分")
    APPLIED = "applied", _("已完成改分")
    REJECTED = "rejected", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


# from → where it may go; from ``approved`` on, papers that hold the item are marked by the correction
REGRADE_MOVES: dict[str, frozenset[str]] = {
    RegradeState.PROPOSED: frozenset({RegradeState.APPROVED, RegradeState.REJECTED, RegradeState.WITHDRAWN}),
    RegradeState.APPROVED: frozenset({RegradeState.APPLIED}),
    RegradeState.APPLIED: frozenset(),
    RegradeState.REJECTED: frozenset(),
    RegradeState.WITHDRAWN: frozenset(),
}
EFFECTIVE = (RegradeState.APPROVED, RegradeState.APPLIED)
REGRADE_EVENTS: dict[str, str] = {
    RegradeState.PROPOSED: "exams.regrade.proposed",
    RegradeState.APPROVED: "exams.regrade.approved",
    RegradeState.APPLIED: "exams.regrade.applied",
    RegradeState.REJECTED: "exams.regrade.rejected",
    RegradeState.WITHDRAWN: "exams.regrade.withdrawn",
}


class FaultKind(models.TextChoices):
    """What a learner thinks is wrong with an item."""

    KEY = "key", _("答案可能有误")
    UNCLEAR = "unclear", _("题干或选项表述不清")
    OUTDATED = "outdated", _("法规或大纲已变化")
    TYPO = "typo", _("错别字、排版问题")
    OTHER = "other", _("其他")


class ReportState(models.TextChoices):
    OPEN = "open", _("等待答复")
    EXPLAINED = "explained", _("已说明：题目无误")
    ACCEPTED = "accepted", _("已采纳：题目已停用")
    REGRADED = "regraded", _("已采纳：已提出改分")


# an answer closes a report for good; a learner who is not content writes a new one
REPORT_ANSWERS = (ReportState.EXPLAINED, ReportState.ACCEPTED, ReportState.REGRADED)

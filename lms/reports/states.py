"""The vocabulary of approval and its state machine as data: a period's report from the county to the province's lock."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.core.roles import OFFICE, Role


class Status(models.TextChoices):
    SUBMITTED = "submitted", _("已报送，待审核")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已审核")
    LOCKED = "locked", _("已锁定")


S = Status
STANDING = (S.SUBMITTED, S.ACCEPTED, S.LOCKED)  # at most one of a division and period
APPROVERS = (Role.REGIONAL_ADMIN, Role.REVIEWER)
SUBMITTERS = tuple(OFFICE)
# from → to: (the act, who may, the audit event it writes). The documented diagram is generated from this table.
TRANSITIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("", S.SUBMITTED): ("submit", "填报单位（下级全部审核后）", "reports.submission.submitted"),
    (S.SUBMITTED, S.RETURNED): ("return_submission", "上级审核人，附原因", "reports.submission.returned"),
    (S.ACCEPTED, S.RETURNED): ("return_submission", "上级审核人，附原因；上级汇总已报送的不退", "reports.submission.returned"),
    (S.SUBMITTED, S.ACCEPTED): ("accept", "上级审核人，不是填报人", "reports.submission.accepted"),
    (S.SUBMITTED, S.LOCKED): ("lock", "省级审核人，不是填报人；锁定全省", "reports.submission.locked"),
    (S.ACCEPTED, S.LOCKED): ("lock", "随省级锁定", "reports.submission.locked"),
}


def may_move(now: str, to: str) -> bool:
    return (now, to) in TRANSITIONS


class TokenScope(models.TextChoices):
    """What a token of the interface may read."""

    FIGURES = "figures:read", _("数字")
    LINES = "lines:read", _("数字背后的记录（编号，不含姓名）")
    PERIODS = "periods:read", _("各期报送、审核与封印")
    PIPELINE = "pipeline:read", _("人才转化")

"""Enums and state machines of sittings, rulings and practice, as data. No tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.roles import Role

# who runs sittings and watches over them; who rules on an attempt; who may void one
SITTING_STAFF = frozenset({Role.CLASS_MANAGER, Role.TRAINER, Role.REGIONAL_ADMIN})
RULERS = frozenset({Role.CLASS_MANAGER, Role.REGIONAL_ADMIN, Role.REVIEWER})
VOIDERS = frozenset({Role.REGIONAL_ADMIN, Role.REVIEWER})


class Band(models.TextChoices):
    EASY = "easy", _("易")
    MEDIUM = "medium", _("中")
    HARD = "hard", _("难")


class SittingState(models.TextChoices):
    DRAFT = "draft", _("筹备中")
    ANNOUNCED = "announced", _("已公布")
    CLOSED = "closed", _("已结束")
    RELEASED = "released", _("成绩已公布")
    CANCELLED = "cancelled", _("已取消")


# (from, to) → the service, who may, the audit event
SITTING_TRANSITIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    (SittingState.DRAFT, SittingState.ANNOUNCED): ("announce_sitting", "sitting staff", "exams.sitting.announced"),
    (SittingState.DRAFT, SittingState.CANCELLED): ("cancel_sitting", "sitting staff", "exams.sitting.cancelled"),
    (SittingState.ANNOUNCED, SittingState.CANCELLED): ("cancel_sitting", "sitting staff", "exams.sitting.cancelled"),
    (SittingState.ANNOUNCED, SittingState.CLOSED): ("close_sitting", "sitting staff", "exams.sitting.closed"),
    (SittingState.CLOSED, SittingState.RELEASED): ("release_sitting", "sitting staff", "exams.sitting.released"),
}


class Audience(models.TextChoices):
    DIVISION = "division", _("本区划的学员")
    CLASS = "class", _("一个培训班的学员")
    PROGRAMME = "programme", _("一个项目的参加人")
    LIST = "list", _("指定名单")


class Outcome(models.TextChoices):
    """What a human ruling decides about an attempt. What each does stands in ``OUTCOMES``."""

    CLEAR = "clear", _("情况正常，不作处理")
    REMINDED = "reminded", _("提醒考生，成绩不变")
    COUNT_LATE = "count_late", _("迟到答案计入")
    DROP_LATE = "drop_late", _("迟到答案不计")
    VOIDED = "voided", _("本次作答作废，不计成绩")
    RESTORED = "restored", _("撤销作废，恢复成绩")


# outcome → (who may, names answers, the audit event)
OUTCOMES: dict[str, tuple[frozenset[Role], bool, str]] = {
    Outcome.CLEAR: (RULERS, False, "exams.attempt.cleared"),
    Outcome.REMINDED: (RULERS, False, "exams.attempt.reminded"),
    Outcome.COUNT_LATE: (RULERS, True, "exams.attempt.late_counted"),
    Outcome.DROP_LATE: (RULERS, True, "exams.attempt.late_dropped"),
    Outcome.VOIDED: (VOIDERS, False, "exams.attempt.voided"),
    Outcome.RESTORED: (VOIDERS, False, "exams.attempt.restored"),
}


class PracticeMode(models.TextChoices):
    CHAPTER = "chapter", _("按章练习")
    WRONG = "wrong", _("错题重练")
    FAVOURITE = "favourite", _("收藏题练习")

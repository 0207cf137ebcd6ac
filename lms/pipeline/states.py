"""The stages of DOMAIN §6 and the ways out of them, as data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.IntegerChoices):
    ON_BOOKS = 0, _("在册干部")
    IN_DUTIES = 1, _("从业")
    TRAINED = 2, _("已参训")
    CULTIVATED = 3, _("培养中")
    ELIGIBLE = 4, _("具备报考资格")
    REGISTERED_FOR_EXAM = 5, _("已报考（部分合格）")
    LICENSED = 6, _("持证")
    REGISTERED = 7, _("已登记")
    IN_POST = 8, _("持证在岗")
    EDUCATION_MET = 9, _("继续教育达标")
    SENIOR = 10, _("督导、高级人才")


class Exit(models.TextChoices):
    """Why a spell ended. The first five are side exits; the others are the natural end."""

    WINDOW_LAPSED = "window_lapsed", _("合格成绩已过有效期")
    NOT_PASSED = "not_passed", _("当年未通过")
    REGISTRATION_EXPIRED = "registration_expired", _("登记已到期")
    POST_ENDED = "post_ended", _("已离岗")
    CULTIVATION_ENDED = "cultivation_ended", _("中途退出培养")
    CULTIVATION_COMPLETED = "cultivation_completed", _("培养期满合格")
    LEFT_BOOKS = "left_books", _("不再在册")
    PERIOD_OVER = "period_over", _("登记周期结束")


SIDE_EXITS = (
    Exit.WINDOW_LAPSED,
    Exit.NOT_PASSED,
    Exit.REGISTRATION_EXPIRED,
    Exit.POST_ENDED,
    Exit.CULTIVATION_ENDED,
)


class Aspect(models.TextChoices):
    """What a spell of a stage says. ``enrolled`` is the wider one of stage 3: in a cultivation programme, supervised or not."""

    MAIN = "", _("达到本阶段")
    ENROLLED = "enrolled", _("已入培养项目")


class ConversionKind(models.TextChoices):
    """转化: what made the professional."""

    LICENCE = "licence", _("取得职业资格证书")
    DEGREE = "degree", _("取得社会工作相关学历")

"""The texts a person is asked to agree to, each with its version and the day it came into force. Data; old versions stay.

Written after 个人信息保护法 articles 13, 14, 17, 29 and 30: what is collected, why, how long, and separately for sensitive data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core import clock


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one text. ``required``: without it the training service cannot be given; others may be refused freely."""

    purpose: str
    version: str
    in_force_from: dt.date
    title: str | Promise
    paragraphs: tuple[str | Promise, ...]
    required: bool


TEXTS: tuple[ConsentText, ...] = (
    ConsentText(
        "training",
        "2025-06",
        dt.date(2025, 6, 1),
        _("培训与考核所需的个人信息"),
        (
            _(
                "为组织培训、记录学时、核发结业证书和编制培训台账，我们处理您的姓名、性别、民族、出生年月、学历、专业、工作单位、职务和联系电话。"
            ),
            _("这些信息由您所在地区的主管部门保管，只有负责您培训事务的人员可以查看，查看和修改均留有记录。"),
            _("您可以随时在“我的个人信息”中查看、导出、申请更正，或撤回同意。撤回不影响此前已经形成的培训记录。"),
        ),
        True,
    ),
    ConsentText(
        "identity_document",
        "2025-06",
        dt.date(2025, 6, 1),
        _("敏感个人信息：身份证件号码"),
        (
            _("身份证件号码只用于确认您是同一个人、防止重复登记，以及在结业证书上以遮盖形式显示。"),
            _("号码加密保存，页面上只显示遮盖后的形式；工作人员查看完整号码必须写明事由，并留有记录。"),
            _("您可以不同意。不同意时不能凭证件号码核对身份，结业证书上将不显示证件号码。"),
        ),
        False,
    ),
    ConsentText(
        "contact",
        "2025-06",
        dt.date(2025, 6, 1),
        _("以短信和电子邮件接收学习提醒"),
        (
            _("同意后，开班、考试和证书的提醒会发到您的手机或邮箱；不同意时，您仍可在站内消息中看到全部提醒。"),
            _("您可以随时撤回。"),
        ),
        False,
    ),
)


def purposes() -> list[str]:
    return list(dict.fromkeys(text.purpose for text in TEXTS))


def current(purpose: str, on: dt.date) -> ConsentText | None:
    """The version in force on a day; before the first version's day, the first."""
    versions = sorted((t for t in TEXTS if t.purpose == purpose), key=lambda t: t.in_force_from)
    if not versions:
        return None
    return next((t for t in reversed(versions) if t.in_force_from <= on), versions[0])


def text_of(purpose: str, version: str) -> ConsentText | None:
    return next((t for t in TEXTS if t.purpose == purpose and t.version == version), None)


def all_current(on: dt.date) -> list[ConsentText]:
    return [text for purpose in purposes() if (text := current(purpose, on))]


def edition() -> str:
    """All texts' versions in one word: it changes when a text does, and whoever answered the old ones is asked again."""
    return "+".join(f"{text.purpose}:{text.version}" for text in all_current(clock.today()))

"""The vocabulary of supervision and its two state machines as data: the record, and each supervisee's answer to it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SIGNED = "signed", _("督导已签字")
    SUPERSEDED = "superseded", _("已被更正版替代")
    DISCARDED = "discarded", _("草稿已放弃")


class Answer(models.TextChoices):
    PENDING = "pending", _("待确认")
    COUNTERSIGNED = "countersigned", _("已确认")
    DISPUTED = "disputed", _("有异议")


class Form(models.TextChoices):
    """形式."""

    INDIVIDUAL = "individual", _("个别督导")
    GROUP = "group", _("小组督导")
    PEER = "peer", _("同辈督导")
    LIVE = "live", _("现场督导")


class Function(models.TextChoices):
    """职能: administrative, educational, supportive; a session has one or more."""

    ADMINISTRATIVE = "administrative", _("行政性")
    EDUCATIONAL = "educational", _("教育性")
    SUPPORTIVE = "supportive", _("支持性")


class FollowUpResult(models.TextChoices):
    DONE = "done", _("已完成")
    GOING_ON = "going_on", _("继续跟进")
    DROPPED = "dropped", _("不再进行")


S, A = SessionStatus, Answer
# from → to: (the act, who may, the audit event it writes). The documented diagram is generated from these two tables.
SESSION_TRANSITIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    (S.DRAFT, S.SIGNED): ("sign_session", "supervisor", "supervision.session.signed"),
    (S.DRAFT, S.DISCARDED): ("discard_session", "supervisor", "supervision.session.discarded"),
    (S.SIGNED, S.SUPERSEDED): ("sign_session", "supervisor", "supervision.session.superseded"),
}
ANSWER_TRANSITIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    (A.PENDING, A.COUNTERSIGNED): ("countersign", "supervisee", "supervision.session.countersigned"),
    (A.PENDING, A.DISPUTED): ("dispute", "supervisee", "supervision.session.disputed"),
    (A.DISPUTED, A.COUNTERSIGNED): ("countersign", "supervisee", "supervision.session.countersigned"),
}
STANDING = (S.DRAFT, S.SIGNED)  # versions that speak for the meeting


def may_move(table: dict[tuple[str, str], tuple[str, str, str]], now: str, to: str) -> bool:
    return (now, to) in table

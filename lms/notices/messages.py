"""The messages the system sends, as data: what each kind is called, says, and by which channels it may leave the site.

A room that tells somebody something names a kind; texts with placeholders are filled by ``render``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Template:
    """``outside``: whether the message may leave the site at all (its text then names no sensitive fact)."""

    kind: str
    label: Text
    title: Text
    body: Text
    outside: bool = True


TEMPLATES: tuple[Template, ...] = (
    Template("class.enrolled", _("报名入班"), _("您已报名%(class)s"), _("开班日期：%(starts_on)s。地点与课次见班次页面。")),
    Template("class.withdrawn", _("退出班次"), _("您已退出%(class)s"), _("已有的考勤保留。如有疑问请联系班主任。")),
    Template(
        "class.moved", _("开班日期变更"), _("%(class)s的开班日期有变"), _("现定于%(starts_on)s至%(ends_on)s。课次见班次页面。")
    ),
    Template(
        "class.session_soon",
        _("开课提醒"),
        _("%(class)s将于%(starts_at)s开课"),
        _("课次：%(session)s。地点：%(place)s。请按时签到。"),
    ),
    Template(
        "class.session_changed", _("课次变更"), _("%(class)s的课次有变"), _("%(session)s：现定于%(starts_at)s，地点：%(place)s。")
    ),
    Template(
        "class.session_cancelled", _("课次取消"), _("%(class)s有一个课次取消"), _("%(session)s（原定%(starts_at)s）不再举办。")
    ),
    Template("class.closed", _("班次结业"), _("%(class)s已结业"), _("您的出勤与考核结果已可查看。")),
    Template("class.cancelled", _("班次取消"), _("%(class)s已取消"), _("原定%(starts_on)s开班。如有疑问请联系班主任。")),
    Template(
        "class.seat_freed",
        _("候补递补"),
        _("%(class)s有了您的名额"),
        _("开班日期：%(starts_on)s。进展见报名页面。"),
    ),
    Template(
        "class.sign_up_approved",
        _("报名通过"),
        _("%(class)s的报名已通过单位审核"),
        _("开班日期：%(starts_on)s。进展见报名页面。"),
    ),
    Template("class.sign_up_declined", _("报名未通过"), _("%(class)s的报名未通过"), _("原因：%(reply)s"), outside=False),
    Template("class.sign_up_lapsed", _("报名失效"), _("%(class)s的报名已失效"), _("班次已结束或取消，您的报名不再候补。")),
    Template("class.leave_decided", _("请假答复"), _("您在%(class)s的请假已有答复"), _("%(session)s：%(answer)s。")),
    Template("exam.opened", _("考试开放"), _("%(paper)s已开放作答"), _("截止时间：%(closes_at)s。")),
    Template("exam.marked", _("成绩公布"), _("%(paper)s的成绩已公布"), _("请登录查看成绩与解析。")),
    Template("exam.timed_out", _("到时交卷"), _("%(paper)s已到时自动交卷"), _("已保存的作答全部有效，请登录查看。")),
    Template(
        "exam.sitting_moved", _("考试改期"), _("%(sitting)s的时间或地点有变"), _("开始时间：%(starts_at)s。地点：%(place)s。")
    ),
    Template("exam.sitting_cancelled", _("考试取消"), _("%(sitting)s已取消"), _("原因：%(reason)s")),
    Template("exam.granted", _("考试安排调整"), _("%(sitting)s：您的个人安排已调整"), _("请登录查看延时或增加的作答次数。")),
    Template("exam.ruled", _("作答处理结果"), _("您在%(paper)s的作答有处理结果"), _("请登录查看处理结果和理由。")),
    Template(
        "exam.regraded",
        _("成绩更正"),
        _("%(paper)s的成绩已更正"),
        _("第 %(number)s 题已改分，您的总分由 %(before)s 分改为 %(after)s 分。%(outcome)s原因：%(reason)s"),
    ),
    Template("item.returned", _("试题退回修改"), _("您写的试题 %(code)s 被要求修改"), _("审核意见：%(text)s"), outside=False),
    Template("item.approved", _("试题审核通过"), _("您写的试题 %(code)s 已审核通过"), _("发布后开始使用。"), outside=False),
    Template("item.resubmitted", _("试题再次送审"), _("试题 %(code)s 修改后再次送审"), _("作者：%(text)s"), outside=False),
    Template("item.commented", _("试题有新意见"), _("您写的试题 %(code)s 有新的意见"), _("意见：%(text)s"), outside=False),
    Template("exam.fault_answered", _("报错答复"), _("您报告的试题已有答复"), _("处理结果：%(outcome)s。%(answer)s")),
    Template("supervision.to_countersign", _("督导待确认"), _("有一次督导记录待您签字确认"), _("日期：%(held_on)s。")),
    Template(
        "supervision.disputed",
        _("督导有异议"),
        _("有督导对象对一次督导记录提出异议"),
        _("日期：%(held_on)s。请查看并更正，或当面说明。"),
    ),
    Template("certificate.issued", _("证书发放"), _("您的证书已签发"), _("证书编号：%(number)s。登录后可下载。")),
    Template("certificate.voided", _("证书作废"), _("您的一份证书已作废"), _("证书编号：%(number)s。如有疑问请联系发证单位。")),
    Template(
        "report.monthly",
        _("每月统计报表"),
        _("%(place)s%(month)s培训统计报表"),
        _("%(figures)s（%(state)s）。登录后可下载%(files)s，可在“报送与审核”退订。"),
    ),
    Template(
        "report.monthly_ended",
        _("每月统计报表停发"),
        _("%(place)s的每月统计报表不再发给您"),
        _("您已不在%(place)s任职。如仍需要，请由该地区重新授予岗位后再订阅。"),
        outside=False,
    ),
    Template("job.done", _("任务完成"), _("%(title)s已完成"), _("结果可在任务页面查看。"), outside=False),
    Template("job.failed", _("任务未完成"), _("%(title)s未完成"), _("原因见任务页面，可重新运行。"), outside=False),
    Template("account.password_reset", _("登录方式已重置"), _("您的登录方式已由管理员重置"), _("如非本人申请，请立即联系管理员。")),
)
BY_KIND = {template.kind: template for template in TEMPLATES}


def render(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Title and body of a kind with its placeholders filled, in the language in force. ``KeyError`` names what is missing."""
    template = BY_KIND[kind]
    return str(template.title) % facts, str(template.body) % facts


def label_of(kind: str) -> str:
    return str(BY_KIND[kind].label) if kind in BY_KIND else ""


def may_leave(kind: str) -> bool:
    return BY_KIND[kind].outside if kind in BY_KIND else True

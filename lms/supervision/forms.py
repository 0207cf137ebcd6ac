"""The record form: made for a phone, filled from the last meeting's group, turned into what the service takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.ledger.kinds import Mode
from lms.people.models import Person
from lms.programmes.models import Participation
from lms.supervision.models import Action, Agreement, ContentTag, SupervisionSession
from lms.supervision.states import FollowUpResult, Form, Function

ACTION_ROWS = 3
HERE, ABSENT, OUT = "here", "absent", "out"
SEATS = [(HERE, _("到场")), (ABSENT, _("缺席")), (OUT, _("本次不参加"))]


class RecordForm(forms.Form):
    """One meeting. Seats, follow-ups and actions are numbered fields, laid out by ``seats``, ``follow_ups`` and ``actions``."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    held_on = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("结束"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    mode = forms.ChoiceField(label=_("方式"), choices=[(m.value, m.label) for m in (Mode.FACE_TO_FACE, Mode.ONLINE, Mode.PHONE)])
    place = forms.CharField(label=_("地点或平台"), max_length=120, required=False)
    form = forms.ChoiceField(label=_("形式"), choices=Form.choices)
    functions = forms.MultipleChoiceField(label=_("职能"), choices=Function.choices, widget=forms.CheckboxSelectMultiple)
    topic = forms.CharField(label=_("主题"), max_length=120)
    tags = forms.MultipleChoiceField(label=_("督导内容"), required=False, widget=forms.CheckboxSelectMultiple)
    linked_work = forms.CharField(
        label=_("相关个案、小组或活动"), max_length=120, required=False, help_text=_("写编号或代称，不写服务对象的姓名。")
    )
    discussion = forms.CharField(label=_("讨论内容"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    advice = forms.CharField(label=_("督导建议"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    supervisor_reflection = forms.CharField(label=_("督导者反思"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    names_checked = forms.BooleanField(label=_("已核对：文中没有服务对象的真实姓名和电话"), required=False)

    def __init__(
        self,
        *args: Any,
        supervisor: Person,
        agreements: Sequence[Agreement],
        open_actions: Sequence[Action],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.supervisor, self.known = supervisor, {str(a.pk): a for a in agreements}
        self.open_actions = {str(a.pk): a for a in open_actions}
        tags: Any = self.fields["tags"]
        tags.choices = list(ContentTag.objects.filter(valid_to__isnull=True).values_list("code", "name"))
        for pk, agreement in self.known.items():
            self.fields[f"seat_{pk}"] = forms.ChoiceField(
                label=agreement.supervisee.name, choices=SEATS, initial=self.initial.get(f"seat_{pk}", HERE)
            )
            self.fields[f"minutes_{pk}"] = forms.IntegerField(
                label=_("分钟"), required=False, min_value=1, max_value=720,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": _("全程")}),
            )  # fmt: skip
            self.fields[f"why_{pk}"] = forms.CharField(label=_("缺席原因"), required=False, max_length=120)
        for pk, action in self.open_actions.items():
            self.fields[f"follow_{pk}"] = forms.ChoiceField(
                label=action.text, required=False, choices=[("", _("本次未谈")), *FollowUpResult.choices]
            )
            self.fields[f"note_{pk}"] = forms.CharField(label=_("情况"), required=False, max_length=200)
        owners = [("", _("请选择")), (str(supervisor.pk), supervisor.name)]
        owners += [(str(a.supervisee_id), a.supervisee.name) for a in self.known.values()]
        for row in range(ACTION_ROWS):
            self.fields[f"action_{row}"] = forms.CharField(label=_("要做的事"), required=False, max_length=200)
            self.fields[f"owner_{row}"] = forms.ChoiceField(label=_("负责人"), required=False, choices=owners)
            self.fields[f"due_{row}"] = forms.DateField(
                label=_("期限"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )

    # -- for the page

    @property
    def seats(self) -> list[dict[str, Any]]:
        return [
            {"agreement": a, "seat": self[f"seat_{pk}"], "minutes": self[f"minutes_{pk}"], "why": self[f"why_{pk}"]}
            for pk, a in self.known.items()
        ]

    @property
    def follow_ups(self) -> list[dict[str, Any]]:
        return [{"action": a, "result": self[f"follow_{pk}"], "note": self[f"note_{pk}"]} for pk, a in self.open_actions.items()]

    @property
    def actions(self) -> list[dict[str, Any]]:
        return [{"text": self[f"action_{i}"], "owner": self[f"owner_{i}"], "due": self[f"due_{i}"]} for i in range(ACTION_ROWS)]

    # -- for the service

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in range(ACTION_ROWS):
            if cleaned.get(f"action_{row}") and not cleaned.get(f"owner_{row}"):
                self.add_error(f"owner_{row}", _("请选择负责人。"))
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", _("结束时间必须晚于开始时间。"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Keyword arguments of ``services.record_session``."""
        c = self.cleaned_data
        starts_at, ends_at = _moment(c["held_on"], c["starts"]), _moment(c["held_on"], c["ends"])
        whole = int((ends_at - starts_at).total_seconds()) // 60
        here = [(a, c.get(f"minutes_{pk}") or whole) for pk, a in self.known.items() if c[f"seat_{pk}"] == HERE]
        absent = [(a, c.get(f"why_{pk}") or "") for pk, a in self.known.items() if c[f"seat_{pk}"] == ABSENT]
        people = {str(a.supervisee_id): a.supervisee for a in self.known.values()} | {str(self.supervisor.pk): self.supervisor}
        plain = ("mode", "place", "form", "functions", "topic", "tags", "linked_work", "discussion", "advice")
        return {
            **{name: c[name] for name in (*plain, "supervisor_reflection", "names_checked")},
            "supervisor": self.supervisor,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "present": here,
            "absent": absent,
            "key": c.get("key") or None,
            "actions": [
                (people[c[f"owner_{i}"]], c[f"action_{i}"], c.get(f"due_{i}")) for i in range(ACTION_ROWS) if c[f"action_{i}"]
            ],
            "follow_ups": [
                (a, c[f"follow_{pk}"], c.get(f"note_{pk}") or "") for pk, a in self.open_actions.items() if c[f"follow_{pk}"]
            ],
        }


def _moment(day: dt.date, at: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, at))


def initial_from_last(last: SupervisionSession | None, agreements: Sequence[Agreement]) -> dict[str, Any]:
    """A new record begins with the last one's group, place, mode, form and hours, on today's date."""
    values: dict[str, Any] = {"held_on": clock.today(), "starts": dt.time(9), "ends": dt.time(11), "form": Form.GROUP}
    if len(agreements) == 1:
        values["form"] = Form.INDIVIDUAL
    if last is None:
        return values
    values |= {name: getattr(last, name) for name in ("mode", "place", "form", "functions")}
    values["starts"] = timezone.localtime(last.starts_at).time()
    values["ends"] = timezone.localtime(last.ends_at).time()
    group = set(last.attendances.values_list("supervisee_id", flat=True))
    return values | {f"seat_{a.pk}": HERE if a.supervisee_id in group else OUT for a in agreements}


def initial_of(session: SupervisionSession, agreements: Sequence[Agreement]) -> dict[str, Any]:
    """What a draft says, for writing it anew."""
    plain = ("mode", "place", "form", "functions", "topic", "linked_work", "discussion", "advice", "supervisor_reflection")
    values: dict[str, Any] = {name: getattr(session, name) for name in plain}
    values |= {
        "held_on": session.held_on,
        "starts": timezone.localtime(session.starts_at).time(),
        "ends": timezone.localtime(session.ends_at).time(),
        "tags": [tag.code for tag in session.tags.all()],
    }
    seats = {a.agreement_id: a for a in session.attendances.all()}
    for agreement in agreements:
        seat = seats.get(agreement.pk)
        values[f"seat_{agreement.pk}"] = OUT if seat is None else HERE if seat.present else ABSENT
        if seat is not None:
            values[f"minutes_{agreement.pk}"] = seat.minutes if seat.present and seat.minutes != session.minutes else None
            values[f"why_{agreement.pk}"] = seat.absent_reason
    for row, action in enumerate(list(session.actions.all())[:ACTION_ROWS]):
        values |= {f"action_{row}": action.text, f"owner_{row}": str(action.owner_id), f"due_{row}": action.due_on}
    for follow in session.follow_ups.all():
        values |= {f"follow_{follow.action_id}": follow.result, f"note_{follow.action_id}": follow.note}
    return values


class AnswerForm(forms.Form):
    reflection = forms.CharField(
        label=_("我的反思"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("这次督导对我的帮助、还没想清楚的地方。不写服务对象的姓名和证件号。"),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AmendForm(forms.Form):
    reason = forms.CharField(label=_("更正原因"), max_length=200)


class AgreementForm(forms.Form):
    participation = forms.ModelChoiceField(label=_("培养对象"), queryset=Participation.objects.none())
    supervisor = forms.ModelChoiceField(label=_("督导"), queryset=Person.objects.none())
    starts_on = forms.DateField(label=_("开始日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("结束日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, participations: Any, supervisors: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        taking_part: Any = self.fields["participation"]
        taking_part.queryset = participations
        taking_part.label_from_instance = lambda p: f"{p.person.name}（{p.person.division.name}，{p.programme.name}）"
        leading: Any = self.fields["supervisor"]
        leading.queryset = supervisors
        leading.label_from_instance = lambda p: f"{p.name}（{p.division.name}）"


class EndForm(forms.Form):
    ends_on = forms.DateField(label=_("最后一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("原因"), max_length=200)


class FilterForm(forms.Form):
    q = forms.CharField(label=_("督导、被督导者或主题"), required=False, max_length=40)
    state = forms.ChoiceField(
        label=_("确认情况"), required=False,
        choices=[("", _("全部")), ("waiting", _("待确认")), ("disputed", _("有异议")), ("settled", _("全部已确认"))],
    )  # fmt: skip

"""Forms of sittings, grants, rulings, blueprints: what those who run exams fill in."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exams.forms import DivisionChoice
from exams.models import Attempt, ExamSitting, Paper, PaperTemplate, SyllabusChapter, SyllabusEdition
from exams.selectors_sittings import papers_for_sittings
from exams.services import CellRow, late_answers
from exams.sitting_states import OUTCOMES, Audience, Band, Outcome
from exams.states import ItemKind
from lms.careers.states import Subject
from lms.core.actor import Actor
from lms.programmes import selectors as programmes
from lms.programmes.models import Programme

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SittingForm(DivisionChoice):
    title = forms.CharField(max_length=80, label=_("考次名称"))
    papers = forms.ModelMultipleChoiceField(
        queryset=Paper.objects.none(),
        label=_("试卷"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("可选 A、B 卷，按考位号轮流发放。选定后不再给学员练习，成绩公布后作为往期试卷开放。"),
    )
    starts_at = forms.DateTimeField(label=_("开始时间"), widget=MOMENT)
    ends_at = forms.DateTimeField(
        label=_("结束时间"), widget=MOMENT, help_text=_("每人的截止时间取“开始作答加作答时间”和结束时间中较早的。")
    )
    place = forms.CharField(max_length=120, label=_("地点"), required=False, help_text=_("不填：不限地点，线上作答。"))
    audience = forms.ChoiceField(label=_("谁可以参加"), choices=Audience.choices)
    class_uuid = forms.CharField(required=False, widget=forms.HiddenInput)
    class_title = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    programme = forms.ModelChoiceField(
        label=_("项目"), queryset=Programme.objects.none(), required=False, empty_label=_("不按项目")
    )
    seats = forms.IntegerField(label=_("考位数"), required=False, min_value=1, max_value=100000, help_text=_("不填则不限。"))
    sign_up_until = forms.DateTimeField(label=_("报名截止"), widget=MOMENT, required=False)
    max_attempts = forms.IntegerField(label=_("每人作答次数"), min_value=1, max_value=20, initial=1)
    latest_entry_minutes = forms.IntegerField(
        label=_("开考多少分钟后不能入场"), required=False, min_value=1, max_value=600, help_text=_("不填则不限。")
    )
    has_access_code = forms.BooleanField(label=_("需要入场码（考场公布）"), required=False)
    needs_check_in = forms.BooleanField(label=_("须先由监考人员签到"), required=False)
    notes = forms.CharField(label=_("考场规则和说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    field_order = (
        "title", "division", "papers", "starts_at", "ends_at", "place", "audience", "programme", "seats", "sign_up_until",
        "max_attempts", "latest_entry_minutes", "has_access_code", "needs_check_in", "notes",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, roles: Any, sitting: ExamSitting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, roles=roles, **kwargs)
        self.sitting = sitting
        self.fields["division"].required = True
        self.fields["papers"].queryset = papers_for_sittings(actor)  # type: ignore[attr-defined]
        self.fields["programme"].queryset = programmes.programmes_in(actor)  # type: ignore[attr-defined]
        if not (self.data.get("class_uuid") or self.initial.get("class_uuid")):
            audience = self.fields["audience"]
            audience.choices = [pair for pair in Audience.choices if pair[0] != Audience.CLASS]  # type: ignore[attr-defined]
        if sitting is not None:
            for name in ("division", "papers", "audience", "class_uuid", "class_title", "programme", "has_access_code"):
                del self.fields[name]

    @classmethod
    def initial_of(cls, sitting: ExamSitting) -> dict[str, Any]:
        names = (
            "title", "starts_at", "ends_at", "place", "seats", "sign_up_until", "max_attempts", "latest_entry_minutes",
            "needs_check_in", "notes",
        )  # fmt: skip
        kept = {name: getattr(sitting, name) for name in names}
        return {k: timezone.localtime(v) if isinstance(v, dt.datetime) else v for k, v in kept.items()}

    def clean_class_uuid(self) -> uuid.UUID | None:
        given = self.cleaned_data["class_uuid"]
        try:
            return uuid.UUID(given) if given else None
        except ValueError:
            raise forms.ValidationError(_("班次标识有误，请从班次页面重新安排。"))

    def clean_papers(self) -> list[Paper]:
        return sorted(self.cleaned_data["papers"], key=lambda paper: (paper.title, paper.pk))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("audience") == Audience.PROGRAMME and not cleaned.get("programme"):
            self.add_error("programme", _("请选择项目。"))
        return cleaned


class GrantForm(forms.Form):
    """Extra time, a later end, more attempts for one candidate; never without a reason."""

    extra_minutes = forms.IntegerField(label=_("延长分钟数"), required=False, min_value=0, max_value=600)
    window_ends_at = forms.DateTimeField(
        label=_("个人截止时间"), required=False, widget=MOMENT, help_text=_("需要晚于考试结束时间时填写。")
    )
    extra_attempts = forms.IntegerField(label=_("增加作答次数"), required=False, min_value=0, max_value=10)
    reason = forms.CharField(label=_("理由"), max_length=200, help_text=_("考生会看到。不写疾病、残疾等细节。"))

    def granted(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "extra_minutes": cleaned["extra_minutes"] or 0,
            "extra_attempts": cleaned["extra_attempts"] or 0,
            "window_ends_at": cleaned["window_ends_at"],
            "reason": cleaned["reason"],
        }


class RulingForm(forms.Form):
    """What is decided, about which late answers, and why."""

    outcome = forms.ChoiceField(label=_("处理"), widget=forms.RadioSelect)
    numbers = forms.TypedMultipleChoiceField(label=_("迟到的答案"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("考生会看到，请写明事实和依据。")
    )

    def __init__(self, *args: Any, attempt: Attempt, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        late = late_answers(attempt)
        allowed = [(o.value, o.label) for o in Outcome if actor.covers(attempt.division.path, *OUTCOMES[o][0])]
        hidden = {Outcome.VOIDED} if attempt.voided_at else {Outcome.RESTORED}
        if not late:
            hidden |= {Outcome.COUNT_LATE, Outcome.DROP_LATE}
        self.fields["outcome"].choices = [pair for pair in allowed if pair[0] not in hidden]  # type: ignore[attr-defined]
        self.fields["numbers"].choices = [  # type: ignore[attr-defined]
            (number, _("第 %(number)s 题（%(answer)s）%(state)s") % {
                "number": number, "answer": "".join(kept["answer"]) or "—",
                "state": _("现计入") if kept["counts"] else _("现不计"),
            })
            for number, kept in late.items()
        ]  # fmt: skip
        if not late:
            del self.fields["numbers"]


class BlueprintForm(DivisionChoice):
    title = forms.CharField(max_length=80, label=_("细目表名称"))
    template = forms.ModelChoiceField(
        label=_("试卷模板"),
        queryset=PaperTemplate.objects.filter(valid_to__isnull=True),
        required=False,
        empty_label=_("不用模板，自定结构"),
        help_text=_("选模板：各行的题数须与模板一致，评分规则按模板。"),
    )
    subject = forms.ChoiceField(label=_("考试科目"), required=False, choices=[("", _("按模板")), *Subject.choices])
    edition = forms.ModelChoiceField(
        label=_("大纲版本"), queryset=SyllabusEdition.objects.all(), required=False, empty_label=_("不限")
    )
    law_as_of = forms.DateField(
        label=_("法规截至日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("早于这一天核对的法规题视为过时，不抽。"),
    )
    duration_minutes = forms.IntegerField(label=_("作答分钟数"), required=False, min_value=1, max_value=600)
    pass_percent = forms.IntegerField(label=_("合格分占满分的百分比"), min_value=0, max_value=100, initial=60)
    rest_papers = forms.IntegerField(
        label=_("最近几份试卷用过的题暂不抽"), min_value=0, max_value=50, initial=0, help_text=_("0：不限制。")
    )
    max_rate_percent = forms.IntegerField(
        label=_("一年内出现在超过百分之几的试卷里就暂不抽"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("不填则不限制。"),
    )

    field_order = ("title", "template", "subject", "division", "edition")


class CellForm(forms.Form):
    """One line of a blueprint; a line without a count is left out."""

    kind = forms.ChoiceField(label=_("题型"), choices=[pair for pair in ItemKind.choices if pair[0] != ItemKind.CASE])
    chapters = forms.ModelMultipleChoiceField(
        label=_("章节"), queryset=SyllabusChapter.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    band = forms.ChoiceField(label=_("难度"), required=False, choices=[("", _("不限")), *Band.choices])
    count = forms.IntegerField(label=_("题数"), required=False, min_value=1, max_value=500)
    points = forms.DecimalField(label=_("每题分值"), required=False, min_value=Decimal("0.01"), max_digits=6, decimal_places=2)

    def __init__(self, *args: Any, chapters: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chapters"].queryset = chapters  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("count") and not cleaned.get("points"):
            self.add_error("points", _("请填写每题分值。"))
        return cleaned

    def row(self) -> CellRow | None:
        cleaned = self.cleaned_data
        if not cleaned.get("count"):
            return None
        return CellRow(cleaned["kind"], cleaned["count"], int(cleaned["points"] * 100), tuple(cleaned["chapters"]), cleaned["band"])


class DrawForm(forms.Form):
    """How many parallel papers, under which name, from which seed."""

    title = forms.CharField(label=_("试卷名称"), max_length=70)
    count = forms.TypedChoiceField(
        label=_("平行卷份数"),
        coerce=int,
        choices=[(n, str(n)) for n in range(1, 7)],
        help_text=_("两份即 A、B 卷：难度相当，重题最少。"),
    )
    seed = forms.IntegerField(
        label=_("随机种子"),
        required=False,
        min_value=0,
        max_value=2**31,
        help_text=_("不填则随机。题库不变时，同一种子抽出同样的题。"),
    )
    is_reserved = forms.BooleanField(label=_("留作考试用，不给学员练习"), required=False, initial=True)

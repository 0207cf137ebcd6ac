"""Forms of the office's pages. They check shape; what may be done is the services' business."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates import selectors as certificates
from courses.models import CourseSession, TrainingClass
from courses.selectors import trainers
from courses.states import SessionKind
from lms.accounts.roles import OFFICE
from lms.core import clock
from lms.core.actor import Actor
from lms.ledger.kinds import Mode
from lms.people import selectors as people
from lms.places import selectors as places
from lms.places.forms import DivisionField
from lms.places.rules import upwards
from lms.programmes.models import Category, Funder, Programme


def date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def topics_of(text: str) -> list[str]:
    """Short texts divided by 、 or a comma."""
    return [topic.strip()[:30] for topic in text.replace("，", "、").replace(",", "、").split("、") if topic.strip()]


_BY_NAME = ("division", "organiser", "host", "categories")


_PARTS = (
    (_("班次"), ("title", "code", "term", "division", "starts_on", "ends_on")),
    (_("单位、经费和依据"), ("organiser", "host", "programme", "funder", "document_number", "planned_heads")),
    (_("对象和报名"), ("category", "categories", "capacity", "needs_approval", "sign_up_opens_at", "sign_up_closes_at")),
    (_("考勤和结业"), ("attendance_floor_percent", "dwell_floor_percent", "needs_check_out")),
)


def _only_issuer(actor: Actor) -> str:
    """The organisation whose certificates this office issues, when there is no choice: a class without one issues none."""
    names = list(certificates.issuers_in(actor).values_list("organisation__name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


class ClassForm(forms.Form):
    code = forms.CharField(label=_("班次编号"), max_length=40, help_text=_("全系统唯一，例如 LD-2026-01；导入名册和发证时用它。"))
    title = forms.CharField(label=_("班次名称"), max_length=120)
    term = forms.CharField(label=_("期次"), max_length=40, required=False, help_text=_("例如：第一期。"))
    division = DivisionField(label=_("举办地"))
    organiser = forms.CharField(
        label=_("主办单位"), max_length=120, required=False, help_text=_("写全称，须已在“机构”里登记；结业证书由它颁发。")
    )
    host = forms.CharField(label=_("承办单位"), max_length=120, required=False, help_text=_("与主办单位相同的可不填。"))
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("所属项目"), required=False)
    funder = forms.ModelChoiceField(Funder.objects.none(), label=_("项目来源"), required=False)
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("默认对象类别"), required=False, help_text=_("名单里没有写明类别的学员按它统计。")
    )
    categories = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        label=_("报名可选的对象类别"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("可选几个；每位学员报名时选其中一个。都不选则用默认类别。"),
    )
    starts_on = forms.DateField(label=_("开始日期"), widget=date_input())
    ends_on = forms.DateField(label=_("结束日期"), widget=date_input())
    capacity = forms.IntegerField(label=_("名额"), required=False, min_value=1, max_value=100_000, help_text=_("留空表示不限。"))
    planned_heads = forms.IntegerField(
        label=_("计划人数"), required=False, min_value=1, max_value=100_000, help_text=_("计划文件上的人数，只用于统计对照。")
    )
    sign_up_opens_at = forms.DateTimeField(
        label=_("报名开始"), required=False, widget=_moment(), help_text=_("不开放网上报名的，两个时间都留空。")
    )
    sign_up_closes_at = forms.DateTimeField(label=_("报名截止"), required=False, widget=_moment())
    needs_approval = forms.BooleanField(label=_("报名须经学员所在单位审核"), required=False)
    needs_check_out = forms.BooleanField(label=_("须签退，出勤时长按签到到签退计算"), required=False)
    dwell_floor_percent = forms.IntegerField(
        label=_("半天在场下限（%）"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("签退时在场不足这一比例，本半天不计出勤；留空表示不设。"),
    )
    attendance_floor_percent = forms.IntegerField(
        label=_("结业出勤下限（%）"),
        min_value=0,
        max_value=100,
        initial=80,
        help_text=_("出勤达到排定时长的这一比例即结业。"),
    )
    document_number = forms.CharField(label=_("文件依据"), max_length=80, required=False)

    def __init__(self, *args: Any, actor: Actor, training_class: TrainingClass | None = None, **kwargs: Any) -> None:
        if training_class is not None:
            kwargs["initial"] = {
                **{name: getattr(training_class, name) for name in self.base_fields if name not in _BY_NAME},
                "organiser": training_class.organiser.name if training_class.organiser else "",
                "host": training_class.host.name if training_class.host else "",
                "categories": list(training_class.categories.all()),
            }
        else:
            home = places.home_of(actor, *OFFICE)
            if home is not None:
                kwargs["initial"] = {"division": f"{home.code} {home.full_name or home.name}", "organiser": _only_issuer(actor)}
        super().__init__(*args, **kwargs)
        self.actor, self.training_class = actor, training_class
        if training_class is not None:
            del self.fields["code"], self.fields["division"]
            path = training_class.division.path
        else:
            self.fields["division"].narrow(actor=actor, roles=OFFICE)  # type: ignore[attr-defined]
            path = min(actor.paths(*OFFICE), key=len, default="/")
        above = Q(division__path__in=upwards(path))
        self.fields["programme"].queryset = Programme.objects.filter(above | Q(division__path__startswith=path))  # type: ignore[attr-defined]
        self.fields["funder"].queryset = Funder.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["category"].queryset = Category.objects.filter(above | Q(division=None), valid_to=None)  # type: ignore[attr-defined]
        self.fields["categories"].queryset = self.fields["category"].queryset  # type: ignore[attr-defined]
        for field in ("programme", "funder", "category", "categories"):
            if field != "categories":
                self.fields[field].empty_label = "—"  # type: ignore[attr-defined]
            self.fields[field].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        self.organisations = list(places.organisations_in(actor, *OFFICE).filter(closed_on=None).order_by("name")[:100])
        for field in ("organiser", "host"):
            self.fields[field].widget.attrs["list"] = "organisations"

    @property
    def parts(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in the order a clerk fills them in, under headings."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in _PARTS]

    def clean_organiser(self) -> Any:
        return self._organisation("organiser")

    def clean_host(self) -> Any:
        return self._organisation("host")

    def _organisation(self, field: str) -> Any:
        name = " ".join(self.cleaned_data[field].split())
        if not name:
            return None
        standing = getattr(self.training_class, field, None)
        if standing is not None and standing.name == name:
            return standing
        found = list(places.organisations_in(self.actor, *OFFICE).filter(name=name, closed_on=None)[:2])
        if len(found) != 1:
            raise ValidationError(_("没有找到名为“%(name)s”的机构，请先在“机构”里登记。"), params={"name": name})
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["dwell_floor_percent"] = cleaned.get("dwell_floor_percent") or 0
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", _("结束日期不能早于开始日期。"))
        return cleaned


class SessionForm(forms.Form):
    title = forms.CharField(label=_("课次名称"), max_length=120)
    kind = forms.ChoiceField(label=_("形式"), choices=SessionKind.choices, initial=SessionKind.LECTURE)
    day = forms.DateField(label=_("日期"), widget=date_input())
    starts = forms.TimeField(label=_("开始时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="09:00")
    ends = forms.TimeField(label=_("结束时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="12:00")
    mode = forms.ChoiceField(
        label=_("方式"), choices=[(m.value, m.label) for m in (Mode.FACE_TO_FACE, Mode.ONLINE)], initial=Mode.FACE_TO_FACE
    )
    place = forms.CharField(label=_("地点"), max_length=120, required=False, help_text=_("线上课写平台名称。"))
    trainer = forms.CharField(
        label=_("主讲人"),
        max_length=120,
        required=False,
        help_text=_("须已有人员档案；有同名的，写“姓名 手机号”。"),
    )
    other_trainers = forms.CharField(
        label=_("其他授课人"), max_length=300, required=False, help_text=_("几位一起授课的，用顿号隔开；各自计授课时长。")
    )
    topics = forms.CharField(label=_("主题"), max_length=300, required=False, help_text=_("多个主题用顿号或逗号隔开。"))

    def __init__(self, *args: Any, actor: Actor, session: CourseSession | None = None, **kwargs: Any) -> None:
        if session is not None:
            kwargs["initial"] = {
                "title": session.title,
                "kind": session.kind,
                "day": session.day,
                "starts": timezone.localtime(session.starts_at).time(),
                "ends": timezone.localtime(session.ends_at).time(),
                "mode": session.mode,
                "place": session.place,
                "trainer": session.trainer.name if session.trainer else "",
                "other_trainers": "、".join(p.name for p in session.other_trainers.all()),
                "topics": "、".join(session.topics),
            }
        super().__init__(*args, **kwargs)
        self.actor, self.session = actor, session

    def clean_trainer(self) -> Any:
        text = " ".join(self.cleaned_data["trainer"].split())
        standing = [self.session.trainer] if self.session is not None and self.session.trainer is not None else []
        return self._person(text, standing) if text else None

    def clean_other_trainers(self) -> list[Any]:
        standing = list(self.session.other_trainers.all()) if self.session is not None else []
        return [self._person(text, standing) for text in topics_of(self.cleaned_data["other_trainers"])]

    def _person(self, text: str, standing: list[Any]) -> Any:
        for person in standing:
            if person.name == text:
                return person
        name, _space, phone = text.partition(" ")
        rows = trainers.reachable(self.actor).filter(name=name)
        found = list((rows.filter(phone=phone) if phone else rows)[:2])
        if not found:
            raise ValidationError(_("您的管辖范围和师资库里没有“%(name)s”。"), params={"name": name})
        if len(found) > 1:
            raise ValidationError(_("有多位同名人员，请写成“姓名 手机号”。"))
        return found[0]

    def clean_topics(self) -> list[str]:
        return topics_of(self.cleaned_data["topics"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"day", "starts", "ends"} <= cleaned.keys():
            zone = timezone.get_current_timezone()
            cleaned["starts_at"] = dt.datetime.combine(cleaned["day"], cleaned["starts"], zone)
            cleaned["ends_at"] = dt.datetime.combine(cleaned["day"], cleaned["ends"], zone)
            if cleaned["ends_at"] <= cleaned["starts_at"]:
                self.add_error("ends", _("结束时间必须晚于开始时间。"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the services take."""
        names = ("title", "kind", "starts_at", "ends_at", "mode", "place", "trainer", "other_trainers", "topics")
        return {name: self.cleaned_data[name] for name in names}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class RosterForm(forms.Form):
    file = forms.FileField(label=_("名册文件"), help_text=_("Excel（xlsx、xls）或 CSV，最多 20 MB、10 万行；不设打开密码。"))
    give_accounts = forms.BooleanField(label=_("给没有账号的学员开通账号，生成一次性初始密码"), required=False, initial=True)


class LearnerForm(forms.Form):
    """Add one known person to a class."""

    who = forms.CharField(label=_("姓名，或“姓名 手机号”"), max_length=140)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_who(self) -> Any:
        name, _space, phone = " ".join(self.cleaned_data["who"].split()).partition(" ")
        rows = people.people_in(self.actor).filter(name=name)
        found = list((rows.filter(phone=phone) if phone else rows)[:2])
        if not found:
            raise ValidationError(_("您的管辖范围内没有“%(name)s”的人员档案；新学员请用名册导入。"), params={"name": name})
        if len(found) > 1:
            raise ValidationError(_("有多位同名人员，请写成“姓名 手机号”。"))
        return found[0]


class HeadCountForm(forms.Form):
    quantity = forms.IntegerField(label=_("未具名人数"), min_value=0, max_value=100_000)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class CloseSessionForm(forms.Form):
    cases_shared = forms.IntegerField(label=_("分享案例数"), min_value=0, max_value=1000, required=False)


def default_day(training_class: TrainingClass) -> dt.date:
    today = clock.today()
    return today if training_class.starts_on <= today <= training_class.ends_on else training_class.starts_on

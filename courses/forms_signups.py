"""Forms of signing up, leave, walk-ins, trainers and feedback. They check shape; what may be done is the services' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.forms import date_input, topics_of
from courses.models import ClassEnrolment, TrainerProfile, TrainingClass
from courses.models.trainers import SCALE
from courses.services import Share
from courses.states import CLASS_LIVE, WithdrawalKind
from lms.accounts.roles import OFFICE
from lms.core import clock
from lms.core.actor import Actor
from lms.people import selectors as people
from lms.places.forms import DivisionField
from lms.places.models import Division
from lms.places.selectors import children_of, home_of
from lms.programmes.models import Category


class SignUpForm(forms.Form):
    """Ask for a seat; the category only where the class offers several."""

    category = forms.ModelChoiceField(Category.objects.none(), label=_("对象类别"), empty_label=_("请选择"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False, help_text=_("例如：需要安排住宿。"))

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = training_class.categories.order_by("code")
        if offered.exists():
            self.fields["category"].queryset = offered  # type: ignore[attr-defined]
        else:
            del self.fields["category"]


class QuotaForm(forms.Form):
    """A number for each division below (and each one that has a share), of all categories and of each offered one."""

    division = DivisionField(label=_("另加一个地区"), required=False, help_text=_("表里没有的县区，写在这里。"))
    seats = forms.IntegerField(label=_("名额"), min_value=0, max_value=100_000, required=False)

    def __init__(self, *args: Any, training_class: TrainingClass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].within = training_class.division  # type: ignore[attr-defined]
        self.fields["division"]._tell_widget()  # type: ignore[attr-defined]
        standing = list(training_class.quotas.select_related("division", "category"))
        places = {d.pk: d for d in [*children_of(training_class.division), *(q.division for q in standing)]}
        self.places = sorted(places.values(), key=lambda d: (d.level, d.code))
        self.categories: list[Category | None] = [None, *training_class.categories.order_by("code")]
        given = {(q.division_id, q.category_id): q.seats for q in standing}
        self.names: dict[str, tuple[Division, Category | None]] = {}
        for place in self.places:
            for category in self.categories:
                name = f"q{place.pk}-{category.pk if category else 0}"
                label = f"{place.name} {category.name}" if category else place.name
                self.fields[name] = forms.IntegerField(
                    label=label,
                    min_value=0,
                    max_value=100_000,
                    required=False,
                    initial=given.get((place.pk, category.pk if category else None)),
                    widget=forms.NumberInput(attrs={"aria-label": label, "class": "seats"}),
                )
                self.names[name] = (place, category)

    def table(self) -> list[tuple[Division, list[tuple[Any, str]]]]:
        """Each division with its fields and what each is called in a card on a phone."""
        names = [(c.pk if c else 0, c.name if c else gettext("不分类别")) for c in self.categories]
        return [(place, [(self[f"q{place.pk}-{key}"], name) for key, name in names]) for place in self.places]

    def shares(self) -> list[Share]:
        found = [
            Share(place, self.cleaned_data[name], category)
            for name, (place, category) in self.names.items()
            if self.cleaned_data.get(name) is not None
        ]
        if self.cleaned_data.get("division") and self.cleaned_data.get("seats") is not None:
            found.append(Share(self.cleaned_data["division"], self.cleaned_data["seats"]))
        return found


class WithdrawForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("原因类别"),
        choices=[c for c in WithdrawalKind.choices if c[0] not in (WithdrawalKind.TRANSFER, WithdrawalKind.CANCELLED)],
    )
    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(TrainingClass.objects.none(), label=_("转入班次"), empty_label=_("请选择"))
    reason = forms.CharField(label=_("转班原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, actor: Actor, enrolment: ClassEnrolment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = TrainingClass.objects.filter(actor.q("division__path", *OFFICE), state__in=CLASS_LIVE)
        self.fields["to"].queryset = mine.exclude(pk=enrolment.training_class_id).order_by("-starts_on")  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda c: f"{c.title} {c.term}（{c.starts_on.isoformat()}）"  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    sessions = forms.MultipleChoiceField(label=_("请假的半天"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sessions"].choices = choices  # type: ignore[attr-defined]


class WalkInForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=120, required=False)
    unit = forms.CharField(label=_("单位"), max_length=120, required=False)


def known_person(actor: Actor, text: str) -> Any:
    """The one person within reach that “姓名” or “姓名 手机号” names."""
    name, _space, phone = " ".join(text.split()).partition(" ")
    rows = people.people_in(actor).filter(name=name)
    found = list((rows.filter(phone=phone) if phone else rows)[:2])
    if not found:
        raise ValidationError(_("您的管辖范围内没有“%(name)s”的人员档案。"), params={"name": name})
    if len(found) > 1:
        raise ValidationError(_("有多位同名人员，请写成“姓名 手机号”。"))
    return found[0]


class IdentifyForm(forms.Form):
    """Who somebody was: a known person, or a new record with a division and perhaps a telephone number."""

    who = forms.CharField(label=_("姓名，或“姓名 手机号”"), max_length=140)
    is_new = forms.BooleanField(label=_("没有档案，按下面的信息建档"), required=False)
    division = DivisionField(label=_("所属地区"), required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["division"].narrow(actor=actor, roles=OFFICE)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("who"):
            return cleaned
        if cleaned.get("is_new"):
            if not cleaned.get("division") and "division" not in self.errors:
                self.add_error("division", _("建档须填所属地区。"))
            return cleaned
        try:
            cleaned["person"] = known_person(self.actor, cleaned["who"])
        except ValidationError as error:
            self.add_error("who", error)
        return cleaned


class TrainerForm(forms.Form):
    """An entry of the register; who and where only when it is made."""

    who = forms.CharField(label=_("姓名，或“姓名 手机号”"), max_length=140, help_text=_("须已有人员档案。"))
    division = DivisionField(label=_("登记地区"))
    designated_on = forms.DateField(label=_("聘任日期"), widget=date_input())
    document_number = forms.CharField(label=_("聘任文号"), max_length=80, required=False)
    topics = forms.CharField(label=_("授课方向"), max_length=300, required=False, help_text=_("多个方向用顿号或逗号隔开。"))
    introduction = forms.CharField(
        label=_("简介"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("下级经办人可见。"),
    )

    def __init__(self, *args: Any, actor: Actor, profile: TrainerProfile | None = None, known: bool = False, **kwargs: Any) -> None:
        if profile is not None:
            kwargs["initial"] = {"topics": "、".join(profile.topics), "introduction": profile.introduction}
        else:
            home = home_of(actor, *OFFICE)
            kwargs.setdefault("initial", {"designated_on": clock.today()})
            if home is not None:
                kwargs["initial"]["division"] = f"{home.code} {home.full_name or home.name}"
        super().__init__(*args, **kwargs)
        self.actor = actor
        if known:
            for name in ("who", "division", "designated_on", "document_number"):
                del self.fields[name]
        else:
            self.fields["division"].narrow(actor=actor, roles=OFFICE)  # type: ignore[attr-defined]

    def clean_who(self) -> Any:
        return known_person(self.actor, self.cleaned_data["who"])

    def clean_topics(self) -> list[str]:
        return topics_of(self.cleaned_data["topics"])


class FeedbackForm(forms.Form):
    useful = forms.TypedChoiceField(label=_("内容实用"), coerce=int, choices=[(n, str(n)) for n in SCALE], widget=forms.RadioSelect)
    clear = forms.TypedChoiceField(label=_("讲解清楚"), coerce=int, choices=[(n, str(n)) for n in SCALE], widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("想说的话"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("不要写姓名、电话等个人信息，也不要写能认出服务对象的内容。"),
    )
    sure = forms.BooleanField(label=_("我已核对，文字里没有个人信息"), required=False)

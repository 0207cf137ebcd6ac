"""Forms of programmes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.core.roles import OFFICE, Role
from lms.people import selectors as people
from lms.places import selectors as places
from lms.places.forms import DayInput, DivisionField
from lms.programmes import selectors
from lms.programmes.models import Category, Funder, Programme


class ProgrammeForm(forms.Form):
    code = forms.RegexField(r"^[A-Za-z0-9-]{2,32}$", label=_("项目代码"), help_text=_("字母、数字和连字符，开办后不再更改。"))
    name = forms.CharField(label=_("项目名称"), max_length=120)
    kind = forms.ChoiceField(label=_("类型"), choices=Programme.Kind.choices)
    division = DivisionField(label=_("实施地区"))
    organiser = forms.CharField(label=_("主办单位"), required=False, max_length=120, help_text=_("填写已登记单位的全称。"))
    funders = forms.ModelMultipleChoiceField(
        label=_("经费来源"), queryset=Funder.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(label=_("开始日期"), widget=DayInput)
    ends_on = forms.DateField(label=_("结束日期"), required=False, widget=DayInput)
    document_number = forms.CharField(label=_("文件依据"), required=False, max_length=80)

    FIXED = ("code", "kind", "division")

    def __init__(self, *args: Any, actor: Actor, programme: Programme | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["funders"].queryset = selectors.funders()  # type: ignore[attr-defined]
        if programme is not None:
            for name in self.FIXED:
                del self.fields[name]
        else:
            self.fields["division"].narrow(actor=actor, roles=OFFICE)  # type: ignore[attr-defined]

    def clean_organiser(self) -> Any:
        name = self.cleaned_data["organiser"].strip()
        if not name:
            return None
        found = places.organisations_in(self.actor, *OFFICE).filter(name=name).first()
        if found is None:
            raise forms.ValidationError(__("没有登记这个单位，请填写登记的全称。"))
        return found


class CategoryForm(forms.Form):
    division = DivisionField(label=_("适用地区"))
    code = forms.RegexField(r"^[A-Za-z0-9-]{1,32}$", label=_("代码"))
    name = forms.CharField(label=_("名称"), max_length=120)
    valid_from = forms.DateField(label=_("启用日期"), required=False, widget=DayInput)
    source = forms.CharField(label=_("文件依据"), required=False, max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].narrow(actor=actor, roles=(Role.REGIONAL_ADMIN,))  # type: ignore[attr-defined]


class FunderForm(forms.Form):
    code = forms.RegexField(r"^[A-Za-z0-9-]{1,32}$", label=_("代码"))
    name = forms.CharField(label=_("名称"), max_length=120)


class EndCategoryForm(forms.Form):
    valid_to = forms.DateField(label=_("最后一天"), widget=DayInput)


class JoinForm(forms.Form):
    """Let a person take part, found by the exact name among one's own people."""

    person = forms.CharField(label=_("姓名"), max_length=150, help_text=_("同名时请在姓名后加空格和证件号码后四位。"))
    category = forms.ModelChoiceField(label=_("对象类别"), queryset=Category.objects.none(), required=False)
    started_on = forms.DateField(label=_("参加日期"), widget=DayInput)

    def __init__(self, *args: Any, actor: Actor, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["category"].queryset = selectors.categories_of(programme.division)  # type: ignore[attr-defined]

    def clean_person(self) -> Any:
        words = self.cleaned_data["person"].split()
        last = words.pop() if len(words) > 1 and len(words[-1]) == 4 and words[-1][:3].isdigit() else ""
        found = people.people_in(self.actor, *OFFICE).filter(name="".join(words) if not words[0].isascii() else " ".join(words))
        if last:
            found = found.filter(documents__masked__endswith=last.upper())
        matches = list(found.distinct()[:2])
        if not matches:
            raise forms.ValidationError(__("您负责的地区没有此人，请先登记。"))
        if len(matches) > 1:
            raise forms.ValidationError(__("有同名的人，请在姓名后加空格和证件号码后四位。"))
        return matches[0]


class LeaveForm(forms.Form):
    ended_on = forms.DateField(label=_("结束日期"), widget=DayInput)
    reason = forms.CharField(label=_("原因"), max_length=200)
    completed = forms.BooleanField(label=_("期满合格"), required=False)

"""Forms of people. They check what a field alone can tell; the services check the rest and say it in one sentence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from lms.core.actor import Actor
from lms.core.roles import OFFICE
from lms.people.models import IdentityDocument, Person, Sex
from lms.people.vocabularies import EDUCATION_LEVELS, ETHNIC_GROUPS, POLITICAL_STATUS, Vocabulary
from lms.places import selectors as places
from lms.places.forms import DayInput, DivisionField


def _coded(vocabulary: Vocabulary, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *vocabulary.choices()])


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=150, help_text=_("少数民族姓名的间隔号可直接输入“·”，系统会统一。"))
    division = DivisionField(label=_("所在地区"))
    organisation = forms.CharField(label=_("工作单位"), required=False, max_length=120, help_text=_("填写已登记单位的全称。"))
    position_title = forms.CharField(label=_("职务"), required=False, max_length=80)
    phone = forms.CharField(label=_("联系电话"), required=False, max_length=30)
    sex = forms.ChoiceField(label=_("性别"), required=False, choices=Sex.choices)
    birth_date = forms.DateField(label=_("出生日期"), required=False, widget=DayInput)
    ethnic_group = _coded(ETHNIC_GROUPS, _("民族"))
    education = _coded(EDUCATION_LEVELS, _("学历"))
    major = forms.CharField(label=_("专业"), required=False, max_length=80)
    political_status = _coded(POLITICAL_STATUS, _("政治面貌"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["division"].narrow(actor=actor, roles=OFFICE)  # type: ignore[attr-defined]

    def clean_organisation(self) -> Any:
        name = self.cleaned_data["organisation"].strip()
        if not name:
            return None
        found = list(places.organisations_in(self.actor, *OFFICE).filter(name=name)[:2])
        if not found:
            raise forms.ValidationError(__("没有登记这个单位，请先在“机构”中登记或填写登记的全称。"))
        if len(found) > 1:
            within = self.cleaned_data.get("division")
            found = [o for o in found if within and o.division_id == within.pk] or found
        return found[0]


class NewPersonForm(PersonForm):
    document_kind = forms.ChoiceField(label=_("证件类型"), choices=IdentityDocument.Kind.choices, required=False)
    document = forms.CharField(
        label=_("证件号码"), required=False, max_length=60, help_text=_("加密保存；页面上只显示遮盖后的号码。")
    )
    field_order = ("name", "document_kind", "document", "division", "organisation", "position_title", "phone")


class EditPersonForm(PersonForm):
    reason = forms.CharField(label=_("修改原因"), max_length=200, help_text=_("写入审计记录。"))

    @classmethod
    def initial_of(cls, person: Person) -> dict[str, Any]:
        fields = ("name", "position_title", "phone", "sex", "birth_date", "ethnic_group", "education", "major", "political_status")
        return {
            **{f: getattr(person, f) for f in fields},
            "division": person.division,
            "organisation": person.organisation.name if person.organisation else "",
        }


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("证件类型"), choices=IdentityDocument.Kind.choices)
    number = forms.CharField(label=_("证件号码"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("事由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class EraseForm(ReasonForm):
    sure = forms.BooleanField(label=_("我确认删除此人的身份信息，且知道不能恢复"))


class CorrectionForm(forms.Form):
    message = forms.CharField(
        label=_("需要更正的内容"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("请写明哪一项有误、正确的内容是什么。"),
    )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("处理结果"), choices=[("accepted", _("已更正")), ("declined", _("未采纳"))], widget=forms.RadioSelect
    )
    reply = forms.CharField(label=_("答复"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

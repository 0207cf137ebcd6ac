"""Forms of career records, one a kind. ``save`` calls the service; its refusal becomes the form's error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from lms.careers import services
from lms.careers.models import Evidence, Licence
from lms.careers.selectors import rows_of
from lms.careers.states import DesignationKind, EducationKind, Level, ScoreOutcome, Subject
from lms.core import clock
from lms.core.actor import Actor
from lms.core.roles import OFFICE
from lms.people.models import Person
from lms.people.vocabularies import EDUCATION_LEVELS
from lms.places import selectors as places
from lms.places.forms import DayInput, DivisionField
from lms.places.models import Post


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput, **kwargs)


class RecordForm(forms.Form):
    """A record of one person, entered by an office. ``ids`` are those of all merged records."""

    def __init__(self, *args: Any, person: Person, ids: set[int], actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.ids, self.actor = person, ids, actor
        self.prepare()

    def prepare(self) -> None:
        """Narrow choices to what the actor reaches."""

    def save(self) -> Evidence:
        raise NotImplementedError


class EmploymentForm(RecordForm):
    division = DivisionField(label=_("在册地区"))
    organisation = forms.CharField(label=_("单位"), required=False, max_length=120, help_text=_("填写已登记单位的全称。"))
    title = forms.CharField(label=_("职务"), required=False, max_length=80)
    started_on = _day(_("起始日期"))

    def prepare(self) -> None:
        self.fields["division"].narrow(actor=self.actor, roles=OFFICE)  # type: ignore[attr-defined]
        self.fields["division"].initial = self.person.division

    def clean_organisation(self) -> Any:
        name = self.cleaned_data["organisation"].strip()
        if not name:
            return None
        found = places.organisations_in(self.actor, *OFFICE).filter(name=name).first()
        if found is None:
            raise forms.ValidationError(__("没有登记这个单位，请填写登记的全称。"))
        return found

    def save(self) -> Evidence:
        return services.employ(person=self.person, by=self.actor, **self.cleaned_data)


class PostForm(RecordForm):
    post = forms.ModelChoiceField(
        label=_("岗位"), queryset=Post.objects.none(), help_text=_("只列出此人所在县内您负责的、未关闭的岗位。")
    )
    started_on = _day(_("到岗日期"))

    def prepare(self) -> None:
        county = "/".join(self.person.division.path.split("/")[:4])
        field: Any = self.fields["post"]
        field.queryset = (
            places.posts_in(self.actor, *OFFICE)
            .filter(closed_on__isnull=True, division__path__startswith=county)
            .order_by("division__code", "title")
        )
        field.label_from_instance = lambda post: f"{post.title} · {post.station or post.organisation} · {post.division.name}"

    def save(self) -> Evidence:
        return services.start_post(person=self.person, by=self.actor, **self.cleaned_data)


class EducationForm(RecordForm):
    level = forms.ChoiceField(label=_("学历"), choices=EDUCATION_LEVELS.choices())
    kind = forms.ChoiceField(label=_("毕结业"), choices=EducationKind.choices, help_text=_("报考只认毕业，结业和肄业不计。"))
    major = forms.CharField(label=_("专业"), required=False, max_length=80)
    is_social_work_major = forms.BooleanField(label=_("社会工作专业"), required=False)
    school = forms.CharField(label=_("学校"), required=False, max_length=120)
    graduated_on = _day(_("毕（结）业日期"))

    def save(self) -> Evidence:
        return services.add_education(person=self.person, by=self.actor, **self.cleaned_data)


class DesignationForm(RecordForm):
    kind = forms.ChoiceField(label=_("类别"), choices=DesignationKind.choices)
    division = DivisionField(label=_("聘任地区"))
    designated_on = _day(_("聘任日期"))
    document_number = forms.CharField(label=_("文件依据"), required=False, max_length=80)

    def prepare(self) -> None:
        self.fields["division"].narrow(actor=self.actor, roles=OFFICE)  # type: ignore[attr-defined]
        self.fields["division"].initial = self.person.division

    def save(self) -> Evidence:
        return services.designate(person=self.person, by=self.actor, **self.cleaned_data)


class ExamRegistrationForm(RecordForm):
    year = forms.IntegerField(label=_("考试年度"), min_value=2008)
    level = forms.ChoiceField(label=_("级别"), choices=Level.choices)
    subjects = forms.MultipleChoiceField(label=_("科目"), choices=Subject.choices, widget=forms.CheckboxSelectMultiple)
    registered_on = _day(_("报名日期"))

    def prepare(self) -> None:
        self.fields["year"].initial = clock.today().year

    def save(self) -> Evidence:
        return services.register_for_exam(person=self.person, by=self.actor, **self.cleaned_data)


class ScoreForm(RecordForm):
    year = forms.IntegerField(label=_("考试年度"), min_value=2008)
    subject = forms.ChoiceField(label=_("科目"), choices=Subject.choices)
    outcome = forms.ChoiceField(label=_("状态"), choices=ScoreOutcome.choices)
    points = forms.DecimalField(
        label=_("分数"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("是否合格按该年度、地区的合格标准判定。"),
    )
    announced_on = _day(_("公布日期"))

    def prepare(self) -> None:
        self.fields["year"].initial = clock.today().year

    def save(self) -> Evidence:
        return services.record_score(person=self.person, by=self.actor, **self.cleaned_data)


class LicenceForm(RecordForm):
    level = forms.ChoiceField(label=_("级别"), choices=Level.choices)
    obtained_on = _day(_("批准日期"))
    number = forms.CharField(label=_("管理号"), required=False, max_length=60)
    exam_year = forms.IntegerField(label=_("考试年度"), required=False, min_value=2008)
    region = DivisionField(
        label=_("仅在此地区有效"), required=False, help_text=_("全国有效时留空；按单独划线地区标准合格的，填写该地区。")
    )

    def save(self) -> Evidence:
        return services.record_licence(person=self.person, by=self.actor, **self.cleaned_data)


class LicenceRegistrationForm(RecordForm):
    licence = forms.ModelChoiceField(label=_("证书"), queryset=Licence.objects.none())
    registered_on = _day(_("登记日期"))
    valid_to = _day(_("有效期至"))

    def prepare(self) -> None:
        field: Any = self.fields["licence"]
        field.queryset = rows_of("licence", self.ids)
        field.label_from_instance = lambda li: f"{li.get_level_display()} · {li.obtained_on}"

    def save(self) -> Evidence:
        return services.record_registration(person=self.person, by=self.actor, **self.cleaned_data)


FORMS: dict[str, type[RecordForm]] = {
    "employment": EmploymentForm,
    "post": PostForm,
    "education": EducationForm,
    "designation": DesignationForm,
    "registration": ExamRegistrationForm,
    "score": ScoreForm,
    "licence": LicenceForm,
    "licence_registration": LicenceRegistrationForm,
}


class EndForm(forms.Form):
    ended_on = _day(_("结束日期"))
    reason = forms.CharField(label=_("原因"), required=False, max_length=200)


class VoidForm(forms.Form):
    reason = forms.CharField(label=_("作废原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class PassLineForm(forms.Form):
    year = forms.IntegerField(label=_("考试年度"), min_value=2008)
    level = forms.ChoiceField(label=_("级别"), choices=Level.choices)
    subject = forms.ChoiceField(label=_("科目"), required=False, choices=[("", _("全部科目")), *Subject.choices])
    region = DivisionField(label=_("单独划线地区"), required=False, help_text=_("全国标准由全国管理员登记，此处留空。"))
    points = forms.DecimalField(label=_("合格分数"), min_value=0, max_value=100, decimal_places=2)
    announced_on = _day(_("公布日期"), required=False)
    source = forms.CharField(label=_("出处"), max_length=300, help_text=_("通知的名称和文号，或官方网址。"))

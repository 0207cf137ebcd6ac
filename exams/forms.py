"""Forms of the exam room: a paper, a bank, a bank's list narrowed. An item's form is in ``item_form``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams.models import ItemBank, PaperTemplate, SyllabusChapter, SyllabusEdition
from exams.states import ItemKind, VersionState
from lms.careers.states import Subject
from lms.core.actor import Actor
from lms.places.models import Division, Level


def divisions_of(actor: Actor, roles: Any) -> list[tuple[str, str]]:
    """The divisions in which one of ``roles`` is held, as choices; the nation where it is held everywhere."""
    paths = actor.paths(*roles)
    choices: list[tuple[str, str]] = [("", str(_("全国")))] if "/" in paths else []
    rows = Division.objects.filter(path__in=[p for p in paths if p != "/"], valid_to__isnull=True).order_by("path")
    if "/" in paths:
        rows = rows | Division.objects.filter(level=Level.PROVINCE, valid_to__isnull=True, is_statistical=False)
    return choices + [(str(row.pk), row.full_name or row.name) for row in rows]


class DivisionChoice(forms.Form):
    """Mixin of forms whose row lies in a division of the actor's."""

    division = forms.ChoiceField(label=_("所属区划"), required=False)

    def __init__(self, *args: Any, actor: Actor, roles: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["division"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = divisions_of(actor, roles)
        field.required = not any(not code for code, _label in field.choices)  # type: ignore[misc]

    def clean_division(self) -> Division | None:
        chosen = self.cleaned_data["division"]
        return Division.objects.get(pk=chosen) if chosen else None


class BankForm(DivisionChoice):
    code = forms.RegexField(
        r"^[A-Za-z0-9-]{2,20}$", label=_("题库代码"), help_text=_("字母、数字和连字符，如 ZH1；试题编号以它开头。")
    )
    name = forms.CharField(max_length=80, label=_("题库名称"))
    subject = forms.ChoiceField(label=_("考试科目"), required=False, choices=[("", _("不限科目")), *Subject.choices])
    is_shared = forms.BooleanField(label=_("允许下级用已发布的试题组卷"), required=False, initial=True)

    field_order = ("name", "code", "division", "subject", "is_shared")


class PaperForm(DivisionChoice):
    template = forms.ModelChoiceField(
        label=_("试卷模板"),
        queryset=PaperTemplate.objects.filter(sections__isnull=False, valid_to__isnull=True).distinct(),
        empty_label=None,
        help_text=_("题型、题数、分值、时间和评分规则都由模板决定。"),
    )
    title = forms.CharField(max_length=80, label=_("试卷名称"))
    edition = forms.ModelChoiceField(
        label=_("大纲版本"),
        queryset=SyllabusEdition.objects.all(),
        required=False,
        empty_label=_("不限"),
        help_text=_("选定后，只能收入归在该版章节下的试题。"),
    )
    pass_points = forms.DecimalField(
        label=_("合格分"), required=False, min_value=Decimal(0), decimal_places=2, help_text=_("不填则按模板。")
    )
    max_attempts = forms.IntegerField(
        label=_("最多作答次数"), required=False, min_value=1, max_value=100, help_text=_("不填则不限。")
    )
    shuffle_options = forms.BooleanField(label=_("打乱选项顺序"), required=False)
    shows_keys = forms.BooleanField(label=_("交卷后显示答案和解析"), required=False, initial=True)
    is_reserved = forms.BooleanField(label=_("留作考试用，不给学员练习"), required=False)

    field_order = (
        "title", "template", "division", "edition", "pass_points", "max_attempts", "shuffle_options", "shows_keys", "is_reserved",
    )  # fmt: skip

    def clean_pass_points(self) -> int | None:
        points = self.cleaned_data["pass_points"]
        return None if points is None else int(points * 100)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        template, points = cleaned.get("template"), cleaned.get("pass_points")
        if template and points is not None and points > template.full_points:
            self.add_error("pass_points", _("合格分不能高于满分。"))
        return cleaned


class ItemFilter(forms.Form):
    """The list of a bank, narrowed."""

    q = forms.CharField(label=_("查找"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("题型"), required=False, choices=[("", _("全部题型")), *ItemKind.choices])
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部状态")), *VersionState.choices],
    )
    chapter = forms.ChoiceField(label=_("章节"), required=False)

    def __init__(self, *args: Any, bank: ItemBank | None = None, subject: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subject = bank.subject if bank is not None else subject
        wanted = Q(syllabus_subject__subject=subject) if subject else Q()
        rows = SyllabusChapter.objects.filter(wanted).select_related("syllabus_subject__edition")
        field = self.fields["chapter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部章节"))] + [
            (str(row.pk), f"{row.syllabus_subject.edition.code} · {row.title}")
            for row in rows.order_by("syllabus_subject", "number")
        ]

    def chosen(self) -> dict[str, Any]:
        if not self.is_valid():
            return {}
        chapter = self.cleaned_data["chapter"]
        return {
            "text": self.cleaned_data["q"],
            "kind": self.cleaned_data["kind"],
            "state": self.cleaned_data["state"],
            "chapter_id": int(chapter) if chapter else None,
        }

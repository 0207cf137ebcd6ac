"""Forms of the exam room: an item as a trainer writes it, a paper, a bank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exams import rules
from exams.models import ItemBank, ItemVersion, PaperTemplate, SyllabusChapter, SyllabusEdition
from exams.states import ItemKind
from lms.careers.states import Subject
from lms.core.actor import Actor
from lms.places.models import Division, Level

OPTIONS = 6
KINDS = [(kind.value, kind.label) for kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE)]


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


class ItemForm(forms.Form):
    """One item. Options A–F with a tick for each key; empty ones at the end are left out."""

    kind = forms.ChoiceField(label=_("题型"), choices=KINDS)
    stem = forms.CharField(label=_("题干"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    explanation = forms.CharField(
        label=_("解析"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明为什么对、为什么错；考生交卷后看到。"),
    )
    law_as_of = forms.DateField(
        label=_("法规截至日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("法规类试题必填：答案以这一天有效的法规为准。"),
    )
    source = forms.CharField(label=_("来源"), max_length=200, initial=_("自编"))

    def __init__(self, *args: Any, bank: ItemBank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank = bank
        for letter in rules.LETTERS[:OPTIONS]:
            self.fields[f"option_{letter}"] = forms.CharField(
                label=letter, required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 1})
            )
            self.fields[f"key_{letter}"] = forms.BooleanField(label=letter, required=False)
        self.editions = list(SyllabusEdition.objects.all())
        chapters = SyllabusChapter.objects.select_related("syllabus_subject__edition").order_by("syllabus_subject", "number")
        if bank.subject:
            chapters = chapters.filter(syllabus_subject__subject=bank.subject)
        by_edition: dict[int, list[tuple[str, str]]] = {}
        for chapter in chapters:
            prefix = "" if bank.subject else f"{Subject(chapter.syllabus_subject.subject).label} · "
            by_edition.setdefault(chapter.syllabus_subject.edition_id, []).append((str(chapter.pk), f"{prefix}{chapter.title}"))
        for edition in self.editions:
            if edition.pk in by_edition:
                self.fields[f"chapter_{edition.code}"] = forms.ChoiceField(
                    label=_("%(edition)s 版大纲章节") % {"edition": edition.code},
                    required=False,
                    choices=[("", _("不属于此版")), *by_edition[edition.pk]],
                )

    @classmethod
    def initial_of(cls, version: ItemVersion) -> dict[str, Any]:
        """A version as the form shows it."""
        initial: dict[str, Any] = {
            "kind": version.kind,
            "stem": version.stem,
            "explanation": version.explanation,
            "law_as_of": version.law_as_of,
            "source": version.source,
        }
        for letter, text in zip(rules.LETTERS, version.options, strict=False):
            initial[f"option_{letter}"] = text
            initial[f"key_{letter}"] = letter in version.keys
        for placement in version.item.placements.select_related("edition"):
            initial[f"chapter_{placement.edition.code}"] = str(placement.chapter_id)
        return initial

    def option_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"option_{letter}"], self[f"key_{letter}"]) for letter in rules.LETTERS[:OPTIONS]]

    def chapter_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("chapter_")]

    def given(self) -> dict[str, Any]:
        """What was written so far, lawful or not: for the preview and for ``clean``."""
        read = self.data.get
        options = [(read(f"option_{letter}") or "").strip() for letter in rules.LETTERS[:OPTIONS]]
        while options and not options[-1]:
            options.pop()
        if read("kind") == ItemKind.TRUE_FALSE and not options:
            options = [str(_("正确")), str(_("错误"))]
        return {
            "kind": read("kind") or "single",
            "stem": (read("stem") or "").strip(),
            "options": options,
            "keys": [letter for letter in rules.LETTERS[:OPTIONS] if read(f"key_{letter}")],
            "explanation": (read("explanation") or "").strip(),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for fault in rules.item_faults(**self.given()):
            self.add_error(None, fault)
        return cleaned

    def content(self) -> dict[str, Any]:
        """Arguments of ``services.create_item`` and ``revise_item``."""
        chosen = [self.cleaned_data[name] for name in self.fields if name.startswith("chapter_")]
        chapters = SyllabusChapter.objects.filter(pk__in=[pk for pk in chosen if pk]).select_related("syllabus_subject")
        return {
            **self.given(),
            "chapters": list(chapters),
            "law_as_of": self.cleaned_data["law_as_of"],
            "source": self.cleaned_data["source"],
        }


class PaperForm(DivisionChoice):
    template = forms.ModelChoiceField(
        label=_("试卷模板"),
        queryset=PaperTemplate.objects.filter(is_objective=True, valid_to__isnull=True),
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

    field_order = ("title", "template", "division", "edition", "pass_points", "max_attempts", "shuffle_options", "shows_keys")

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
    kind = forms.ChoiceField(label=_("题型"), required=False, choices=[("", _("全部题型")), *KINDS])
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[
            ("", _("全部状态")),
            ("draft", _("草稿")),
            ("reviewed", _("已审核")),
            ("live", _("使用中")),
            ("retired", _("已停用")),
        ],
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

"""An item of any kind as a trainer writes it: pairs, a right order, accepted words, marking points; letters are the system's."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exams import rules
from exams.models import ItemBank, ItemVersion, LawArticle, SyllabusChapter, SyllabusEdition
from exams.states import UNDER_CASE, ItemKind
from lms.careers.states import Subject

OPTIONS, PAIRS, POINTS, EXHIBITS = 6, 8, 10, 4


class ItemForm(forms.Form):
    """One item. What a kind does not use is left alone; empty rows are left out."""

    kind = forms.ChoiceField(label=_("题型"), choices=ItemKind.choices)
    stem = forms.CharField(label=_("题干"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))
    decoys = forms.CharField(
        label=_("多余的右边选项"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("每行一个，不与任何左边配对；可以不填。"),
    )
    order = forms.CharField(
        label=_("按正确次序，每行一项"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("考生看到时由系统打乱。"),
    )
    accepted = forms.CharField(
        label=_("可接受的答案，每行一种写法"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("全角半角、大小写和空格不同都算对。"),
    )
    number = forms.CharField(
        label=_("正确的数"), required=False, max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    tolerance = forms.CharField(
        label=_("允许的误差"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("与正确的数相差不超过它就算对；不填则必须相等。"),
    )
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
    articles = forms.ModelMultipleChoiceField(
        label=_("依据的法条"),
        queryset=LawArticle.objects.select_related("policy"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("法条有新文本时，这道题会停止抽用并提醒修订。没有的法条请先在“法规已变的试题”里登记。"),
    )
    source = forms.CharField(label=_("来源"), max_length=200, initial=_("自编"))
    credit = forms.CharField(label=_("作者署名"), max_length=80, required=False, help_text=_("命题人或命题单位；可以不写。"))

    def __init__(self, *args: Any, bank: ItemBank, in_case: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank = bank
        if in_case:
            kinds = self.fields["kind"]
            assert isinstance(kinds, forms.ChoiceField)
            kinds.choices = [(kind.value, kind.label) for kind in ItemKind if kind in UNDER_CASE]
        for letter in rules.LETTERS[:OPTIONS]:
            self.fields[f"option_{letter}"] = _line(letter, 1000)
            self.fields[f"key_{letter}"] = forms.BooleanField(label=letter, required=False)
        for n in range(1, PAIRS + 1):
            self.fields[f"left_{n}"] = _line(_("左边 %(n)s") % {"n": n}, 500)
            self.fields[f"right_{n}"] = _line(_("右边 %(n)s") % {"n": n}, 500)
        for n in range(1, POINTS + 1):
            self.fields[f"point_{n}"] = _line(_("采分点 %(n)s") % {"n": n}, 1000)
            self.fields[f"worth_{n}"] = forms.DecimalField(
                label=_("分值"), required=False, min_value=Decimal("0.5"), max_value=Decimal(100), decimal_places=2
            )
        for n in range(1, EXHIBITS + 1):
            self.fields[f"title_{n}"] = forms.CharField(label=_("材料 %(n)s 的标题") % {"n": n}, required=False, max_length=100)
            self.fields[f"exhibit_{n}"] = forms.CharField(
                label=_("材料 %(n)s") % {"n": n}, required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 3})
            )
        self._add_chapters(bank)

    def _add_chapters(self, bank: ItemBank) -> None:
        editions = list(SyllabusEdition.objects.all())
        chapters = SyllabusChapter.objects.select_related("syllabus_subject__edition").order_by("syllabus_subject", "number")
        if bank.subject:
            chapters = chapters.filter(syllabus_subject__subject=bank.subject)
        by_edition: dict[int, list[tuple[str, str]]] = {}
        for chapter in chapters:
            prefix = "" if bank.subject else f"{Subject(chapter.syllabus_subject.subject).label} · "
            by_edition.setdefault(chapter.syllabus_subject.edition_id, []).append((str(chapter.pk), f"{prefix}{chapter.title}"))
        for edition in editions:
            if edition.pk in by_edition:
                self.fields[f"chapter_{edition.code}"] = forms.ChoiceField(
                    label=_("%(edition)s 版大纲章节") % {"edition": edition.code},
                    required=False,
                    choices=[("", _("不属于此版")), *by_edition[edition.pk]],
                )

    @classmethod
    def initial_of(cls, version: ItemVersion) -> dict[str, Any]:
        """A version as the form shows it."""
        content = version.content
        initial: dict[str, Any] = {
            "kind": content.kind,
            "stem": content.stem,
            "explanation": content.explanation,
            "law_as_of": version.law_as_of,
            "articles": [citation.article_id for citation in version.citations.all()],
            "source": version.source,
            "credit": version.credit,
            "tolerance": content.tolerance,
        }
        for placement in version.item.placements.select_related("edition"):
            initial[f"chapter_{placement.edition.code}"] = str(placement.chapter_id)
        return {**initial, **_rows_of(content)}

    # --- the parts, for the template

    def option_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"option_{letter}"], self[f"key_{letter}"]) for letter in rules.LETTERS[:OPTIONS]]

    def pair_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"left_{n}"], self[f"right_{n}"]) for n in range(1, PAIRS + 1)]

    def point_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"point_{n}"], self[f"worth_{n}"]) for n in range(1, POINTS + 1)]

    def exhibit_rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"title_{n}"], self[f"exhibit_{n}"]) for n in range(1, EXHIBITS + 1)]

    def chapter_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("chapter_")]

    # --- what was written

    def given(self) -> dict[str, Any]:
        """The words of the item as written so far, lawful or not: for the preview and for ``clean``."""
        kind = self._read("kind") or ItemKind.SINGLE
        words: dict[str, Any] = {"kind": kind, "stem": self._read("stem"), "explanation": self._read("explanation")}
        if kind in rules.CHOICE:
            options = [self._read(f"option_{letter}") for letter in rules.LETTERS[:OPTIONS]]
            while options and not options[-1]:
                options.pop()
            words["options"], words["keys"] = options, [x for x in rules.LETTERS[:OPTIONS] if self._read(f"key_{x}")]
        elif kind == ItemKind.MATCHING:
            pairs = [(self._read(f"left_{n}"), self._read(f"right_{n}")) for n in range(1, PAIRS + 1)]
            words |= rules.matching_of([pair for pair in pairs if any(pair)], self._lines("decoys"))
        elif kind == ItemKind.ORDERING:
            words |= rules.ordering_of(self._lines("order"))
        elif kind == ItemKind.SHORT_ANSWER:
            words["accepted"] = self._lines("accepted")
        elif kind == ItemKind.NUMERIC:
            words["accepted"], words["tolerance"] = [text for text in [self._read("number")] if text], self._read("tolerance")
        elif kind == ItemKind.ESSAY:
            points = [(self._read(f"point_{n}"), self._read(f"worth_{n}")) for n in range(1, POINTS + 1)]
            words["marking_points"] = [{"text": text, "points": _hundredths(worth)} for text, worth in points if text or worth]
        elif kind == ItemKind.CASE:
            shown = [(self._read(f"title_{n}"), self._read(f"exhibit_{n}")) for n in range(1, EXHIBITS + 1)]
            words["exhibits"] = [{"title": title, "text": text} for title, text in shown if title or text]
        return words

    def written(self) -> rules.ItemContent:
        return rules.ItemContent.of(**self.given())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for fault in self.written().faults():
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
            "articles": list(self.cleaned_data["articles"]),
            "source": self.cleaned_data["source"],
            "credit": self.cleaned_data["credit"],
        }

    def _read(self, name: str) -> str:
        raw = self.data.get(name) if self.is_bound else self.initial.get(name)
        return "" if raw is None or raw is False else str(raw).strip()

    def _lines(self, name: str) -> list[str]:
        return [line.strip() for line in self._read(name).splitlines() if line.strip()]


def _line(label: Any, longest: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.Textarea(attrs={"rows": 1}))


def _hundredths(text: str) -> int:
    try:
        return int(Decimal(text) * 100)
    except InvalidOperation:
        return 0


def _rows_of(content: rules.ItemContent) -> dict[str, Any]:
    """The rows of the form that a content fills."""
    texts = dict(zip(rules.LETTERS, content.options, strict=False))
    rows: dict[str, Any] = {}
    if content.kind in rules.CHOICE:
        for letter, text in texts.items():
            rows[f"option_{letter}"], rows[f"key_{letter}"] = text, letter in content.keys
    elif content.kind == ItemKind.MATCHING:
        for n, (prompt, letter) in enumerate(zip(content.prompts, content.keys, strict=True), 1):
            rows[f"left_{n}"], rows[f"right_{n}"] = prompt, texts[letter]
        rows["decoys"] = "\n".join(text for letter, text in texts.items() if letter not in content.keys)
    elif content.kind == ItemKind.ORDERING:
        rows["order"] = "\n".join(texts[letter] for letter in content.keys)
    elif content.kind == ItemKind.SHORT_ANSWER:
        rows["accepted"] = "\n".join(content.accepted)
    elif content.kind == ItemKind.NUMERIC:
        rows["number"] = content.accepted[0]
    for n, point in enumerate(content.marking_points, 1):
        rows[f"point_{n}"], rows[f"worth_{n}"] = point["text"], rules.as_points(point["points"])
    for n, shown in enumerate(content.exhibits, 1):
        rows[f"title_{n}"], rows[f"exhibit_{n}"] = shown["title"], shown["text"]
    return rows

"""A paper on A4: the paper itself, its answer sheet, its key with explanations. Each is a PDF of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from exams import rules
from exams.models import Paper, PaperItem, PaperSection
from exams.questions import QUESTION_ROWS, Question, question
from exams.states import ItemKind
from lms.core import pdf as printer

PARTS: dict[str, Any] = {"paper": _("试卷"), "sheet": _("答题卡"), "key": _("答案与解析")}


@dataclass(frozen=True, slots=True)
class PrintedSection:
    title: str
    rule: str
    count: int
    worth: object
    questions: list[PrintedQuestion]

    @property
    def blocks(self) -> list[list[PrintedQuestion]]:
        """Choices in blocks of five, as an answer sheet holds them."""
        choices = [one for one in self.questions if one.letters]
        return [choices[start : start + 5] for start in range(0, len(choices), 5)]

    @property
    def written(self) -> list[PrintedQuestion]:
        """What is not a choice, with room to write."""
        return [one for one in self.questions if not one.letters]


@dataclass(frozen=True, slots=True)
class PrintedQuestion:
    asked: Question
    opens_case: bool

    @property
    def letters(self) -> str:
        """What a choice is marked with; empty: written out."""
        return rules.LETTERS[: len(self.asked.options)] if self.asked.is_choice else ""

    @property
    def are_short(self) -> bool:
        """Whether two options fit a line of paper."""
        return max((len(text) for _letter, text in self.asked.options), default=0) <= 16

    @property
    def lines(self) -> range:
        """How many lines an answer is given room for."""
        return range(12 if self.asked.kind == ItemKind.ESSAY else max(len(self.asked.prompts), 1))

    @property
    def key(self) -> str:
        """What is right, in a word or two; an essay's marking points stand apart."""
        asked = self.asked
        if asked.kind == ItemKind.MATCHING:
            return " ".join(f"{number}–{letter}" for number, letter in enumerate(asked.keys, 1))
        if asked.kind == ItemKind.ORDERING:
            return "→".join(asked.keys)
        if asked.accepted:
            return "；".join(asked.accepted) + (f" ± {asked.tolerance}" if asked.tolerance else "")
        return "".join(sorted(asked.keys))


def sections_of(paper: Paper) -> list[PrintedSection]:
    rows = list(PaperItem.objects.filter(paper=paper).select_related(*QUESTION_ROWS).order_by("number"))
    found = []
    for section in PaperSection.objects.filter(paper=paper).select_related("rule"):
        asked = [question(row) for row in rows if row.section_id == section.pk]
        if not asked:
            continue
        cases = [None, *(one.case for one in asked)]
        questions = [PrintedQuestion(one, bool(one.case and one.case != cases[place])) for place, one in enumerate(asked)]
        found.append(
            PrintedSection(
                title=section.title,
                rule=section.rule.description if section.rule else "",
                count=len(questions),
                worth=rules.as_points(section.points),
                questions=questions,
            )
        )
    return found


def html(paper: Paper, part: str) -> str:
    """The page of a part, its styles within it."""
    context = {
        "paper": paper,
        "sections": sections_of(paper),
        "part": part,
        "part_label": PARTS[part],
        "full": rules.as_points(paper.full_points),
        "demo": settings.LMS_DEMO,
    }
    return render_to_string(f"exams/print/{part}.html", context)


def pdf(paper: Paper, part: str) -> bytes:
    return printer.render(html(paper, part))

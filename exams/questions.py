"""A question as a candidate sees it, of whatever kind; its answer as it stands; and what it earned and why, afterwards.

Reads of an open paper are kept: nothing of it changes once it is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from exams import corrections, rules
from exams.essay_selectors import verdicts_of
from exams.models import Attempt, ItemVersion, PaperItem, Response
from exams.states import ItemKind, PaperState


@dataclass(frozen=True, slots=True)
class Material:
    """What the questions of a case share: shown once, above them."""

    version_id: int
    stem: str
    exhibits: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One numbered item as a candidate sees it; ``options`` are in the paper's own order, letters included.

    ``keys`` and ``explanation`` are for afterwards; the page of an open attempt never prints them.
    """

    number: int
    section: str
    kind: str
    stem: str
    options: tuple[tuple[str, str], ...]
    points: int
    rule: str
    keys: tuple[str, ...]
    explanation: str
    version_id: int
    version_uuid: uuid.UUID
    prompts: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    tolerance: str = ""
    marking_points: tuple[Mapping[str, Any], ...] = ()
    case: Material | None = None
    item_uuid: uuid.UUID | None = None

    @property
    def worth(self) -> object:
        return rules.as_points(self.points)

    @property
    def is_choice(self) -> bool:
        return self.kind in rules.CHOICE

    @property
    def is_multiple(self) -> bool:
        return self.kind == ItemKind.MULTIPLE

    @property
    def essay_points(self) -> list[tuple[str, object]]:
        """The marking points (采分点) with what each is worth."""
        return [(point["text"], rules.as_points(point["points"])) for point in self.marking_points]

    @property
    def right_pairs(self) -> list[tuple[str, str]]:
        """Matching: each prompt with its right partner."""
        texts = dict(self.options)
        return [(prompt, texts.get(letter, "")) for prompt, letter in zip(self.prompts, self.keys, strict=False)]

    @property
    def decoys(self) -> list[str]:
        """Matching: options that belong to no prompt."""
        return [text for letter, text in self.options if letter not in self.keys]

    @property
    def right_texts(self) -> list[str]:
        """The right order of things put in order."""
        texts = dict(self.options)
        return [texts[letter] for letter in self.keys if letter in texts] if self.kind == ItemKind.ORDERING else []


@lru_cache(maxsize=64)
def questions_of(paper_uuid: uuid.UUID) -> tuple[Question, ...]:
    """The items of an open paper. Kept: nothing of them changes once a paper is open; never call it for a draft."""
    rows = PaperItem.objects.filter(paper__uuid=paper_uuid).exclude(paper__state=PaperState.DRAFT)
    return tuple(question(row) for row in rows.select_related(*QUESTION_ROWS).order_by("number"))


QUESTION_ROWS = ("item_version__item", "case_version", "section__rule", "rule")


def question(row: PaperItem) -> Question:
    version, rule = row.item_version, row.rule or row.section.rule
    case = row.case_version
    return Question(
        number=row.number,
        section=row.section.title,
        kind=version.kind,
        stem=version.stem,
        options=tuple(zip(rules.LETTERS, version.options, strict=False)),
        points=row.points,
        rule=rule.description if rule else "",
        keys=tuple(version.keys),
        explanation=version.explanation,
        version_id=version.pk,
        version_uuid=version.uuid,
        prompts=tuple(version.prompts),
        accepted=tuple(version.accepted),
        tolerance=version.tolerance,
        marking_points=tuple(version.marking_points),
        case=Material(case.pk, case.stem, tuple(case.exhibits)) if case else None,
        item_uuid=version.item.uuid,
    )


def specimen(content: rules.ItemContent, *, points: int = 0) -> Question:
    """An item as it is being written, as a candidate would see it."""
    case = content.kind == ItemKind.CASE
    return Question(
        number=1,
        section=str(ItemKind(content.kind).label) if content.kind in ItemKind.values else "",
        kind=content.kind,
        stem="" if case else content.stem,
        options=tuple(zip(rules.LETTERS, content.options, strict=False)),
        points=content.worth or points,
        rule="",
        keys=content.keys,
        explanation=content.explanation,
        version_id=0,
        version_uuid=uuid.UUID(int=0),
        prompts=content.prompts,
        accepted=content.accepted,
        tolerance=content.tolerance,
        marking_points=content.marking_points,
        case=Material(0, content.stem, content.exhibits) if case else None,
    )


def unanswered(question: Question) -> Asked:
    """A question as it looks before anything is answered, outside any attempt."""
    options = [(letter, letter, text, False) for letter, text in question.options]
    return Asked(question, Response(number=question.number, kind=question.kind, answer=[]), options)


def shown_options(question: Question, attempt: Attempt) -> list[tuple[str, str, str]]:
    """(label shown, letter meant, text) in the order this attempt shows them."""
    if not attempt.paper.shuffle_options:
        return [(letter, letter, text) for letter, text in question.options]
    order = rules.option_order(attempt.seed, question.number, len(question.options))
    return [(rules.LETTERS[place], *question.options[index]) for place, index in enumerate(order)]


# --- the answer as it stands --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the page of an attempt, with the answer so far. ``opens_case``: the shared material is shown above it."""

    question: Question
    response: Response
    options: list[tuple[str, str, str, bool]]  # label, letter, text, chosen
    opens_case: bool = False
    closes_case: bool = False

    @property
    def matches(self) -> list[tuple[str, str]]:
        """Matching: each prompt with the letter given to it, or none."""
        given = [*self.response.answer, *[""] * len(self.question.prompts)]
        return list(zip(self.question.prompts, given, strict=False))

    @property
    def places(self) -> list[tuple[str, str, str, int]]:
        """Ordering: label, letter, text and the place given to it, 0 for none."""
        given = list(self.response.answer)
        return [
            (label, letter, text, given.index(letter) + 1 if letter in given else 0) for label, letter, text, _on in self.options
        ]

    @property
    def place_numbers(self) -> range:
        return range(1, len(self.options) + 1)

    @property
    def text(self) -> str:
        return self.response.answer[0] if self.response.answer else ""


def asked_of(attempt: Attempt, responses: Mapping[int, Response]) -> list[Asked]:
    """The questions of an attempt in their order, each with its answer so far. No query."""
    questions = questions_of(attempt.paper.uuid)
    rows = []
    for index, question in enumerate(questions):
        response = responses[question.number]
        chosen = set(response.answer)
        options = [(label, letter, text, letter in chosen) for label, letter, text in shown_options(question, attempt)]
        before = questions[index - 1].case if index else None
        after = questions[index + 1].case if index + 1 < len(questions) else None
        case = question.case
        rows.append(Asked(question, response, options, bool(case and case != before), bool(case and case != after)))
    return rows


def known_answers(responses: Mapping[int, Response]) -> dict[int, list[Any]]:
    """What the server holds, as the page's script reads it: sequence, answer (letters of a choice as one word), flag."""
    return {number: [r.sequence, wire(r), int(r.is_flagged)] for number, r in responses.items() if r.sequence}


def wire(response: Response) -> str | list[str]:
    return "".join(sorted(response.answer)) if response.kind in rules.CHOICE else response.answer


# --- afterwards ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OptionResult:
    label: str
    text: str
    is_key: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item after marking: what was given, what was right, what it earned and why."""

    question: Question
    response: Response
    options: Sequence[OptionResult]
    shown: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # letter → label and text as this attempt showed them
    remarks: Sequence[str] = ()  # of an essay's markers, unsigned
    corrected: Sequence[corrections.Correction] = ()
    changes: Sequence[object] = ()  # laws.Change: of the law it rests on, since

    @property
    def is_void(self) -> bool:
        """The item was declared void: everybody has its points."""
        return bool(self.corrected) and self.corrected[-1].is_void

    @property
    def earned(self) -> object:
        return rules.as_points(self.response.points or 0)

    @property
    def verdict(self) -> str:
        if not self.response.answer:
            return "blank"
        if self.response.points == self.question.points:
            return "right"
        return "part" if self.response.points else "wrong"

    @property
    def chosen_labels(self) -> str:
        return "".join(option.label for option in self.options if option.is_chosen)

    @property
    def key_labels(self) -> str:
        return "".join(option.label for option in self.options if option.is_key)

    @property
    def right_keys(self) -> tuple[rules.AnswerKey, ...]:
        """Every key that counts today, where the kind is no choice."""
        asked = self.question
        return corrections.keys_today(rules.AnswerKey(asked.keys, asked.accepted, asked.tolerance), self.corrected)

    @property
    def matches(self) -> list[tuple[str, str, str, bool]]:
        """Matching: prompt, what was given, what is right (by any key that counts), whether the one is among the other."""
        given = [*self.response.answer, *[""] * len(self.question.prompts)]
        columns = zip(*(key.letters for key in self.right_keys), strict=True)
        rows = zip(self.question.prompts, given, columns, strict=False)
        return [
            (prompt, self._text(mine), " / ".join(self._text(letter) for letter in dict.fromkeys(right)), mine in right)
            for prompt, mine, right in rows
        ]

    @property
    def given_order(self) -> list[tuple[str, bool]]:
        """Ordering: the texts as the candidate put them, and whether each stands where the nearest right order has it."""
        given = self.response.answer
        orders = [key.letters for key in self.right_keys]
        nearest = max(orders, key=lambda order: sum(mine == right for mine, right in zip(given, order, strict=False)))
        return [(self._text(letter), letter == nearest[index]) for index, letter in enumerate(given[: len(nearest)])]

    @property
    def right_orders(self) -> list[list[str]]:
        """Ordering: the texts of every order that counts as right."""
        return [[self._text(letter) for letter in key.letters] for key in self.right_keys]

    @property
    def accepted(self) -> list[str]:
        """What may be written: the texts or numbers of every key that counts."""
        return list(dict.fromkeys(text for key in self.right_keys for text in key.accepted))

    @property
    def text(self) -> str:
        return self.response.answer[0] if self.response.answer else ""

    def _text(self, letter: str) -> str:
        return self.shown.get(letter, ("", ""))[1]


def results_of(attempt: Attempt) -> list[ItemResult]:
    """Every item of an attempt that was handed in, in the order of the paper, with the keys as corrected today: two queries, and
    one for markers' remarks."""
    corrected = corrections.of_paper(attempt.paper_id)
    questions = {question.number: question for question in questions_of(attempt.paper.uuid)}
    remarks = verdicts_of(attempt.pk) if any(q.kind == ItemKind.ESSAY for q in questions.values()) else {}
    results = []
    for response in attempt.responses.all():
        asked = questions[response.number]
        over = corrected.get(response.number, ())
        chosen, keys = set(response.answer), corrections.keys_shown(frozenset(asked.keys), over)
        shown = shown_options(asked, attempt)
        options = [OptionResult(label, text, letter in keys, letter in chosen) for label, letter, text in shown]
        texts = {letter: (label, text) for label, letter, text in shown}
        results.append(ItemResult(asked, response, options, texts, remarks.get(response.number, ()), over))
    return results


def bare_question(version: ItemVersion) -> Question:
    """A version on its own, outside any paper."""
    return specimen(version.content, points=version.points)

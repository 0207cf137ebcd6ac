"""A staged item as the preview shows it: as a candidate will see it, with its key, and what to know about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from exams import rules
from exams.exchange import contents
from exams.models import ImportedItem, ItemImport
from exams.questions import Asked, Question, specimen, unanswered
from exams.states import ImportState, ImportVerdict


@dataclass(frozen=True, slots=True)
class Shown:
    """``asked`` with ``key_question`` for each of the item's questions: one, or those of a case after its material."""

    row: ImportedItem
    place: str
    questions: tuple[tuple[Asked, Question], ...]
    notes: tuple[str, ...]
    chapter: str
    is_open: bool

    @property
    def tone(self) -> str:
        if self.row.entered_at:
            return "tag-good"
        return {"refused": "tag-seal", "near": "tag-warn", "new": "tag-accent"}.get(self.row.verdict, "")


def shown(row: ImportedItem, item_import: ItemImport) -> Shown:
    if not row.content:
        return Shown(row, place_of(row, item_import), (), (), "", is_open=False)
    item = contents.from_json(row.content)
    questions = []
    for one in (item, *item.parts):
        question = specimen(rules.ItemContent.of(**contents.words_of(one)), points=one.points)
        questions.append((unanswered(question), replace(question, stem="", case=None)))
    choosable = row.verdict in (ImportVerdict.NEW, ImportVerdict.NEAR) and item_import.state == ImportState.READY
    return Shown(row, place_of(row, item_import), tuple(questions), item.notes, item.chapter, is_open=choosable)


def place_of(row: ImportedItem, item_import: ItemImport) -> str:
    """Where an item stands in its file, in words."""
    words = {"row": _("第 %(n)d 行"), "paragraph": _("第 %(n)d 段"), "line": _("第 %(n)d 行")}
    place = words.get(item_import.unit, words["line"]) % {"n": row.place}
    return f"{row.where} {place}" if row.where else place

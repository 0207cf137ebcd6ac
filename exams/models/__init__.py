"""Tables of the exam room: syllabus, marking rules and templates, item banks, papers, attempts."""

from exams.models.attempts import Attempt, AttemptTrace, Response
from exams.models.banks import Item, ItemBank, ItemComment, ItemPlacement, ItemVersion
from exams.models.papers import Paper, PaperItem, PaperSection
from exams.models.standards import (
    MarkingRule,
    PaperTemplate,
    SyllabusChapter,
    SyllabusEdition,
    SyllabusSubject,
    TemplateSection,
)

__all__ = [
    "Attempt",
    "AttemptTrace",
    "Item",
    "ItemBank",
    "ItemComment",
    "ItemPlacement",
    "ItemVersion",
    "MarkingRule",
    "Paper",
    "PaperItem",
    "PaperSection",
    "PaperTemplate",
    "Response",
    "SyllabusChapter",
    "SyllabusEdition",
    "SyllabusSubject",
    "TemplateSection",
]

"""Tables of the exam room: syllabus, marking rules and templates, item banks, papers, attempts."""

from exams.models.analyses import Calibration, ItemAnalysis, ItemParameters, PaperAnalysis
from exams.models.attempts import Attempt, AttemptTrace, Response
from exams.models.banks import Item, ItemBank, ItemComment, ItemPlacement, ItemVersion
from exams.models.learning import CardReview, ReviewCard, StudyPlan
from exams.models.papers import Paper, PaperItem, PaperSection
from exams.models.regrading import Regrade, RegradeChange
from exams.models.reports import FaultReport
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
    "Calibration",
    "CardReview",
    "FaultReport",
    "Item",
    "ItemAnalysis",
    "ItemBank",
    "ItemComment",
    "ItemParameters",
    "ItemPlacement",
    "ItemVersion",
    "MarkingRule",
    "Paper",
    "PaperAnalysis",
    "PaperItem",
    "PaperSection",
    "PaperTemplate",
    "Regrade",
    "RegradeChange",
    "Response",
    "ReviewCard",
    "StudyPlan",
    "SyllabusChapter",
    "SyllabusEdition",
    "SyllabusSubject",
    "TemplateSection",
]

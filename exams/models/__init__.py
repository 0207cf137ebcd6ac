"""Tables of the exam room: syllabus, marking rules and templates, item banks, papers, sittings, attempts, practice."""

from exams.models.analyses import Calibration, ItemAnalysis, ItemParameters, PaperAnalysis
from exams.models.attempts import Attempt, AttemptTrace, Response
from exams.models.banks import Item, ItemBank, ItemComment, ItemPlacement, ItemSketch, ItemVersion
from exams.models.blueprints import (
    Blueprint,
    BlueprintCell,
    DifficultyScale,
    ItemEstimate,
    ItemFacility,
    PaperDraw,
    PaperDrawnItem,
)
from exams.models.essays import EssayMark, EssayMarker, EssayScript
from exams.models.exchange import ImportedItem, ItemImport, ItemPicture
from exams.models.laws import ArticleText, ItemCitation, LawArticle
from exams.models.learning import CardReview, ReviewCard, StudyPlan
from exams.models.papers import Paper, PaperItem, PaperSection
from exams.models.practice import Favourite, PracticeAnswer, PracticeRound, WrongEntry
from exams.models.regrading import Regrade, RegradeChange
from exams.models.reports import FaultReport
from exams.models.rulings import AttemptRuling
from exams.models.sittings import ExamSitting, SeatGrant, SittingInvitation, SittingPaper, SittingSeat
from exams.models.standards import (
    EssayRule,
    MarkingRule,
    PaperTemplate,
    SyllabusChapter,
    SyllabusEdition,
    SyllabusSubject,
    TemplateSection,
)

__all__ = [
    "ArticleText",
    "Attempt",
    "AttemptRuling",
    "AttemptTrace",
    "Blueprint",
    "BlueprintCell",
    "Calibration",
    "CardReview",
    "DifficultyScale",
    "EssayMark",
    "EssayMarker",
    "EssayRule",
    "EssayScript",
    "ExamSitting",
    "FaultReport",
    "Favourite",
    "ImportedItem",
    "Item",
    "ItemAnalysis",
    "ItemBank",
    "ItemCitation",
    "ItemComment",
    "ItemEstimate",
    "ItemFacility",
    "ItemImport",
    "ItemParameters",
    "ItemPicture",
    "ItemPlacement",
    "ItemSketch",
    "ItemVersion",
    "LawArticle",
    "MarkingRule",
    "Paper",
    "PaperAnalysis",
    "PaperDraw",
    "PaperDrawnItem",
    "PaperItem",
    "PaperSection",
    "PaperTemplate",
    "PracticeAnswer",
    "PracticeRound",
    "Regrade",
    "RegradeChange",
    "Response",
    "ReviewCard",
    "SeatGrant",
    "SittingInvitation",
    "SittingPaper",
    "SittingSeat",
    "StudyPlan",
    "SyllabusChapter",
    "SyllabusEdition",
    "SyllabusSubject",
    "TemplateSection",
    "WrongEntry",
]

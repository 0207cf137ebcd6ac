"""The one door to write in the exam room."""

from exams.services.attempts import (
    Given,
    Receipt,
    note_trace,
    save_answers,
    save_response,
    start_attempt,
    submit_attempt,
    submit_overdue,
    take_window,
)
from exams.services.content import load_bank
from exams.services.items import (
    comment_item,
    create_bank,
    create_item,
    publish_item,
    resubmit_item,
    retire_item,
    return_item,
    review_item,
    revise_item,
)
from exams.services.papers import create_paper, draw_items, paper_shortfalls, publish_paper, retire_paper, set_paper_items
from exams.services.standards import load_standards, load_syllabus

__all__ = [
    "Given",
    "Receipt",
    "comment_item",
    "create_bank",
    "create_item",
    "create_paper",
    "draw_items",
    "load_bank",
    "load_standards",
    "load_syllabus",
    "note_trace",
    "paper_shortfalls",
    "publish_item",
    "publish_paper",
    "resubmit_item",
    "retire_item",
    "retire_paper",
    "return_item",
    "review_item",
    "revise_item",
    "save_answers",
    "save_response",
    "set_paper_items",
    "start_attempt",
    "submit_attempt",
    "submit_overdue",
    "take_window",
]

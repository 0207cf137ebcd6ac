"""The one door to write in the exam room."""

from exams.services.analysing import analyse_paper, request_analysis
from exams.services.applying import apply_regrade
from exams.services.attempts import (
    Given,
    Receipt,
    Terms,
    hand_in,
    note_trace,
    save_answers,
    save_response,
    start_attempt,
    submit_attempt,
    submit_overdue,
    take_window,
)
from exams.services.blueprints import CellRow, create_blueprint, draw_papers, retire_blueprint, set_cells
from exams.services.calibrating import calibrate_changed, calibrate_subject
from exams.services.content import load_bank
from exams.services.essays import appoint_marker, claim_script, end_marker, mark_script, release_script
from exams.services.exchange import choose_rows, clean_imports, close_import, confirm_import, discard_import, upload_items
from exams.services.exporting import export_items
from exams.services.faults import answer_faults, report_fault
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
from exams.services.laws import record_article, record_text
from exams.services.learning import collect_mistakes, review_card, set_plan
from exams.services.papers import create_paper, draw_items, paper_shortfalls, publish_paper, retire_paper, set_paper_items
from exams.services.practice import answer_practice, finish_round, judge_essay, keep_favourite, start_round, take_out
from exams.services.regrading import approve_regrade, propose_regrade, reject_regrade, withdraw_regrade
from exams.services.rulings import late_answers, rule_on_attempt
from exams.services.seats import check_in, give_up_seat, grant, seat_audience, start_in_sitting, take_seat
from exams.services.sittings import (
    announce_sitting,
    cancel_sitting,
    close_sitting,
    create_sitting,
    invite,
    release_sitting,
    revise_sitting,
)
from exams.services.sketching import sketch_items
from exams.services.standards import load_pass_lines, load_standards, load_syllabus

__all__ = [
    "CellRow",
    "Given",
    "Receipt",
    "Terms",
    "analyse_paper",
    "announce_sitting",
    "answer_faults",
    "answer_practice",
    "apply_regrade",
    "appoint_marker",
    "approve_regrade",
    "calibrate_changed",
    "calibrate_subject",
    "cancel_sitting",
    "check_in",
    "choose_rows",
    "claim_script",
    "clean_imports",
    "close_import",
    "close_sitting",
    "collect_mistakes",
    "comment_item",
    "confirm_import",
    "create_bank",
    "create_blueprint",
    "create_item",
    "create_paper",
    "create_sitting",
    "discard_import",
    "draw_items",
    "draw_papers",
    "end_marker",
    "export_items",
    "finish_round",
    "give_up_seat",
    "grant",
    "hand_in",
    "invite",
    "judge_essay",
    "keep_favourite",
    "late_answers",
    "load_bank",
    "load_pass_lines",
    "load_standards",
    "load_syllabus",
    "mark_script",
    "note_trace",
    "paper_shortfalls",
    "propose_regrade",
    "publish_item",
    "publish_paper",
    "record_article",
    "record_text",
    "reject_regrade",
    "release_script",
    "release_sitting",
    "report_fault",
    "request_analysis",
    "resubmit_item",
    "retire_blueprint",
    "retire_item",
    "retire_paper",
    "return_item",
    "review_card",
    "review_item",
    "revise_item",
    "revise_sitting",
    "rule_on_attempt",
    "save_answers",
    "save_response",
    "seat_audience",
    "set_cells",
    "set_paper_items",
    "set_plan",
    "sketch_items",
    "start_attempt",
    "start_in_sitting",
    "start_round",
    "submit_attempt",
    "submit_overdue",
    "take_out",
    "take_seat",
    "take_window",
    "upload_items",
    "withdraw_regrade",
]

"""Who may use the routes of exams."""

from exams.states import AUTHORS, BANK_STAFF, PAPER_MAKERS, RESULT_READERS, REVIEWERS
from lms.core.routes import Reach, roles, signed_in

ROUTES = {
    # learners
    "exams:paper_list": signed_in(Reach.OWN, note="papers open to the learner's division"),
    "exams:paper": signed_in(Reach.DIVISION, note="a paper open to the learner's division"),
    "exams:attempt_start": signed_in(Reach.DIVISION, note="a paper open to the learner's division"),
    "exams:attempt_list": signed_in(Reach.OWN),
    "exams:attempt": signed_in(Reach.OWN),
    "exams:attempt_answers": signed_in(Reach.OWN),
    "exams:attempt_window": signed_in(Reach.OWN),
    "exams:attempt_trace": signed_in(Reach.OWN),
    "exams:attempt_save": signed_in(Reach.OWN),
    "exams:attempt_submit": signed_in(Reach.OWN),
    "exams:attempt_result": signed_in(Reach.OWN),
    # those who write items
    "exams:bank_list": roles(BANK_STAFF),
    "exams:bank_create": roles(AUTHORS),
    "exams:bank": roles(BANK_STAFF),
    "exams:item_create": roles(AUTHORS),
    "exams:item": roles(BANK_STAFF),
    "exams:item_edit": roles(AUTHORS),
    "exams:item_preview": roles(AUTHORS, Reach.NONE, note="shows what was posted, reads no row"),
    "exams:item_act": roles(BANK_STAFF, note="review, return, publish, retire, comment: the service asks for the role"),
    # those who compose papers and read results
    "exams:office_paper_list": roles(PAPER_MAKERS | RESULT_READERS | REVIEWERS),
    "exams:office_paper_create": roles(PAPER_MAKERS),
    "exams:office_paper": roles(PAPER_MAKERS | RESULT_READERS),
    "exams:office_paper_items": roles(PAPER_MAKERS),
    "exams:office_paper_act": roles(PAPER_MAKERS),
    "exams:office_attempts": roles(RESULT_READERS),
    "exams:office_attempt": roles(RESULT_READERS),
}

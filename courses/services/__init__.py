"""The doors of courses to write. Each is keyword-only, atomic, audited, and posts its ledger lines in its own transaction."""

from courses.services.attendance import cancel_session, close_overdue_sessions, close_session, record_attendance
from courses.services.certifying import issue_certificates, request_certificates
from courses.services.classes import cancel_class, change_class_state, create_class, update_class
from courses.services.closing import close_class
from courses.services.completion import answer_check, complete_course, finish_lesson, post_study_days
from courses.services.enrolment import Entry, enrol, enrol_many, transfer, withdraw, withdraw_own
from courses.services.heads import enter_walk_in, identify_from_count, identify_walk_in, record_headcount, strike_walk_in
from courses.services.leave import answer_leave, ask_leave, withdraw_leave
from courses.services.publishing import course_index, publish_course
from courses.services.roster import clean_rosters, confirm_roster, discard_roster, upload_roster
from courses.services.roster_columns import confirm_columns
from courses.services.sessions import plan_session, update_session
from courses.services.sheets import enter_row, print_sheet, undo_row
from courses.services.signing_in import review_late, sign_in, sign_in_later, sign_out
from courses.services.signing_up import Share, approve_sign_up, decline_sign_up, set_quotas, sign_up, withdraw_sign_up
from courses.services.study import open_lesson, record_study, record_study_sent_later, start_course
from courses.services.study_bulk import CourseRun, complete_course_many
from courses.services.telling import remind_of_sessions
from courses.services.trainers import describe_trainer, give_feedback, register_trainer

__all__ = [
    "CourseRun",
    "Entry",
    "Share",
    "answer_check",
    "answer_leave",
    "approve_sign_up",
    "ask_leave",
    "cancel_class",
    "cancel_session",
    "change_class_state",
    "clean_rosters",
    "close_class",
    "close_overdue_sessions",
    "close_session",
    "complete_course",
    "complete_course_many",
    "confirm_columns",
    "confirm_roster",
    "course_index",
    "create_class",
    "decline_sign_up",
    "describe_trainer",
    "discard_roster",
    "enrol",
    "enrol_many",
    "enter_row",
    "enter_walk_in",
    "finish_lesson",
    "give_feedback",
    "identify_from_count",
    "identify_walk_in",
    "issue_certificates",
    "open_lesson",
    "plan_session",
    "post_study_days",
    "print_sheet",
    "publish_course",
    "record_attendance",
    "record_headcount",
    "record_study",
    "record_study_sent_later",
    "register_trainer",
    "remind_of_sessions",
    "request_certificates",
    "review_late",
    "set_quotas",
    "sign_in",
    "sign_in_later",
    "sign_out",
    "sign_up",
    "start_course",
    "strike_walk_in",
    "transfer",
    "undo_row",
    "update_class",
    "update_session",
    "upload_roster",
    "withdraw",
    "withdraw_leave",
    "withdraw_own",
    "withdraw_sign_up",
]

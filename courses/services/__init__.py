"""The doors of courses to write. Each is keyword-only, atomic, audited, and posts its ledger lines in its own transaction."""

from courses.services.attendance import (
    cancel_session,
    close_overdue_sessions,
    close_session,
    record_attendance,
    record_headcount,
    sign_in,
)
from courses.services.certifying import issue_certificates, request_certificates
from courses.services.classes import (
    cancel_class,
    change_class_state,
    close_class,
    create_class,
    plan_session,
    update_class,
    update_session,
)
from courses.services.completion import answer_check, complete_course, finish_lesson, post_study_days
from courses.services.enrolment import Entry, enrol, enrol_many, withdraw
from courses.services.publishing import course_index, publish_course
from courses.services.roster import clean_rosters, confirm_roster, discard_roster, upload_roster
from courses.services.roster_columns import confirm_columns
from courses.services.study import open_lesson, record_study, record_study_sent_later, start_course
from courses.services.study_bulk import CourseRun, complete_course_many
from courses.services.telling import remind_of_sessions

__all__ = [
    "CourseRun",
    "Entry",
    "answer_check",
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
    "discard_roster",
    "enrol",
    "enrol_many",
    "finish_lesson",
    "issue_certificates",
    "open_lesson",
    "plan_session",
    "post_study_days",
    "publish_course",
    "record_attendance",
    "record_headcount",
    "record_study",
    "record_study_sent_later",
    "remind_of_sessions",
    "request_certificates",
    "sign_in",
    "start_course",
    "update_class",
    "update_session",
    "upload_roster",
    "withdraw",
]

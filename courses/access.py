"""Who may use the routes of courses."""

from lms.accounts.roles import OFFICE
from lms.core.routes import Reach, public, roles, signed_in

_OFFICE = roles(OFFICE, note="classes hosted by one's divisions")
_NO_ROW = roles(OFFICE, Reach.NONE)
_OWN = signed_in(Reach.OWN)

ROUTES = {
    "courses:home": _OWN,
    "courses:catalogue": public(note="published courses"),
    "courses:course": public(note="a published course; its lessons ask to sign in unless it is open to the public"),
    "courses:course_start": signed_in(Reach.NONE, note="published courses; the enrolment made is one's own"),
    "courses:lesson": public(note="published lessons; of a course not open to the public only for those in it"),
    "courses:study_ping": _OWN,
    "courses:check_answer": _OWN,
    "courses:lesson_finish": _OWN,
    "courses:my_classes": _OWN,
    "courses:my_class": _OWN,
    "courses:sign_in": signed_in(Reach.OWN, note="half-days of classes one is in"),
    "courses:records": _OWN,
    "courses:class_list": _OFFICE,
    "courses:class_create": _OFFICE,
    "courses:class_detail": _OFFICE,
    "courses:class_edit": _OFFICE,
    "courses:class_state": _OFFICE,
    "courses:class_close": _OFFICE,
    "courses:class_cancel": _OFFICE,
    "courses:class_learners": _OFFICE,
    "courses:enrolment_withdraw": _OFFICE,
    "courses:enrolment_return": _OFFICE,
    "courses:class_certificates": _OFFICE,
    "courses:session_create": _OFFICE,
    "courses:session_edit": _OFFICE,
    "courses:attendance": _OFFICE,
    "courses:headcount": _OFFICE,
    "courses:session_screen": _OFFICE,
    "courses:session_code": _OFFICE,
    "courses:session_close": _OFFICE,
    "courses:session_cancel": _OFFICE,
    "courses:roster_upload": _OFFICE,
    "courses:roster_template": _NO_ROW,
    "courses:roster_detail": _OFFICE,
    "courses:roster_columns": _OFFICE,
    "courses:roster_confirm": _OFFICE,
    "courses:roster_discard": _OFFICE,
    "courses:roster_results": roles(OFFICE, Reach.OWN, "for the one who uploaded the roster"),
}

"""Who may use the routes of core. Role names are plain strings: the roles are declared above."""

from lms.core.routes import Reach, public, signed_in

_NOTE = "one's own; administrators also see and stop those of their divisions, never their files"

ROUTES = {
    "media": public(note="pictures, sound and video of published pages; documents have their own route"),
    "job_list": signed_in(Reach.OWN, _NOTE),
    "job_detail": signed_in(Reach.OWN, _NOTE),
    "job_progress": signed_in(Reach.OWN, _NOTE),
    "job_cancel": signed_in(Reach.OWN, _NOTE),
    "job_retry": signed_in(Reach.OWN),
    "job_result": signed_in(Reach.OWN),
}

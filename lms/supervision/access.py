"""Who may use the routes of supervision. A record belongs to its supervisor; nobody signs for somebody else."""

from lms.accounts.roles import OFFICE, REPORTING
from lms.core.routes import Reach, roles, signed_in

_SUPERVISOR = "the supervisor's own records, by their agreements"
_SUPERVISEE = "records in which one was present"

ROUTES = {
    "supervision:mine": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:new": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:edit": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:record": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:sign": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:amend": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:discard": signed_in(Reach.OWN, _SUPERVISOR),
    "supervision:to_confirm": signed_in(Reach.OWN, _SUPERVISEE),
    "supervision:confirm": signed_in(Reach.OWN, _SUPERVISEE),
    "supervision:dispute": signed_in(Reach.OWN, _SUPERVISEE),
    "supervision:list": roles(REPORTING),
    "supervision:detail": roles(REPORTING),
    "supervision:sheet": signed_in(Reach.OWN, "printable; the supervisor, those present, and offices of their divisions"),
    "supervision:agreements": roles(REPORTING),
    "supervision:agree": roles(OFFICE),
    "supervision:end_agreement": roles(OFFICE),
}

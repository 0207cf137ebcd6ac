"""Who may use the routes of careers."""

from lms.core.roles import OFFICE
from lms.core.routes import Reach, roles, signed_in

ROUTES = {
    "careers:mine": signed_in(Reach.OWN),
    "careers:pass_lines": roles(OFFICE, Reach.NONE, note="public facts; the service of adding asks for the division"),
    "careers:add": roles(OFFICE),
    "careers:end": roles(OFFICE),
    "careers:void": roles(OFFICE),
}

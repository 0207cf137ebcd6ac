"""Who may use the routes of programmes."""

from lms.core.roles import OFFICE, Role
from lms.core.routes import Reach, roles

SEES = OFFICE | {Role.REVIEWER, Role.AUDITOR, Role.SUPERVISOR}

ROUTES = {
    "programmes:list": roles(SEES),
    "programmes:detail": roles(SEES),
    "programmes:create": roles(OFFICE),
    "programmes:edit": roles(OFFICE),
    "programmes:leave": roles(OFFICE),
    "programmes:categories": roles(OFFICE),
    "programmes:end_category": roles({Role.REGIONAL_ADMIN}),
    "programmes:funders": roles(OFFICE, Reach.NONE, note="one list of names for everywhere, no person in it"),
}

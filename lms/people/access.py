"""Who may use the routes of people."""

from lms.core.roles import OFFICE, Role
from lms.core.routes import Reach, roles, signed_in

SEES = OFFICE | {Role.REVIEWER, Role.AUDITOR, Role.SECURITY_ADMIN}

ROUTES = {
    "people:me": signed_in(Reach.OWN),
    "people:me_export": signed_in(Reach.OWN),
    "people:consents": signed_in(Reach.OWN),
    "people:withdraw": signed_in(Reach.OWN, note="the address names a purpose, never a person"),
    "people:correction_request": signed_in(Reach.OWN),
    "people:list": roles(SEES),
    "people:detail": roles(SEES),
    "people:create": roles(OFFICE),
    "people:edit": roles(OFFICE),
    "people:document_add": roles(OFFICE),
    "people:reveal": roles(OFFICE, note="asks a reason, audited"),
    "people:open_account": roles(OFFICE),
    "people:erase": roles({Role.REGIONAL_ADMIN}),
    "people:duplicates": roles(OFFICE),
    "people:compare": roles(OFFICE),
    "people:unmerge": roles(OFFICE),
    "people:corrections": roles(OFFICE),
    "people:correction": roles(OFFICE),
}

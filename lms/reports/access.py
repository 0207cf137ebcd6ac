"""Who may use the routes of reports, and on which divisions."""

from lms.accounts.roles import ACCOUNT_KEEPERS, OFFICE, REPORTING, Role
from lms.core.routes import Access, Reach, bearer, public, roles, signed_in
from lms.people.access import SEES
from lms.reports.home import DESK
from lms.reports.states import TokenScope

APPROVING = OFFICE | {Role.REVIEWER}

ROUTES: dict[str, Access] = {
    "first_run": public(Reach.TOKEN, "only while nobody has an account, and with the code from the machine"),
    "home": signed_in(Reach.NONE, "sends each role to its first page"),
    "reports:home": roles(DESK, Reach.DIVISION, "what waits, gathered from every room's worklist"),
    "reports:overview": roles(REPORTING, Reach.DIVISION, "leads to the reader's own highest division"),
    "reports:division": roles(REPORTING),
    "reports:export": roles(REPORTING),
    "reports:unapproved": roles(REPORTING),
    "reports:cut": roles(REPORTING),
    "reports:cut_open": roles(REPORTING, note="names are masked outside the offices of the person's division"),
    "reports:cut_rows": roles(REPORTING, note="asks for a job of the reader's own"),
    "reports:cut_export": roles(REPORTING),
    "reports:custom": roles(REPORTING, note="asks for a job of the reader's own"),
    "reports:open": roles(REPORTING, note="names are masked outside the offices of the person's division"),
    "reports:export_rows": roles(REPORTING),
    "reports:evidence": roles(REPORTING),
    "reports:my_hours": signed_in(Reach.OWN),
    "reports:person_hours": roles(SEES, note="the reading is audited"),
    "reports:approval": roles(REPORTING, Reach.DIVISION, "the reader's own highest division"),
    "reports:period": roles(REPORTING),
    "reports:period_act": roles(APPROVING, note="who hands in and who decides is asked by the service, by level"),
    "reports:sign_link": roles(APPROVING, note="shown once; lends the right to decide on one submission, once"),
    "reports:period_payload": roles(REPORTING),
    "reports:period_lines": roles(REPORTING, note="uuids and digests, no names"),
    "reports:period_print": roles(REPORTING, note="asks for a job of the reader's own"),
    "reports:monthly": roles(REPORTING, Reach.OWN, "a subscription of the reader's own, to a division in scope"),
    "reports:monthly_end": roles(REPORTING, Reach.OWN),
    "reports:sign": public(Reach.TOKEN, "single use, expiring, for one submission; the rest is the same 404"),
    "reports:seal": public(Reach.TOKEN, "by the root printed on a report: place, month and number of lines alone"),
    "reports:verify_script": public(Reach.NONE, "the stand-alone script"),
    "reports:api": roles(REPORTING | ACCOUNT_KEEPERS, Reach.DIVISION, "tokens that read one's divisions; made by reporting roles"),
    "reports:api_token_end": roles(REPORTING | ACCOUNT_KEEPERS),
    "api:divisions": bearer(TokenScope.FIGURES),
    "api:division": bearer(TokenScope.FIGURES),
    "api:figures": bearer(TokenScope.FIGURES),
    "api:figure": bearer(TokenScope.FIGURES),
    "api:figure_lines": bearer(TokenScope.LINES, note="uuids and facts, no names; the reading is audited"),
    "api:person_times": bearer(TokenScope.FIGURES),
    "api:cut": bearer(TokenScope.FIGURES),
    "api:periods": bearer(TokenScope.PERIODS),
    "api:period": bearer(TokenScope.PERIODS),
    "api:pipeline": bearer(TokenScope.PIPELINE),
    "api:nothing": public(Reach.TOKEN, "no such address: a problem document instead of a page"),
    "api_openapi": public(Reach.NONE, "the description of the interface"),
    "api_docs": public(Reach.NONE, "the description of the interface, to be read by people"),
    "reports:layout_sample": roles(REPORTING, Reach.NONE, "no row of anybody's"),
    "reports:layouts": roles(REPORTING, note="adding one is the service's question: an office of the division"),
    "reports:layout_fill": roles(REPORTING, note="asks for a job of the reader's own; layouts of the division and above"),
    "reports:layout_end": roles(OFFICE, note="an office of the layout's own division"),
    "reports:layout_file": roles(REPORTING, note="layouts of the division and above"),
    "reports:definitions": roles(REPORTING, Reach.NONE, "no row of anybody's"),
}

"""Who may use the routes of reports, and on which divisions."""

from lms.accounts.roles import REPORTING
from lms.core.routes import Access, Reach, public, roles, signed_in
from lms.reports.home import DESK

ROUTES: dict[str, Access] = {
    "first_run": public(Reach.TOKEN, "only while nobody has an account, and with the code from the machine"),
    "home": signed_in(Reach.NONE, "sends each role to its first page"),
    "reports:home": roles(DESK, Reach.DIVISION, "what waits, gathered from every room's worklist"),
    "reports:overview": roles(REPORTING, Reach.DIVISION, "leads to the reader's own highest division"),
    "reports:division": roles(REPORTING),
    "reports:export": roles(REPORTING),
    "reports:custom": roles(REPORTING, note="asks for a job of the reader's own"),
    "reports:open": roles(REPORTING, note="names are masked outside the offices of the person's division"),
    "reports:export_rows": roles(REPORTING),
    "reports:evidence": roles(REPORTING),
    "reports:definitions": roles(REPORTING, Reach.NONE, "no row of anybody's"),
}

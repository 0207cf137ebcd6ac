"""Who may use the routes of reports, and on which divisions."""

from lms.core.routes import Access, Reach, roles, signed_in
from lms.reports.home import DESK

ROUTES: dict[str, Access] = {
    "home": signed_in(Reach.NONE, "sends each role to its first page"),
    "reports:home": roles(DESK, Reach.DIVISION, "what waits, gathered from every room's worklist"),
}

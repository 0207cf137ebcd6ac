"""Who may use the routes of the pipeline."""

from lms.accounts.roles import REPORTING
from lms.core.routes import Reach, roles, signed_in

ROUTES = {
    "pipeline:funnel": roles(REPORTING),
    "pipeline:members": roles(REPORTING),
    "pipeline:conversions": roles(REPORTING),
    "pipeline:worklist": roles(REPORTING),
    "pipeline:person": roles(REPORTING),
    "pipeline:mine": signed_in(Reach.OWN),
}

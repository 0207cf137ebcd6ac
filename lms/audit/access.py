"""Who may use the routes of audit: auditors of the division where an event happened, and nobody else."""

from lms.core.roles import Role
from lms.core.routes import roles

ROUTES = {
    "audit:event_list": roles({Role.AUDITOR}),
    "audit:event_export": roles({Role.AUDITOR}),
    "audit:event_detail": roles({Role.AUDITOR}),
}

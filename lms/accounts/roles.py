"""The roles, as accounts gives and ends them. Declared in ``core.roles`` because the rooms below accounts ask for them too."""

from lms.core.roles import ACCOUNT_KEEPERS, ADMINISTRATORS, EDITORIAL, MAY_GIVE, OFFICE, REPORTING, SEES_PEOPLE, STAFF, Role

__all__ = ["ACCOUNT_KEEPERS", "ADMINISTRATORS", "EDITORIAL", "MAY_GIVE", "OFFICE", "REPORTING", "SEES_PEOPLE", "STAFF", "Role"]

"""The roles, as accounts gives and ends them. Declared in ``core.roles`` because the rooms below accounts ask for them too."""

from lms.core.roles import EDITORIAL, OFFICE, REPORTING, SEES_PEOPLE, STAFF, Role

__all__ = ["EDITORIAL", "OFFICE", "REPORTING", "SEES_PEOPLE", "STAFF", "Role"]

"""Where careers stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("我的履历"), "careers:mine", "record", Group.MINE, 50),
    Entry(_("合格标准"), "careers:pass_lines", "check-list", Group.PEOPLE, 60),
]

"""What supervision offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.accounts.roles import Role
from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("我的督导"), "supervision:mine", "supervision", Group.TODAY, 40, roles=frozenset({Role.SUPERVISOR})),
    Entry(_("待我确认的督导"), "supervision:to_confirm", "supervision", Group.MINE, 40),
    Entry(_("督导记录"), "supervision:list", "supervision", Group.TRAINING, 50, under=("/supervision/agreements/",)),
]

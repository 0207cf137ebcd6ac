"""Where reports stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("今天要办"), "reports:home", icon="today", group=Group.TODAY, order=1),
    Entry(_("培训台账"), "reports:overview", icon="ledger", group=Group.FIGURES, order=10),
    Entry(_("报送与审核"), "reports:approval", icon="check", group=Group.FIGURES, order=12),
    Entry(_("口径说明"), "reports:definitions", icon="info", group=Group.FIGURES, order=19),
    Entry(_("开放接口"), "reports:api", icon="link", group=Group.FIGURES, order=20),
]

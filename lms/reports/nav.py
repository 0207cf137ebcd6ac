"""Where reports stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [Entry(_("今天要办"), "reports:home", icon="today", group=Group.TODAY, order=1)]

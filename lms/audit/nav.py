"""Where audit stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [Entry(_("审计日志"), "audit:event_list", icon="audit", group=Group.SYSTEM, order=20)]

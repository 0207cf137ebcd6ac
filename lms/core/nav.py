"""What core offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [Entry(_("后台任务"), "job_list", "job", Group.SYSTEM, 80)]

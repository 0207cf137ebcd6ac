"""What the pipeline offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("人才转化"), "pipeline:funnel", "funnel", Group.FIGURES, 30, under=("/pipeline/",)),
    Entry(_("可推进的人"), "pipeline:worklist", "check-list", Group.TODAY, 30),
]

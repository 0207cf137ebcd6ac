"""Where programmes stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("项目"), "programmes:list", "programme", Group.PEOPLE, 40),
    Entry(_("对象类别"), "programmes:categories", "check-list", Group.PEOPLE, 50),
    Entry(_("经费来源"), "programmes:funders", "check-list", Group.PEOPLE, 55),
]

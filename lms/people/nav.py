"""Where people stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("人员"), "people:list", "people", Group.PEOPLE, 10),
    Entry(_("疑似重复"), "people:duplicates", "filter", Group.PEOPLE, 20),
    Entry(_("更正申请"), "people:corrections", "edit", Group.PEOPLE, 30),
    Entry(
        _("我的"),
        "people:me",
        "person",
        Group.LEARNER,
        90,
        under=("/careers/me/", "/notices/", "/certificates/mine/", "/supervision/confirm/"),
    ),
]

"""What cms offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("新闻"), "cms:news", "news", Group.PUBLIC, 20),
    Entry(_("政策库"), "cms:policies", "policy", Group.PUBLIC, 30),
    Entry(_("搜索"), "cms:search", "search", Group.PUBLIC, 90),
    Entry(_("内容管理"), "wagtailadmin_home", "content", Group.CONTENT, 60),
    Entry(_("界面样例"), "cms:gallery", "type", Group.SYSTEM, 95),
]

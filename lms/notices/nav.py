"""Where notices stand in the navigation; the bell in the head of every page leads here too."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [Entry(_("我的消息"), "notices:inbox", "bell", Group.MINE, 60)]

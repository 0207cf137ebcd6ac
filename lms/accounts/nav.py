"""Where accounts stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [Entry(_("账号与角色"), "accounts:user_list", icon="key", group=Group.SYSTEM, order=10, under=("/accounts/users/",))]

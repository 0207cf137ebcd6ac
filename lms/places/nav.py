"""Where places stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("区划"), "places:home", icon="place", group=Group.PEOPLE, order=40, under=("/places/divisions/",)),
    Entry(_("机构"), "places:organisation_list", icon="building", group=Group.PEOPLE, order=41),
    Entry(_("社工站"), "places:station_list", icon="flag", group=Group.PEOPLE, order=42),
]

"""What certificates offer in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("证书查验"), "verify:form", "certificate", Group.PUBLIC, 60),
    Entry(_("我的证书"), "certificates:mine", "certificate", Group.MINE, 20),
    Entry(_("证书"), "certificates:list", "certificate", Group.TRAINING, 60, under=("/certificates/issuers/",)),
]

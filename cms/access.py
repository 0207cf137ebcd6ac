"""Who may use the routes of cms."""

from django.conf import settings

from lms.accounts.roles import EDITORIAL
from lms.core.routes import Reach, public, roles

ROUTES = {
    "cms:large_type": public(note="a cookie on the reader's own device"),
    "cms:offline": public(),
    "cms:worker": public(note="the script that shows kept pages without network"),
    "cms:news": public(),
    "cms:policies": public(),
    "cms:search": public(note="pages that the reader may open"),
    "cms:gallery": public() if settings.LMS_DEMO else roles(EDITORIAL, Reach.NONE),
}

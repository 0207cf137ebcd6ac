"""Who may use the routes of cms."""

from lms.core.routes import public

ROUTES = {
    "cms:large_type": public(note="a cookie on the reader's own device"),
    "cms:offline": public(),
}

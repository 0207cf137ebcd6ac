"""Who may use the routes of places. Which divisions there are is public knowledge; what lies in them is scoped."""

from lms.core.roles import OFFICE, STAFF
from lms.core.routes import Reach, roles, signed_in

ROUTES = {
    "places:home": roles(STAFF),
    "places:division_search": signed_in(Reach.NONE, "the national list of divisions"),
    "places:division_detail": roles(STAFF),
    "places:organisation_list": roles(STAFF),
    "places:organisation_create": roles(OFFICE),
    "places:organisation_detail": roles(STAFF),
    "places:organisation_close": roles(OFFICE),
    "places:station_list": roles(STAFF),
    "places:station_create": roles(OFFICE),
    "places:station_detail": roles(STAFF),
    "places:station_close": roles(OFFICE),
    "places:station_operator": roles(OFFICE),
}

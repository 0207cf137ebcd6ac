"""Who may use the routes of notices: everybody signed in, on their own."""

from lms.core.routes import Reach, signed_in

ROUTES = {
    "notices:inbox": signed_in(Reach.OWN),
    "notices:read_all": signed_in(Reach.OWN),
    "notices:preferences": signed_in(Reach.OWN),
    "notices:open": signed_in(Reach.OWN),
}

"""Who may use the routes of accounts."""

from lms.core.routes import Reach, public, signed_in

ROUTES = {
    "account_login": public(),
    "account_logout": public(),
    "account_change_password": signed_in(Reach.OWN),
}

"""Who may use the routes of certificates."""

from lms.accounts.roles import OFFICE, REPORTING, Role
from lms.core.routes import Reach, public, roles, signed_in

_CODE = "needs the number and the random code printed beside it"

ROUTES = {
    "verify:form": public(Reach.TOKEN, _CODE),
    "verify:result": public(Reach.TOKEN, _CODE),
    "verify:file": public(Reach.TOKEN, "needs the very file that was issued"),
    "verify:log": public(note="salted digests, no names"),
    "certificates:mine": signed_in(Reach.OWN),
    "certificates:own_detail": signed_in(Reach.OWN),
    "certificates:own_file": signed_in(Reach.OWN),
    "certificates:list": roles(REPORTING),
    "certificates:detail": roles(REPORTING),
    "certificates:file": roles(OFFICE),
    "certificates:print": roles(OFFICE),
    "certificates:void": roles(OFFICE),
    "certificates:reissue": roles(OFFICE),
    "certificates:issuers": roles(OFFICE),
    "certificates:open_issuer": roles({Role.REGIONAL_ADMIN}),
}

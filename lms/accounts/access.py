"""Who may use the routes of accounts, allauth's among them."""

from django.conf import settings

from lms.accounts.roles import ACCOUNT_KEEPERS
from lms.core.routes import Access, Reach, nobody, public, roles, signed_in

_OFFICES = "accounts come from offices; nobody signs up"
_KEEPERS = "an administrator brings somebody back in, without e-mail or SMS"

ROUTES = {
    "account_signup": nobody(_OFFICES),
    "account_email": nobody("e-mail addresses are entered by offices"),
    "account_email_verification_sent": nobody("e-mail addresses are entered by offices"),
    "account_confirm_email": nobody("e-mail addresses are entered by offices"),
    "account_set_password": nobody(_KEEPERS),
    "account_reset_password*": nobody(_KEEPERS),
    "account_confirm_login_code": nobody(_KEEPERS),
    "socialaccount_signup": nobody(_OFFICES),
    "account_login": public(),
    "account_logout": public(),
    "account_inactive": public(),
    "account_change_password": signed_in(Reach.OWN),
    "account_reauthenticate": signed_in(Reach.OWN),
    "usersessions_list": signed_in(Reach.OWN),
    "mfa_authenticate": public(note="the second step of signing in"),
    "mfa_login_webauthn": public(note="signing in with a passkey"),
    "mfa_index": signed_in(Reach.OWN),
    "mfa_reauthenticate": signed_in(Reach.OWN),
    "mfa_activate_totp": signed_in(Reach.OWN),
    "mfa_deactivate_totp": signed_in(Reach.OWN),
    "mfa_view_recovery_codes": signed_in(Reach.OWN),
    "mfa_generate_recovery_codes": signed_in(Reach.OWN),
    "mfa_download_recovery_codes": signed_in(Reach.OWN),
    "mfa_list_webauthn": signed_in(Reach.OWN),
    "mfa_add_webauthn": signed_in(Reach.OWN),
    "mfa_reauthenticate_webauthn": signed_in(Reach.OWN),
    "mfa_edit_webauthn": signed_in(Reach.OWN),
    "mfa_remove_webauthn": signed_in(Reach.OWN),
    "accounts:me": signed_in(Reach.OWN),
    "accounts:preferences": signed_in(Reach.OWN),
    "accounts:user_list": roles(ACCOUNT_KEEPERS),
    "accounts:user_create": roles(ACCOUNT_KEEPERS),
    "accounts:user_detail": roles(ACCOUNT_KEEPERS),
    "accounts:user_state": roles(ACCOUNT_KEEPERS),
    "accounts:sign_in_reset": roles(ACCOUNT_KEEPERS),
    "accounts:role_give": roles(ACCOUNT_KEEPERS),
    "accounts:role_end": roles(ACCOUNT_KEEPERS),
}


def _social() -> dict[str, Access]:
    """Signing in by WeChat and DingTalk: only where keys are configured."""
    providers = settings.SOCIALACCOUNT_PROVIDERS
    if not providers:
        return {"socialaccount_*": nobody("no keys are configured")}
    found = {
        "socialaccount_connections": signed_in(Reach.OWN),
        "socialaccount_login_cancelled": public(),
        "socialaccount_login_error": public(),
    }
    for provider in providers:
        found |= {f"{provider}_login": public(), f"{provider}_callback": public()}
    return found


ROUTES |= _social()

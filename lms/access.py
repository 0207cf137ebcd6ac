"""The one table: every route, who may use it and on which divisions. Gathered from the rooms' ``access.py``.

Wagtail's admin is here by prefix: who enters it is decided here, what a group may do there by Wagtail's permissions.
"""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from lms.accounts.roles import EDITORIAL, Role
from lms.core.routes import Access, Reach, nobody, public, roles, signed_in

_OWN_ACCOUNTS = "accounts, roles and passwords are ours: see accounts"

WAGTAIL: dict[str, Access] = {
    "wagtail_serve": public(note="published pages; restricted ones ask in their own serve"),
    "wagtaildocs_serve": signed_in(Reach.NONE),
    "wagtail*": roles(EDITORIAL, Reach.NONE, "what a group may do is Wagtail's permissions"),
    "wagtail.admin.views.home.default": roles(EDITORIAL, Reach.NONE, "Wagtail's own 404"),
    "simple_translation:*": roles(EDITORIAL, Reach.NONE, "what a group may do is Wagtail's permissions"),
    "wagtailadmin_logout": signed_in(Reach.OWN),
    "wagtailadmin_login": nobody(_OWN_ACCOUNTS),
    "wagtailadmin_password_reset*": nobody(_OWN_ACCOUNTS),
    "wagtailadmin_account": nobody(_OWN_ACCOUNTS),
    "wagtailadmin_error_test": nobody("a page that fails on purpose"),
    "wagtailusers_*": nobody(_OWN_ACCOUNTS),
    "wagtailadmin_tag_autocomplete": roles(EDITORIAL, Reach.NONE),
    "wagtailsites:*": roles({Role.SYSTEM_ADMIN}, Reach.NONE),
    "wagtaillocales:*": roles({Role.SYSTEM_ADMIN}, Reach.NONE),
    "wagtailredirects:*": roles({Role.SYSTEM_ADMIN, Role.EDITOR}, Reach.NONE),
    "django.views.generic.base.TemplateView": nobody("Wagtail's specimen of a 404"),
    "django.views.generic.base.RedirectView": nobody("addresses that libraries left behind"),
}


def _gather() -> dict[str, Access]:
    table: dict[str, Access] = {
        "health": public(),
        "set_language": public(note="a cookie on the reader's own device"),
        "editor_account": signed_in(Reach.OWN, "to one's own account"),
        "editor_sign_in": public(note="to the one sign-in"),
        **WAGTAIL,
    }
    for room in settings.ROOMS:
        try:
            module = import_module(f"{room}.access")
        except ModuleNotFoundError as error:
            if error.name != f"{room}.access":
                raise
            continue
        clash = table.keys() & module.ROUTES.keys()
        if clash:
            raise RuntimeError(f"{room}.access names a route twice: {sorted(clash)}")
        table.update(module.ROUTES)
    return table


TABLE = _gather()

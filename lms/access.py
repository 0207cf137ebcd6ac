"""The one table: every route, who may use it and on which divisions. Gathered from the rooms' ``access.py``."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from lms.accounts.roles import EDITORIAL
from lms.core.routes import Access, Reach, public, roles, signed_in


def _gather() -> dict[str, Access]:
    table: dict[str, Access] = {
        "health": public(),
        "set_language": public(),
        "wagtail_serve": public(note="published pages; restricted ones ask in their own serve"),
        "wagtailadmin*": roles(EDITORIAL),
        "wagtail*": roles(EDITORIAL),
        # users and groups are kept by accounts; Wagtail's own pages for them, its sign-in and its passwords are closed to all
        "wagtailusers*": roles(()),
        "wagtailadmin_login": roles(()),
        "wagtailadmin_error_test": roles(()),
        "wagtailadmin_password_reset*": roles(()),
        "wagtailimages_serve": public(),
        "wagtaildocs_serve": signed_in(Reach.NONE),
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

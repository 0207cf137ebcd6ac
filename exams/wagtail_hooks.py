"""The editors' admin: items are written, reviewed and published there, by the same pages and services as in the office."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.states import BANK_STAFF
from exams.urls import ITEM_DESK
from exams.views.items import ADMIN


class ItemsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.actor.has(*BANK_STAFF))  # type: ignore[attr-defined]


@hooks.register("register_admin_urls")
def item_desk() -> list[URLPattern | URLResolver]:
    return [path("items/", include((ITEM_DESK, ADMIN), namespace=ADMIN))]


@hooks.register("register_admin_menu_item")
def items_menu() -> MenuItem:
    return ItemsMenuItem(_("题库与试题"), reverse(f"{ADMIN}:bank_list"), name="items", icon_name="clipboard-list", order=205)

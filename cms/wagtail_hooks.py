"""The editors' admin: our menu, dashboard, help and colours. Nothing in it points to another host or to accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import InspectView, SnippetViewSet

from cms.models import Policy

# Wagtail's own items that lead to other hosts or to accounts, which are kept elsewhere
HIDDEN_MENU = {"users", "groups", "whats-new-in-wagtail", "editor-guide", "locales", "sites"}


class PolicyInspectView(InspectView):
    """Wagtail writes "None" where a field is empty."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        found = super().get_field_display_value(field_name, field)
        return "—" if found in (None, "", "None") else found


class PolicyViewSet(SnippetViewSet):
    """Policies as objects. Lessons, items and pages point to them."""

    model = Policy
    icon = "doc-full-inverse"
    menu_label = _("政策法规")
    menu_order = 210
    add_to_admin_menu = True
    list_display = [
        "title",
        "document_number",
        Column("get_kind_display", label=_("类别"), sort_key="kind"),
        Column("get_status_display", label=_("效力"), sort_key="status"),
        "effective_from",
        Column("get_certainty_display", label=_("核对情况"), sort_key="certainty"),
    ]
    list_filter = ["kind", "status", "certainty"]
    list_per_page = 30
    inspect_view_enabled = True
    inspect_view_class = PolicyInspectView
    inspect_view_fields_exclude = ["id", "uuid"]
    panels = [
        MultiFieldPanel(
            [FieldPanel("title"), FieldRowPanel([FieldPanel("kind"), FieldPanel("issuing_body"), FieldPanel("document_number")])],
            heading=_("文件"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("issued_on"), FieldPanel("effective_from"), FieldPanel("effective_to")]),
                FieldRowPanel([FieldPanel("status"), FieldPanel("status_on"), FieldPanel("replaced_by")]),
            ],
            heading=_("效力"),
        ),
        MultiFieldPanel([FieldPanel("official_link"), FieldPanel("certainty"), FieldPanel("note")], heading=_("核对")),
    ]


register_snippet(PolicyViewSet)


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("cms/css/admin.css"))


def _without(items: list[Any]) -> list[Any]:
    return [item for item in items if not any(item.name == name or item.name.startswith(f"{name}-") for name in HIDDEN_MENU)]


@hooks.register("construct_settings_menu")
def settings_menu(request: HttpRequest, items: list[Any]) -> None:
    items[:] = _without(items)


@hooks.register("construct_help_menu")
def help_menu(request: HttpRequest, items: list[Any]) -> None:
    items[:] = _without(items)


@hooks.register("register_help_menu_item")
def help_item() -> MenuItem:
    return MenuItem(_("编辑手册"), reverse("wagtailadmin_handbook"), name="handbook", icon_name="help", order=100)


@hooks.register("register_admin_menu_item")
def back_item() -> MenuItem:
    return MenuItem(_("返回系统"), "/home/", name="back", icon_name="arrow-left", order=1)


class DraftsPanel(Component):
    """What the reader has begun and not published."""

    name = "drafts"
    template_name = "cms/admin/drafts.html"
    order = 100

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        drafts = (
            Page.objects.filter(owner=request.user, has_unpublished_changes=True)
            .order_by("-latest_revision_created_at", "-pk")
            .select_related("content_type")
        )
        return {"drafts": drafts[:8]}


class StartPanel(Component):
    """Where a trainer begins: what to write, and how it gets published."""

    name = "start"
    template_name = "cms/admin/start.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"user": parent_context["request"].user}


@hooks.register("construct_homepage_panels")
def dashboard(request: HttpRequest, panels: list[Component]) -> None:
    panels[:] = [StartPanel(), DraftsPanel(), *panels]


@hooks.register("construct_homepage_summary_items")
def summary(request: HttpRequest, items: list[Any]) -> None:
    items.clear()  # counts of everything say nothing to a trainer


def handbook(request: HttpRequest) -> HttpResponse:
    """How to write, illustrate, submit and withdraw, in the words of the editors' admin."""
    return render(request, "cms/admin/handbook.html", {"page_title": _("编辑手册"), "header_icon": "help"})


@hooks.register("register_admin_urls")
def admin_urls() -> list[URLPattern]:
    return [path("handbook/", handbook, name="wagtailadmin_handbook")]

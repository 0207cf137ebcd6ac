"""Pages of notices: one's own inbox and preferences."""

from __future__ import annotations

import uuid as uuid_lib

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.core.errors import Missing
from lms.notices import selectors, services
from lms.notices.messages import label_of
from lms.people.views.shared import actor_of, page_of


def inbox(request: HttpRequest) -> HttpResponse:
    """One's notices, the newest first; unread ones are marked."""
    actor = actor_of(request)
    rows = selectors.inbox(actor)
    which = "unread" if request.GET.get("show") == "unread" else ""
    page = page_of(request, rows.filter(read_at__isnull=True) if which else rows, 20)
    for notice in page:
        notice.kind_label = label_of(notice.kind)
    unread = selectors.unread_count(actor)
    context = {"page_obj": page, "which": which, "unread": unread, "bell_count": unread or ""}
    return render(request, "notices/inbox.html", context)


@require_POST
def open_notice(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """Mark one as read and go where it points."""
    actor = actor_of(request)
    try:
        notice = services.mark_read(notice=selectors.notice_of(actor, uuid), by=actor)
    except Missing:
        raise Http404 from None
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()})
    return redirect(notice.url if notice.url and inside else "notices:inbox")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_all_read(by=actor_of(request))
    return redirect("notices:inbox")


def preferences(request: HttpRequest) -> HttpResponse:
    """By which channels one wants to be told beside the site, which always tells."""
    actor = actor_of(request)
    rows = selectors.preferences(actor)
    if request.method == "POST":
        for code, _adapter, wanted in rows:
            wish = request.POST.get(f"channel-{code}") == "on"
            if wish != wanted:
                services.set_preference(user=request.user, channel=code, wanted=wish, by=actor)  # type: ignore[arg-type]
        messages.success(request, _("已保存。"))
        return redirect("notices:preferences")
    shown = [(code, adapter.label, wanted, bool(adapter.address_of(request.user))) for code, adapter, wanted in rows]
    return render(request, "notices/preferences.html", {"rows": shown})

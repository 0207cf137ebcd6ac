"""The page of tokens: those that read one's divisions, and a form for a new one. What can be asked stands in ``docs``."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lms.accounts.roles import REPORTING
from lms.core.actor import Actor
from lms.core.errors import LmsError
from lms.places.selectors import division_in_scope, home_of
from lms.reports.api import tokens
from lms.reports.api.docs import base
from lms.reports.states import TokenScope

LASTS = (30, 90, 365)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


@require_http_methods(["GET", "POST"])
def api(request: HttpRequest) -> HttpResponse:
    """The secret of a token just made is shown in the answer to the form, and nowhere again."""
    actor, secret, made = _actor(request), "", None
    home = home_of(actor, *REPORTING)
    if request.method == "POST":
        days = request.POST.get("days", "")
        try:
            made, secret = tokens.make_token(
                division=division_in_scope(actor, request.POST.get("division", ""), *REPORTING),
                name=request.POST.get("name", ""),
                scopes=request.POST.getlist("scopes"),
                days=int(days) if days.isdecimal() and len(days) < 6 else 0,
                by=actor,
            )
        except LmsError as error:
            messages.error(request, str(error))
    context = {
        "home": home,
        "secret": secret,
        "made": made,
        "tokens": tokens.with_states(tokens.tokens_seen_by(actor)),
        "scopes": TokenScope.choices,
        "lasts": LASTS,
        "base": base(),
        "typed": request.POST if request.method == "POST" and made is None else {},
    }
    return render(request, "reports/api.html", context)


@require_POST
def end(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    token = tokens.tokens_seen_by(_actor(request)).filter(uuid=uuid).first()
    if token is None:
        raise Http404
    tokens.end_token(token=token, by=_actor(request))
    messages.success(request, _("已停用令牌“%(name)s”。") % {"name": token.name})
    return redirect("reports:api")

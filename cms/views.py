"""Small pages around the content: reading size, offline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from cms.context import LARGE_TYPE_COOKIE


@require_POST
def large_type(request: HttpRequest) -> HttpResponse:
    """Large type on this device, on or off (适老化)."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    wanted = "1" if request.POST.get("on") == "1" else "0"
    response.set_cookie(LARGE_TYPE_COOKIE, wanted, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure())
    return response


def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "cms/offline.html")

"""``/setup/``: stands only while nobody has an account, and only for whoever has the code from the machine."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.accounts.middleware import client_address
from lms.core.actor import SYSTEM_UUID, Actor
from lms.core.errors import LmsError
from lms.reports.first_run import code
from lms.reports.first_run.forms import FirstRunForm
from lms.reports.first_run.services import set_up


@never_cache
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    if not code.is_first_run():
        raise Http404
    form = FirstRunForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor(uuid=SYSTEM_UUID, label="system:first-run", everywhere=True, address=client_address(request))
        try:
            opened = set_up(form.answers(), by=actor)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            code.forget()
            return render(request, "reports/first_run_done.html", {"opened": opened})
    return render(request, "reports/first_run.html", {"form": form})

"""The floors: what the same stack needs for a signed-in page of so many bytes, and for one UPDATE."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from lms import urls
from lms.access import TABLE as REAL
from lms.core.models import Counter
from lms.core.routes import Reach, signed_in

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def bare_page(request: HttpRequest, size: int) -> HttpResponse:
    """The session's user and ``size`` bytes: nothing that answers a signed-in person can cost less here."""
    who = str(request.user.pk)
    return HttpResponse(who.ljust(size, "x"))


def bare_update(request: HttpRequest) -> JsonResponse:
    """One row changed in one transaction for a signed-in person. The value is new each time: SQLite skips an equal one."""
    with transaction.atomic():
        changed = Counter.objects.filter(name=f"bench-{request.user.pk}").update(last=int(request.POST["value"]))
    return JsonResponse({"saved": changed})


urlpatterns = [
    path("bench/page/<int:size>/", bare_page, name="bench_page"),
    path("bench/update/", bare_update, name="bench_update"),
    *urls.urlpatterns,
]
TABLE = {**REAL, "bench_page": signed_in(Reach.NONE), "bench_update": signed_in(Reach.OWN)}

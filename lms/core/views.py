"""Pages without a domain: health, and the jobs somebody asked for."""

from __future__ import annotations

import posixpath
import uuid as uuid_lib
from typing import Any

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.paginator import Paginator
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.core import jobs, selectors
from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing
from lms.core.models import Job

PER_PAGE = 20
MEDIA_FOLDERS = {"images", "original_images", "media", "media_thumbnails"}


def health(request: HttpRequest) -> JsonResponse:
    """Answers 200 when the database does. For load balancers; names nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """Pictures, sound and video of pages, on the embedded shape (a server's nginx or object storage comes first)."""
    clean = posixpath.normpath(path)
    if clean.split("/")[0] not in MEDIA_FOLDERS or not isinstance(default_storage, FileSystemStorage):
        raise Http404
    try:
        handle = default_storage.open(clean)
    except (OSError, SuspiciousOperation):
        raise Http404
    answer = FileResponse(handle)
    answer["Cache-Control"] = "public, max-age=86400"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    shown = selectors.jobs_visible_to(actor).defer("params", "owner_scope")
    which = request.GET.get("show", "")
    if which == "open":
        shown = shown.filter(status__in=Job.OPEN)
    elif which == "mine":
        shown = shown.filter(owner_uuid=actor.uuid)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "core/job_list.html",
        {"page_obj": page, "which": which, "base": _base(actor), "oversees": actor.has(*selectors.JOB_OVERSEERS)},
    )


@require_safe
def job_detail(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    return render(request, "core/job_detail.html", _shown(request, uuid))


@require_safe
def job_progress(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    """The part of the page that is asked for again while the job is open."""
    return render(request, "core/parts/job.html", _shown(request, uuid))


@require_POST
def job_cancel(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    job = _job(request, uuid)
    try:
        jobs.cancel(job=job, by=_actor(request))
        messages.success(request, _("已请求取消。"))
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("job_detail", uuid=uuid)


@require_POST
def job_retry(request: HttpRequest, uuid: uuid_lib.UUID) -> HttpResponse:
    job = _own_job(request, uuid)
    try:
        jobs.retry(job=job, by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("job_detail", uuid=uuid)


@require_safe
def job_result(request: HttpRequest, uuid: uuid_lib.UUID) -> FileResponse:
    job = _own_job(request, uuid)
    if not job.result_file or not selectors.may_fetch(_actor(request), job):
        raise Http404
    try:
        handle = job.result_file.open("rb")
    except FileNotFoundError:
        raise Http404
    return FileResponse(handle, as_attachment=True, filename=job.result_name)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _job(request: HttpRequest, uuid: uuid_lib.UUID) -> Job:
    try:
        return selectors.job_of(_actor(request), uuid)
    except Missing:
        raise Http404


def _own_job(request: HttpRequest, uuid: uuid_lib.UUID) -> Job:
    job = _job(request, uuid)
    if not selectors.owns_job(_actor(request), job):
        raise Http404
    return job


def _shown(request: HttpRequest, uuid: uuid_lib.UUID) -> dict[str, Any]:
    """``outcome`` may carry ``message`` (a sentence), ``url`` (a page of this site) and ``facts`` ([[label, value], …])."""
    job = _job(request, uuid)
    actor = _actor(request)
    url = str(job.outcome.get("url", ""))
    return {
        "job": job,
        "base": _base(actor),
        "is_owner": selectors.owns_job(actor, job),
        "may_fetch": selectors.may_fetch(actor, job),
        "outcome_url": url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else "",
    }


def _base(actor: Actor) -> str:
    return "cms/office.html" if actor.roles else "cms/site.html"

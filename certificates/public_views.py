"""Public verification: valid, voided or unknown, and nothing that helps to guess."""

from __future__ import annotations

import hashlib

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import selectors, throttle
from certificates.forms import FileForm, VerifyForm
from certificates.selectors import Verdict


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Number and code by hand; the answer has its own address."""
    asked = VerifyForm(request.POST or None)
    if request.method == "POST" and asked.is_valid():
        return redirect("verify:result", number=asked.cleaned_data["number"], code=asked.cleaned_data["code"])
    return _page(request, "certificates/verify.html", {"form": asked, "file_form": FileForm()})


@require_safe
def result(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """What the QR code opens. A wrong code answers exactly as an unknown number."""
    if not _may_ask(request):
        return _too_often(request)
    return _answer(request, selectors.look_up(number, code))


@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """The very file that was issued, told by its hash; the file is read in pieces and never kept."""
    if not _may_ask(request):
        return _too_often(request)
    asked = FileForm(request.POST, request.FILES)
    if not asked.is_valid():
        return _page(request, "certificates/verify.html", {"form": VerifyForm(), "file_form": asked}, status=400)
    digest = hashlib.sha256()
    for chunk in asked.cleaned_data["file"].chunks():
        digest.update(chunk)
    return _answer(request, selectors.look_up_file(digest.hexdigest()), by_file=True)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.public_log(), 50).get_page(request.GET.get("page"))
    return render(request, "certificates/log.html", {"page_obj": page})


def _answer(request: HttpRequest, verdict: Verdict, *, by_file: bool = False) -> HttpResponse:
    status = 200 if verdict.certificate else 404
    return _page(request, "certificates/verdict.html", {"verdict": verdict, "by_file": by_file}, status=status)


def _page(request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the address holds the code
    response["X-Robots-Tag"] = "noindex"
    return response


def _may_ask(request: HttpRequest) -> bool:
    return throttle.allowed(request.META.get("REMOTE_ADDR", ""), what="verify")


def _too_often(request: HttpRequest) -> HttpResponse:
    message = _("查验过于频繁，请十分钟后再试。")
    response = _page(request, "certificates/too_often.html", {"message": message}, status=429)
    response["Retry-After"] = str(throttle.WINDOW_SECONDS)
    return response

"""Pages of those who hold certificates, and of the offices that issue them."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import rules, selectors, services
from certificates.forms import IssuerForm, ReasonForm, SearchForm
from certificates.models import Certificate
from certificates.rendering.artwork import qr_squares
from certificates.rendering.content import content_of
from lms.accounts.roles import OFFICE, Role
from lms.core.actor import Actor
from lms.core.errors import LmsError, Missing
from lms.people import selectors as people
from lms.places.models import Organisation

PER_PAGE = 30


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


# -- the holder ---------------------------------------------------------------------------------------------------------------


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    me = people.person_of(_actor(request))
    rows = list(selectors.certificates_of(me)[:200]) if me else []
    return render(request, "certificates/mine.html", {"certificates": rows})


@require_safe
def own_detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """The certificate as a page, for showing on a phone; the file beside it."""
    certificate = _own(request, uuid)
    content = content_of(certificate)
    modules, runs = qr_squares(content.link)
    agent = request.headers.get("User-Agent", "")
    return render(
        request,
        "certificates/own_detail.html",
        {
            "certificate": certificate,
            "content": content,
            "modules": modules,
            "squares": " ".join(f"M{c} {r}h{n}v1h-{n}z" for r, c, n in runs),
            "in_wechat": "MicroMessenger" in agent,
        },
    )


@require_safe
def own_file(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    certificate = _own(request, uuid)
    if not certificate.file_sha256:
        services.request_printing(certificates=[certificate], by=_actor(request), division_path=certificate.division.path)
        messages.info(request, _("证书正在打印，请稍后再下载。"))
        return redirect("certificates:own_detail", uuid=uuid)
    return _download(certificate)


# -- the office -----------------------------------------------------------------------------------------------------------------


@require_safe
def certificate_list(request: HttpRequest) -> HttpResponse:
    asked = SearchForm(request.GET)
    wanted = asked.cleaned_data if asked.is_valid() else {}
    rows = selectors.search(selectors.certificates_in(_actor(request)), text=wanted.get("q", ""), status=wanted.get("status", ""))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "certificates/list.html", {"page_obj": page, "form": asked})


@require_safe
def detail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    return _detail(request, _seen(request, uuid))


@require_safe
def file(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    certificate = _seen(request, uuid)
    if not certificate.file_sha256:
        raise Http404
    return _download(certificate)


@require_POST
def print_again(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    certificate = _managed(request, uuid)
    job = services.request_printing(certificates=[certificate], by=_actor(request), division_path=certificate.division.path)
    if job is None:
        messages.info(request, _("这份证书已经打印。"))
        return redirect("certificates:detail", uuid=uuid)
    return redirect("job_detail", uuid=job.uuid)


@require_POST
def void(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    certificate, form = _managed(request, uuid), ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, certificate, void_form=form, status=400)
    try:
        services.void_certificate(certificate=certificate, reason=form.cleaned_data["reason"], by=_actor(request))
    except LmsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("证书已作废，查验页会立即显示“已作废”。"))
    return redirect("certificates:detail", uuid=uuid)


@require_POST
def reissue(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    certificate, form = _managed(request, uuid), ReasonForm(request.POST)
    if not form.is_valid():
        return _detail(request, certificate, reissue_form=form, status=400)
    try:
        new = services.reissue_certificate(certificate=certificate, reason=form.cleaned_data["reason"], by=_actor(request))
        services.request_printing(certificates=[new], by=_actor(request), division_path=new.division.path)
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("certificates:detail", uuid=uuid)
    messages.success(request, _("已补发新证书 %(number)s，原证书作废。") % {"number": new.number})
    return redirect("certificates:detail", uuid=new.uuid)


@require_safe
def issuers(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    return render(
        request,
        "certificates/issuers.html",
        {"issuers": list(selectors.issuers_in(actor)[:200]), "may_open": actor.has(Role.REGIONAL_ADMIN)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def open_issuer(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    organisations = Organisation.objects.filter(actor.q("division__path", Role.REGIONAL_ADMIN), closed_on__isnull=True)
    form = IssuerForm(request.POST or None, organisations=organisations.select_related("division"))
    if request.method == "POST" and form.is_valid():
        try:
            services.open_issuer(**form.cleaned_data, by=actor)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("发证单位已登记，可以为其举办的班次发证。"))
            return redirect("certificates:issuers")
    return render(request, "certificates/open_issuer.html", {"form": form})


# -- shared ---------------------------------------------------------------------------------------------------------------------


def _detail(request: HttpRequest, certificate: Certificate, *, status: int = 200, **forms: ReasonForm) -> HttpResponse:
    actor = _actor(request)
    context = {
        "certificate": certificate,
        "content": content_of(certificate),
        "code": rules.shown_code(certificate.code),
        "successor": Certificate.objects.filter(replaces=certificate).first(),
        "may_manage": selectors.may_void(actor, certificate),
        "may_download": actor.has(*OFFICE),
        "void_form": forms.get("void_form") or ReasonForm(auto_id="void_%s"),
        "reissue_form": forms.get("reissue_form") or ReasonForm(auto_id="reissue_%s"),
    }
    return render(request, "certificates/detail.html", context, status=status)


def _download(certificate: Certificate) -> FileResponse:
    try:
        handle = certificate.file.open("rb")
    except FileNotFoundError:
        raise Http404
    return FileResponse(handle, as_attachment=True, filename=f"{certificate.number}.pdf", content_type="application/pdf")


def _own(request: HttpRequest, uuid: uuids.UUID) -> Certificate:
    try:
        return selectors.own_certificate(_actor(request), uuid)
    except Missing:
        raise Http404


def _seen(request: HttpRequest, uuid: uuids.UUID) -> Certificate:
    try:
        return selectors.certificate_in(_actor(request), uuid)
    except Missing:
        raise Http404


def _managed(request: HttpRequest, uuid: uuids.UUID) -> Certificate:
    """One that the actor's office issued; others are looked at only."""
    certificate = _seen(request, uuid)
    if not selectors.may_void(_actor(request), certificate):
        raise Http404
    return certificate

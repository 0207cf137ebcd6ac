"""Pages without an account: a leader signs by a single-use link; anybody looks a seal up by its root and takes the script."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from lms.accounts.middleware import client_address
from lms.core.errors import LmsError, Missing
from lms.ledger.models import Seal
from lms.people.signing_links import SigningLink, open_link, signer_of, take_link
from lms.reports.approval import exports, names, pages, services
from lms.reports.models import Submission
from lms.reports.states import Status


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Exactly what is signed, and two buttons. Used, expired, revoked and wrong links are the same 404."""
    try:
        link = open_link(token)
        row = _subject(link)
    except Missing:
        raise Http404 from None
    context: dict[str, Any] = {
        "link": link,
        "row": row,
        "content": row.content,
        "label": pages.period_label(row.period),
        "who": names.of_submissions([row]),
    }
    if request.method == "POST":
        decision = "return" if request.POST.get("decision") == "return" else "sign"
        reason = request.POST.get("reason", "")
        if decision == "sign" and request.POST.get("read") != "1":
            return _private(render(request, "reports/approval/sign.html", {**context, "unread": True}, status=400))
        try:
            context["row"] = _decide(request, token, decision, reason)
        except Missing:
            raise Http404 from None
        except LmsError as error:
            return _private(render(request, "reports/approval/sign.html", {**context, "error": str(error)}, status=400))
        return _private(render(request, "reports/approval/signed.html", {**context, "decision": decision}))
    return _private(render(request, "reports/approval/sign.html", context))


def _subject(link: SigningLink) -> Submission:
    """What the link is for, while it is still what it was when the link was made."""
    row = Submission.objects.select_related("division", "basis").filter(uuid=link.subject_uuid).first()
    if row is None or row.status != Status.SUBMITTED or row.payload_sha256 != link.content_sha256:
        raise Missing
    return row


def _decide(request: HttpRequest, token: str, decision: str, reason: str) -> Submission:
    address = client_address(request)
    with transaction.atomic():
        link = take_link(token, outcome="signed" if decision == "sign" else "returned", address=address)
        row, by = _subject(link), signer_of(link, address)
        if decision == "return":
            return services.return_submission(submission=row, reason=reason, by=by)
        act = services.lock if link.act == "lock" else services.accept
        return act(submission=row, by=by, through=link.issued_by)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"  # none at all would make the browser send no origin, and the form be refused
    return response


@require_GET
def seal(request: HttpRequest, root: str) -> HttpResponse:
    """What a printed root is of: place, month, position, number of lines, when. No figure, no name, no line."""
    found = Seal.objects.select_related("division").filter(root=root.lower()).first()
    if found is None:
        raise Http404
    row = Submission.objects.filter(seal=found).exclude(status=Status.RETURNED).defer("payload").first()
    return render(request, "reports/approval/seal.html", {"seal": found, "row": row, "label": pages.period_label(found.period)})


@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The stand-alone script, to be run away from here."""
    response = HttpResponse(exports.SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_export.py"'
    return response

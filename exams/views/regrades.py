"""Regrades for those who keep the bank: propose, read the preview, approve as a second person, read the trail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import corrections, fault_selectors, rules, services
from exams.fault_forms import RegradeForm
from exams.models import ItemVersion, Regrade
from exams.regrade_states import RegradeState
from exams.states import CHOICE_KINDS, REVIEWERS, TEXT_KINDS, ItemKind
from exams.views.common import found
from lms.core.errors import LmsError, Missing


@require_GET
def regrade_list(request: HttpRequest) -> HttpResponse:
    """Regrades of the banks where one works: what waits, and the history."""
    rows = fault_selectors.regrades_in(request.actor)  # type: ignore[attr-defined]
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "exams/office/regrade_list.html", {"page_obj": page})


@found
def regrade_propose(request: HttpRequest, version: uuid.UUID) -> HttpResponse:
    """Choose what is right, say why; the next page shows whom it moves."""
    actor = request.actor  # type: ignore[attr-defined]
    row = fault_selectors.version_in(actor, version)
    form = RegradeForm(request.POST or None, version=row)
    if request.method == "POST" and form.is_valid():
        try:
            regrade = services.propose_regrade(version=row, by=actor, **form.proposal())
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("改分已提出。请核对影响面，由另一人批准后生效。"))
            return redirect("exams:office_regrade", regrade=regrade.uuid)
    return render(request, "exams/office/regrade_form.html", {"form": form, **_item(row)})


@require_GET
@found
def regrade_detail(request: HttpRequest, regrade: uuid.UUID) -> HttpResponse:
    """Whom it moves (before) or moved (after). Names only of candidates the reader may see; the rest are counted."""
    actor = request.actor  # type: ignore[attr-defined]
    row = fault_selectors.regrade_in(actor, regrade)
    page = Paginator(row.changes.all(), 50).get_page(request.GET.get("page"))
    crossing = row.counts.get("crossing", []) if row.state == RegradeState.PROPOSED else []
    shown = fault_selectors.named_attempts(actor, [pk for pk, _delta in crossing] or [change.attempt_id for change in page])
    may_decide = row.state == RegradeState.PROPOSED and actor.covers(row.item_version.item.bank.path, *REVIEWERS)
    context = {
        "regrade": row,
        **_item(row.item_version),
        "answers": [_answer_text(row.item_version.kind, answer) for answer in row.keys],
        "crossing": [(shown[pk], shown[pk].points + delta, delta > 0) for pk, delta in crossing if pk in shown],
        "unnamed": sum(1 for pk, _delta in crossing if pk not in shown),
        "page_obj": page,
        "changes": [(change, shown.get(change.attempt_id)) for change in page],
        "is_own": row.proposed_by == actor.uuid,
        "may_decide": may_decide,
    }
    return render(request, "exams/office/regrade.html", context)


@require_POST
@found
def regrade_act(request: HttpRequest, regrade: uuid.UUID, act: str) -> HttpResponse:
    """Approve, reject or withdraw."""
    actor = request.actor  # type: ignore[attr-defined]
    row = fault_selectors.regrade_in(actor, regrade)
    try:
        messages.success(request, _act(row, act, request.POST.get("reason", ""), actor))
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect("exams:office_regrade", regrade=regrade)


def _act(row: Regrade, act: str, reason: str, actor: object) -> str:
    if act == "approve":
        services.approve_regrade(regrade=row, by=actor)  # type: ignore[arg-type]
        return _("已批准。系统正在逐人改分并通知，完成后此页会显示结果。")
    if act == "reject":
        services.reject_regrade(regrade=row, reason=reason, by=actor)  # type: ignore[arg-type]
        return _("已否决，成绩没有变化。")
    if act == "withdraw":
        services.withdraw_regrade(regrade=row, by=actor)  # type: ignore[arg-type]
        return _("已撤回，成绩没有变化。")
    raise Http404


def _answer_text(kind: str, answer: Sequence[str]) -> str:
    """An answer of a regrade in a line: letters, prompt–letter pairs, an order, or what may be written."""
    if kind == ItemKind.MATCHING:
        return " ".join(f"{number}–{letter}" for number, letter in enumerate(answer, 1))
    if kind == ItemKind.ORDERING:
        return "→".join(answer)
    return "、".join(answer) if kind in TEXT_KINDS else "".join(answer)


def _item(version: ItemVersion) -> dict[str, object]:
    """The item with what is right today, corrections that stand laid over the frozen key: marked in a choice, else as a line."""
    standing = corrections.of_versions([version.pk]).get(version.pk, [])
    lettered = zip(rules.LETTERS, version.options, strict=False)
    if version.kind in CHOICE_KINDS:
        keys = corrections.keys_shown(frozenset(version.keys), standing)
        return {"version": version, "options": [(letter, text, letter in keys) for letter, text in lettered]}
    right = [
        _answer_text(version.kind, key.accepted or key.letters) for key in corrections.keys_today(version.content.key, standing)
    ]
    return {"version": version, "options": [(letter, text, False) for letter, text in lettered], "right": " / ".join(right)}

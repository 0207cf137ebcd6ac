"""Pages of those who write and review items: banks, items, preview, life cycle."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import laws, rules, selectors, services
from exams.forms import BankForm, ItemFilter
from exams.item_form import ItemForm
from exams.likeness import Alike, alike_items
from exams.lineage import uses_of
from exams.models import Item, ItemBank
from exams.questions import bare_question, specimen, unanswered
from exams.states import AUTHORS, OPEN_VERSIONS, REVIEWERS, ItemKind, VersionState
from exams.views.common import as_uuid, found
from lms.core.errors import LmsError, Missing

ADMIN = "exams_admin"  # the same desk inside the editors' admin
FRAMES = {ADMIN: "exams/admin/frame.html", "exams": "exams/office/frame.html"}


def _desk(request: HttpRequest) -> str:
    """Through which door one came: the office, or the editors' admin. The addresses stay behind the same door."""
    match = request.resolver_match
    return ADMIN if match is not None and ADMIN in match.namespaces else "exams"


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    desk = _desk(request)
    return render(request, template, {**context, "desk": desk, "frame": FRAMES[desk]})


def _to(request: HttpRequest, name: str, **kwargs: Any) -> HttpResponse:
    return redirect(f"{_desk(request)}:{name}", **kwargs)


@require_GET
def bank_list(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    page = Paginator(selectors.banks_in(actor), 25).get_page(request.GET.get("page"))
    counts = selectors.bank_counts(list(page))
    rows = [(bank, counts.get(bank.pk, {})) for bank in page]
    return _page(request, "exams/office/bank_list.html", {"page_obj": page, "rows": rows, "may_write": actor.has(*AUTHORS)})


def bank_create(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = BankForm(request.POST or None, actor=actor, roles=AUTHORS)
    if request.method == "POST" and form.is_valid():
        try:
            bank = services.create_bank(by=actor, **form.cleaned_data)
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("题库已建立。"))
            return _to(request, "bank", bank=bank.uuid)
    return _page(request, "exams/office/bank_form.html", {"form": form})


@require_GET
@found
def bank_detail(request: HttpRequest, bank: uuid.UUID) -> HttpResponse:
    row = selectors.bank_in(request.actor, bank)  # type: ignore[attr-defined]
    narrowed = ItemFilter(request.GET, bank=row)
    page = Paginator(selectors.items_of(row, **narrowed.chosen()), 25).get_page(request.GET.get("page"))
    counts = selectors.bank_counts([row]).get(row.pk, {})
    states = [(state, counts.get(state.value, 0)) for state in VersionState]
    context = {"bank": row, "page_obj": page, "filter": narrowed, "states": states, "may_write": _may(request, row, AUTHORS)}
    return _page(request, "exams/office/bank.html", context)


@found
def item_create(request: HttpRequest, bank: uuid.UUID) -> HttpResponse:
    row = selectors.bank_in(request.actor, bank)  # type: ignore[attr-defined]
    if not _may(request, row, AUTHORS):
        raise Missing(_("没有找到。"))
    case = _case(request, row)
    form = ItemForm(request.POST or None, bank=row, in_case=case is not None)
    alike: list[Alike] = []
    if request.method == "POST" and form.is_valid() and not request.POST.get("allow_duplicate"):
        alike = alike_items(request.actor, form.written())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and not alike:
        try:
            version = services.create_item(
                bank=row,
                by=request.actor,  # type: ignore[attr-defined]
                case=case,
                allow_duplicate=request.POST.get("allow_duplicate") == "1",
                **form.content(),
            )
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("草稿已保存，请由另一位老师审核。"))
            if request.POST.get("then") == "another":
                return redirect(request.get_full_path())
            return _to(request, "item", item=version.item.uuid)
    return _page(
        request, "exams/office/item_form.html", {"form": form, "bank": row, "case": case, "alike": alike, "preview": _preview(form)}
    )


@found
def item_edit(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    row = selectors.item_in(request.actor, item)  # type: ignore[attr-defined]
    if not _may(request, row.bank, AUTHORS):
        raise Missing(_("没有找到。"))
    newest = row.versions.all()[0]
    form = ItemForm(request.POST or None, bank=row.bank, in_case=row.case_id is not None, initial=ItemForm.initial_of(newest))
    alike: list[Alike] = []
    if request.method == "POST" and form.is_valid() and not request.POST.get("allow_duplicate"):
        written = form.written()
        if written.wording != newest.content.wording:  # only other words can be somebody else's
            alike = alike_items(request.actor, written, but=row)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and not alike:
        try:
            services.revise_item(item=row, by=request.actor, **form.content())  # type: ignore[attr-defined]
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("草稿已保存，请由另一位老师审核。"))
            return _to(request, "item", item=item)
    context = {"form": form, "bank": row.bank, "item": row, "newest": newest, "alike": alike, "preview": _preview(form)}
    return _page(request, "exams/office/item_form.html", context)


@require_POST
def item_preview(request: HttpRequest) -> HttpResponse:
    """The item as a candidate will see it, from what is in the form now; saves nothing."""
    form = ItemForm(request.POST, bank=ItemBank(subject=""))
    if _desk(request) == ADMIN:
        return render(request, "exams/admin/preview.html", {"preview": _preview(form)})
    return render(request, "exams/parts/item_preview.html", {"preview": _preview(form)})


@require_GET
@found
def item_detail(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    row = selectors.item_in(request.actor, item)  # type: ignore[attr-defined]
    versions = list(row.versions.all())
    open_version = next((v for v in versions if v.state in OPEN_VERSIONS), None)
    live_version = next((v for v in versions if v.state == VersionState.LIVE), None)
    shown = open_version or live_version or versions[0]
    may_review = _may(request, row.bank, REVIEWERS)
    context = {
        "item": row,
        "bank": row.bank,
        "versions": versions,
        "version": shown,
        "question": bare_question(shown),
        "is_case": shown.kind == ItemKind.CASE,
        "questions": selectors.questions_under(row) if shown.kind == ItemKind.CASE else [],
        "open_version": open_version,
        "live_version": live_version,
        "frozen_version": live_version or next((v for v in versions if v.state == VersionState.RETIRED), None),
        "may_write": _may(request, row.bank, AUTHORS),
        "may_review": may_review,
        "is_author": open_version is not None and open_version.author == request.actor.uuid,  # type: ignore[attr-defined]
        "worth": rules.as_points(shown.points),
        "changes": laws.changes(live_version) if live_version else [],
        "uses": uses_of(request.actor, row),  # type: ignore[attr-defined]
        "comments": [(version, comment) for version in versions for comment in version.comments.all()],
    }
    return _page(request, "exams/office/item.html", context)


@require_POST
@found
def item_act(request: HttpRequest, item: uuid.UUID, act: str) -> HttpResponse:
    """One step of an item's life: review, return, publish, retire, comment."""
    row = selectors.item_in(request.actor, item)  # type: ignore[attr-defined]
    try:
        messages.success(request, _act(request, row, act))
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return _to(request, "item", item=item)


def _act(request: HttpRequest, item: Item, act: str) -> str:
    actor = request.actor  # type: ignore[attr-defined]
    versions = list(item.versions.all())
    opened = next((v for v in versions if v.state in OPEN_VERSIONS), None)
    live = next((v for v in versions if v.state == VersionState.LIVE), None)
    if act == "comment":
        services.comment_item(version=opened or versions[0], text=request.POST.get("text", ""), by=actor)
        return _("意见已记下。")
    if act == "retire" and live is not None:
        services.retire_item(version=live, reason=request.POST.get("reason", ""), by=actor)
        return _("试题已停用。")
    if opened is None:
        raise Http404
    if act == "review":
        services.review_item(version=opened, by=actor)
        return _("审核通过，可以发布。")
    if act == "return":
        services.return_item(version=opened, reason=request.POST.get("reason", ""), by=actor)
        return _("已退回作者修改。")
    if act == "resubmit":
        services.resubmit_item(version=opened, reply=request.POST.get("text", ""), by=actor)
        return _("已再次送审。")
    if act == "publish":
        services.publish_item(version=opened, by=actor)
        return _("试题已发布，内容从此不再改变。")
    raise Http404


def _may(request: HttpRequest, bank: ItemBank, roles: frozenset[str]) -> bool:
    return bool(request.actor.covers(bank.path, *roles))  # type: ignore[attr-defined]


def _case(request: HttpRequest, bank: ItemBank) -> Item | None:
    """The case that a new item is to be a question of; one of the bank's, or missing."""
    named = request.GET.get("case")
    if not named:
        return None
    found = selectors.item_in(request.actor, as_uuid(named))  # type: ignore[attr-defined]
    if found.bank_id != bank.pk:
        raise Missing(_("没有找到。"))
    return found


def _preview(form: ItemForm) -> dict[str, Any]:
    """The item as a candidate will see it, and what is wrong with it, from what is in the form now."""
    content = form.written()
    question = specimen(content)
    return {
        "asked": unanswered(question),
        "key_question": replace(question, stem="", case=None),
        "faults": content.faults() if form.is_bound else [],
    }

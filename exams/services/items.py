"""Items through their life: written, reviewed by someone else, published, retired. A live version never changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from exams import rules
from exams.models import (
    Item,
    ItemBank,
    ItemComment,
    ItemPlacement,
    ItemVersion,
    LawArticle,
    SyllabusChapter,
    TemplateSection,
)
from exams.models.banks import CONTENT
from exams.services import laws
from exams.services.item_notices import tell_author, tell_reviewers
from exams.services.sketching import sketch_item
from exams.states import (
    AUTHORS,
    BANK_STAFF,
    OPEN_VERSIONS,
    REVIEWERS,
    UNDER_CASE,
    VERSION_EVENTS,
    VERSION_MOVES,
    ItemKind,
    VersionState,
)
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.places.models import Division

USUAL_POINTS = {
    ItemKind.SINGLE: 100,
    ItemKind.MULTIPLE: 200,
    ItemKind.TRUE_FALSE: 100,
    ItemKind.MATCHING: 200,
    ItemKind.ORDERING: 200,
    ItemKind.SHORT_ANSWER: 200,
    ItemKind.NUMERIC: 200,
    ItemKind.CASE: 100,  # the material itself earns nothing; its questions do
    ItemKind.ESSAY: 2000,
}


class Words(TypedDict, total=False):
    """The words and the key of an item of any kind, as plain values; ``rules.ItemContent`` says which a kind uses."""

    kind: Required[str]
    stem: Required[str]
    options: Sequence[str]
    keys: Collection[str]
    prompts: Sequence[str]
    accepted: Sequence[str]
    tolerance: str
    marking_points: Sequence[Mapping[str, Any]]
    exhibits: Sequence[Mapping[str, str]]
    explanation: str


def create_bank(
    *, code: str, name: str, division: Division | None, by: Actor, subject: str = "", is_shared: bool = True
) -> ItemBank:
    """Open a bank in a division. Refuses a code that is taken."""
    _require(by, division.path if division else "/", AUTHORS)
    with transaction.atomic():
        if ItemBank.objects.filter(code=code).exists():
            raise Refused(_("题库代码 %(code)s 已有人使用。") % {"code": code})
        bank = ItemBank.objects.create(code=code, name=name, division=division, subject=subject, is_shared=is_shared)
        audit.record("exams.bank.created", bank, by=by, division_path=bank.path, code=code)
    return bank


def create_item(
    *,
    bank: ItemBank,
    source: str,
    by: Actor,
    chapters: Iterable[SyllabusChapter] = (),
    points: int | None = None,
    law_as_of: dt.date | None = None,
    articles: Iterable[LawArticle] = (),
    credit: str = "",
    code: str = "",
    case: Item | None = None,
    allow_duplicate: bool = False,
    **words: Unpack[Words],
) -> ItemVersion:
    """Enter a new item of any kind as the draft of its first version: the one door, for the form and for every import.

    ``case`` makes it the next question of a case. Refuses an unlawful item, with every fault at once, and one that the bank
    already holds word for word. ``rules.matching_of`` and ``rules.ordering_of`` make letters of pairs and of a right order.
    """
    _require(by, bank.path, AUTHORS)
    body = _body(words, points, law_as_of, source) | {"credit": credit.strip()[:80]}
    _check_template(bank, body, in_case=case is not None)
    with transaction.atomic():
        if not allow_duplicate:
            _refuse_duplicate(bank, str(body["fingerprint"]), None, case)
        place = _place_in(case, bank, str(body["kind"])) if case else 0
        item = Item.objects.create(bank=bank, code=code or _next_code(bank), created_by=by.uuid, case=case, place=place)
        version = ItemVersion.objects.create(item=item, number=1, author=by.uuid, author_label=by.label, **body)
        _place(item, chapters)
        laws.cite(version, articles)
        sketch_item(item, version)
        audit.record("exams.item.created", item, by=by, division_path=bank.path, kind=body["kind"])
    return version


def revise_item(
    *,
    item: Item,
    source: str,
    by: Actor,
    chapters: Iterable[SyllabusChapter] | None = None,
    points: int | None = None,
    law_as_of: dt.date | None = None,
    articles: Iterable[LawArticle] | None = None,
    credit: str | None = None,
    **words: Unpack[Words],
) -> ItemVersion:
    """Change the open version, or begin a new one where the item is live. A change undoes a review: it was of other words.

    A case stays a case and a question stays none: what hangs on it would lose its place. Without ``articles`` and ``credit``
    the new version has those of the one before.
    """
    _require(by, item.bank.path, AUTHORS)
    body = _body(words, points, law_as_of, source)
    _check_template(item.bank, body, in_case=item.case_id is not None)
    with transaction.atomic():
        Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        _keep_kind(item, str(body["kind"]))
        version = item.versions.filter(state__in=OPEN_VERSIONS).first()
        before = version or item.versions.order_by("-number").first()
        rests_on = LawArticle.objects.filter(citations__version=before)
        cited = list(rests_on if articles is None else articles)
        body["credit"] = before.credit if credit is None and before else (credit or "").strip()[:80]
        waiting = list[uuid.UUID | None]()
        if version is None:
            last = item.versions.aggregate(last=Max("number"))["last"] or 0
            version = ItemVersion.objects.create(item=item, number=last + 1, author=by.uuid, author_label=by.label, **body)
        else:
            if version.state != VersionState.DRAFT:  # it was returned, or its review is undone
                waiting = [version.reviewed_by or version.returned_by]
            for name, content in body.items():
                setattr(version, name, content)
            version.author, version.author_label = by.uuid, by.label
            version.state, version.reviewed_by, version.reviewed_at = VersionState.DRAFT, None, None
            version.save()
        if chapters is not None:
            item.placements.all().delete()
            _place(item, chapters)
        laws.cite(version, cited)
        sketch_item(item, version)
        audit.record("exams.item.revised", item, by=by, division_path=item.bank.path, version=version.number)
        tell_reviewers(version, waiting, by)
    return version


def review_item(*, version: ItemVersion, by: Actor) -> ItemVersion:
    """Confirm a draft. Refuses its own author. Reviewing twice is one review."""
    locked, done = _locked(version, VersionState.REVIEWED, by, REVIEWERS)
    if done:
        return locked
    if locked.author == by.uuid:
        raise Refused(_("试题须由作者以外的人审核。"))
    with transaction.atomic():
        moved = _move(locked, VersionState.REVIEWED, by, reviewed_by=by.uuid, reviewed_at=clock.now())
        tell_author(moved, "item.approved", f"{moved.uuid}:{moved.reviewed_at}", by)
    return moved


def return_item(*, version: ItemVersion, reason: str, by: Actor) -> ItemVersion:
    """Ask the author for changes, with the reason as a comment. The author revises it, or hands it in again as it is."""
    if not reason.strip():
        raise BadInput(_("请写明要改什么。"))
    locked, done = _locked(version, VersionState.RETURNED, by, REVIEWERS)
    if done:
        return locked
    with transaction.atomic():
        remark = _remark(locked, reason, by)
        tell_author(locked, "item.returned", str(remark.uuid), by, text=remark.text)
        return _move(locked, VersionState.RETURNED, by, reviewed_by=None, reviewed_at=None, returned_by=by.uuid)


def resubmit_item(*, version: ItemVersion, by: Actor, reply: str = "") -> ItemVersion:
    """Hand a returned version in again without changing it, with a word to the reviewer."""
    locked, done = _locked(version, VersionState.DRAFT, by, AUTHORS)
    if done:
        return locked
    with transaction.atomic():
        if reply.strip():
            _remark(locked, reply, by)
        moved = _move(locked, VersionState.DRAFT, by)
        tell_reviewers(moved, [moved.returned_by], by, reply)
    return moved


def publish_item(*, version: ItemVersion, by: Actor) -> ItemVersion:
    """Freeze a reviewed version and make it the item's live one; the one before it is retired.

    Refuses a version whose law has changed since its ``law_as_of``.
    """
    locked, done = _locked(version, VersionState.LIVE, by, REVIEWERS)
    if done:
        return locked
    laws.check_in_force(locked)
    with transaction.atomic():
        now = clock.now()
        before = ItemVersion.objects.select_for_update(no_key=True).filter(item_id=locked.item_id, state=VersionState.LIVE).first()
        if before is not None:
            _move(before, VersionState.RETIRED, by, retired_at=now, retired_reason=_("由新版本代替"))
        return _move(locked, VersionState.LIVE, by, live_from=now)


def retire_item(*, version: ItemVersion, reason: str, by: Actor) -> ItemVersion:
    """Take a live version out of use, with a reason. Papers and attempts that have it keep it."""
    if not reason.strip():
        raise BadInput(_("请写明停用原因。"))
    locked, done = _locked(version, VersionState.RETIRED, by, REVIEWERS)
    return locked if done else _move(locked, VersionState.RETIRED, by, retired_at=clock.now(), retired_reason=reason.strip())


def comment_item(*, version: ItemVersion, text: str, by: Actor) -> ItemComment:
    """Leave a remark for author and reviewers."""
    _require(by, version.item.bank.path, BANK_STAFF)
    if not text.strip():
        raise BadInput(_("请写下意见。"))
    with transaction.atomic():
        comment = _remark(version, text, by)
        tell_author(version, "item.commented", str(comment.uuid), by, text=comment.text)
        audit.record("exams.item.commented", version.item, by=by, division_path=version.item.bank.path, version=version.number)
    return comment


def _remark(version: ItemVersion, text: str, by: Actor) -> ItemComment:
    return ItemComment.objects.create(version=version, text=text.strip(), written_by=by.uuid, written_label=by.label)


def _require(by: Actor, path: str, roles: Collection[str]) -> None:
    if not by.covers(path, *roles):
        raise Missing(_("没有找到。"))


def _body(words: Words, points: int | None, law_as_of: dt.date | None, source: str) -> dict[str, object]:
    """The content of a version, cleaned; refuses with every fault at once."""
    content = rules.ItemContent.of(**words)
    faults = content.faults()
    if faults:
        raise BadInput("".join(faults))
    if not source.strip():
        raise BadInput(_("请注明试题来源，例如“自编”。"))
    worth = content.worth if content.kind == ItemKind.ESSAY else points
    return {
        **content.columns(),
        "points": worth or USUAL_POINTS[ItemKind(content.kind)],
        "law_as_of": law_as_of,
        "source": source.strip(),
        "fingerprint": content.fingerprint,
    }


def template_faults(bank: ItemBank, content: rules.ItemContent, *, in_case: bool = False) -> list[str]:
    """Why an item of a bank of one subject would fit no paper of it: the papers' templates say how many options and keys.

    A kind that the templates do not ask for is free, and so is a question of a case.
    """
    if not bank.subject or in_case:
        return []
    parts = TemplateSection.objects.filter(template__subject=bank.subject, template__valid_to__isnull=True, kind=content.kind)
    reasons = [
        rules.section_faults(
            kind=content.kind,
            options_count=len(content.options),
            keys_count=len(content.keys),
            section_kind=part.kind,
            section_options=part.options_count,
            keys_min=part.keys_min,
            keys_max=part.keys_max,
            worth=content.worth,
            section_points=part.points,
        )
        for part in parts
    ]
    return min(reasons, key=len, default=[])


def _check_template(bank: ItemBank, body: Mapping[str, Any], *, in_case: bool) -> None:
    content = rules.ItemContent.of(**{name: body[name] for name in CONTENT})  # type: ignore[arg-type]
    faults = template_faults(bank, content, in_case=in_case)
    if faults:
        raise BadInput("".join(faults))


def _refuse_duplicate(bank: ItemBank, fingerprint: str, item: Item | None, case: Item | None) -> None:
    """Word for word the same, within the bank; questions of different cases may ask the same of different material."""
    same = ItemVersion.objects.filter(item__bank=bank, item__case=case, fingerprint=fingerprint).exclude(state=VersionState.RETIRED)
    if item is not None:
        same = same.exclude(item=item)
    found = same.values_list("item__code", flat=True).first()
    if found:
        raise Refused(_("题库里已有相同的试题：%(code)s。") % {"code": found})


def _next_code(bank: ItemBank) -> str:
    """The next free number in the bank; its row is locked, so that two writers do not take the same one."""
    ItemBank.objects.select_for_update(no_key=True).get(pk=bank.pk)
    number = Item.objects.filter(bank=bank).count() + 1
    while Item.objects.filter(bank=bank, code=f"{bank.code}-{number:05d}").exists():
        number += 1
    return f"{bank.code}-{number:05d}"


def _place_in(case: Item, bank: ItemBank, kind: str) -> int:
    """The next place among a case's questions; the case is locked, so that two writers do not take the same one."""
    locked = Item.objects.select_for_update(no_key=True).get(pk=case.pk)
    if locked.bank_id != bank.pk or not locked.versions.filter(kind=ItemKind.CASE).exists():
        raise BadInput(_("没有找到这个案例。"))
    if kind not in UNDER_CASE:
        raise BadInput(_("案例的小题不能是案例或主观题。"))
    return (locked.questions.aggregate(last=Max("place"))["last"] or 0) + 1


def _keep_kind(item: Item, kind: str) -> None:
    is_case = item.versions.filter(kind=ItemKind.CASE).exists()
    if is_case != (kind == ItemKind.CASE):
        raise BadInput(_("案例不能改成别的题型，别的题型也不能改成案例；请新建。"))
    if item.case_id and kind not in UNDER_CASE:
        raise BadInput(_("案例的小题不能是案例或主观题。"))


def _place(item: Item, chapters: Iterable[SyllabusChapter]) -> None:
    chosen = {chapter.syllabus_subject.edition_id: chapter for chapter in chapters}
    ItemPlacement.objects.bulk_create(
        ItemPlacement(item=item, chapter=chapter, edition_id=edition_id) for edition_id, chapter in chosen.items()
    )


def _locked(version: ItemVersion, wanted: VersionState, by: Actor, roles: Collection[str]) -> tuple[ItemVersion, bool]:
    """The version as it stands, and whether the wanted state is already reached. Refuses a move the table does not know."""
    fresh = ItemVersion.objects.select_related("item__bank__division").get(pk=version.pk)
    _require(by, fresh.item.bank.path, roles)
    if fresh.state == wanted:
        return fresh, True
    if wanted not in VERSION_MOVES[fresh.state]:
        raise Refused(
            _("此试题现为“%(state)s”，不能改为“%(wanted)s”。")
            % {"state": VersionState(fresh.state).label, "wanted": VersionState(wanted).label}
        )
    return fresh, False


def _move(version: ItemVersion, wanted: VersionState, by: Actor, **changes: object) -> ItemVersion:
    """One conditional update from the state we saw: of two people at once one wins, the other is told."""
    with transaction.atomic():
        moved = ItemVersion.objects.filter(pk=version.pk, state=version.state).update(state=wanted, **changes)
        if not moved:
            raise Refused(_("此试题刚被别人改动，请刷新后再试。"))
        details = {name: str(changes[name]) for name in changes if name == "retired_reason"}
        audit.record(
            VERSION_EVENTS[wanted], version.item, by=by, division_path=version.item.bank.path, version=version.number, **details
        )
    version.refresh_from_db()
    return version


def demo_author(label: str) -> uuid.UUID:
    """The author of content that came with the system: fixed by its label, so that loading twice is the same."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"exams:author:{label}")


__all__ = [
    "comment_item",
    "create_bank",
    "create_item",
    "demo_author",
    "publish_item",
    "resubmit_item",
    "retire_item",
    "return_item",
    "review_item",
    "revise_item",
]

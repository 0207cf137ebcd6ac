"""Items through their life: written, reviewed by someone else, published, retired. A live version never changes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from exams import rules
from exams.models import Item, ItemBank, ItemComment, ItemPlacement, ItemVersion, SyllabusChapter
from exams.states import AUTHORS, BANK_STAFF, OPEN_VERSIONS, REVIEWERS, VERSION_EVENTS, VERSION_MOVES, ItemKind, VersionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.places.models import Division

USUAL_POINTS = {ItemKind.SINGLE: 100, ItemKind.MULTIPLE: 200, ItemKind.TRUE_FALSE: 100, ItemKind.ESSAY: 2000}


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
    kind: str,
    stem: str,
    options: Sequence[str],
    keys: Collection[str],
    source: str,
    by: Actor,
    explanation: str = "",
    chapters: Iterable[SyllabusChapter] = (),
    points: int | None = None,
    law_as_of: dt.date | None = None,
    code: str = "",
    allow_duplicate: bool = False,
) -> ItemVersion:
    """Write a new item as the draft of its first version. Refuses an unlawful item and one that the bank already holds."""
    _require(by, bank.path, AUTHORS)
    body = _body(kind, stem, options, keys, explanation, points, law_as_of, source)
    with transaction.atomic():
        if not allow_duplicate:
            _refuse_duplicate(bank, str(body["fingerprint"]), None)
        item = Item.objects.create(bank=bank, code=code or _next_code(bank), created_by=by.uuid)
        version = ItemVersion.objects.create(item=item, number=1, author=by.uuid, author_label=by.label, **body)
        _place(item, chapters)
        audit.record("exams.item.created", item, by=by, division_path=bank.path, kind=kind)
    return version


def revise_item(
    *,
    item: Item,
    kind: str,
    stem: str,
    options: Sequence[str],
    keys: Collection[str],
    source: str,
    by: Actor,
    explanation: str = "",
    chapters: Iterable[SyllabusChapter] | None = None,
    points: int | None = None,
    law_as_of: dt.date | None = None,
) -> ItemVersion:
    """Change the open version, or begin a new one where the item is live. A change undoes a review: it was of other words."""
    _require(by, item.bank.path, AUTHORS)
    body = _body(kind, stem, options, keys, explanation, points, law_as_of, source)
    with transaction.atomic():
        Item.objects.select_for_update().get(pk=item.pk)
        version = item.versions.filter(state__in=OPEN_VERSIONS).first()
        if version is None:
            last = item.versions.aggregate(last=Max("number"))["last"] or 0
            version = ItemVersion.objects.create(item=item, number=last + 1, author=by.uuid, author_label=by.label, **body)
        else:
            for name, content in body.items():
                setattr(version, name, content)
            version.author, version.author_label = by.uuid, by.label
            version.state, version.reviewed_by, version.reviewed_at = VersionState.DRAFT, None, None
            version.save()
        if chapters is not None:
            item.placements.all().delete()
            _place(item, chapters)
        audit.record("exams.item.revised", item, by=by, division_path=item.bank.path, version=version.number)
    return version


def review_item(*, version: ItemVersion, by: Actor) -> ItemVersion:
    """Confirm a draft. Refuses its own author. Reviewing twice is one review."""
    locked, done = _locked(version, VersionState.REVIEWED, by, REVIEWERS)
    if done:
        return locked
    if locked.author == by.uuid:
        raise Refused(_("试题须由作者以外的人审核。"))
    return _move(locked, VersionState.REVIEWED, by, reviewed_by=by.uuid, reviewed_at=clock.now())


def return_item(*, version: ItemVersion, by: Actor) -> ItemVersion:
    """Send a reviewed version back to its author as a draft."""
    locked, done = _locked(version, VersionState.DRAFT, by, REVIEWERS)
    return locked if done else _move(locked, VersionState.DRAFT, by, reviewed_by=None, reviewed_at=None)


def publish_item(*, version: ItemVersion, by: Actor) -> ItemVersion:
    """Freeze a reviewed version and make it the item's live one; the one before it is retired."""
    locked, done = _locked(version, VersionState.LIVE, by, REVIEWERS)
    if done:
        return locked
    with transaction.atomic():
        now = clock.now()
        before = ItemVersion.objects.select_for_update().filter(item_id=locked.item_id, state=VersionState.LIVE).first()
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
        comment = ItemComment.objects.create(version=version, text=text.strip(), written_by=by.uuid, written_label=by.label)
        audit.record("exams.item.commented", version.item, by=by, division_path=version.item.bank.path, version=version.number)
    return comment


def _require(by: Actor, path: str, roles: Collection[str]) -> None:
    if not by.covers(path, *roles):
        raise Missing(_("没有找到。"))


def _body(
    kind: str,
    stem: str,
    options: Sequence[str],
    keys: Collection[str],
    explanation: str,
    points: int | None,
    law_as_of: dt.date | None,
    source: str,
) -> dict[str, object]:
    """The content of a version, cleaned; refuses with every fault at once."""
    stem, options, keys = stem.strip(), [option.strip() for option in options], sorted(set(keys))
    faults = rules.item_faults(kind=kind, stem=stem, options=options, keys=keys)
    if faults:
        raise BadInput("".join(faults))
    if not source.strip():
        raise BadInput(_("请注明试题来源，例如“自编”。"))
    return {
        "kind": kind,
        "stem": stem,
        "options": options,
        "keys": keys,
        "explanation": explanation.strip(),
        "points": points or USUAL_POINTS[ItemKind(kind)],
        "law_as_of": law_as_of,
        "source": source.strip(),
        "fingerprint": rules.fingerprint(stem, options),
    }


def _refuse_duplicate(bank: ItemBank, fingerprint: str, item: Item | None) -> None:
    same = ItemVersion.objects.filter(item__bank=bank, fingerprint=fingerprint).exclude(state=VersionState.RETIRED)
    if item is not None:
        same = same.exclude(item=item)
    found = same.values_list("item__code", flat=True).first()
    if found:
        raise Refused(_("题库里已有相同的试题：%(code)s。") % {"code": found})


def _next_code(bank: ItemBank) -> str:
    """The next free number in the bank; its row is locked, so that two writers do not take the same one."""
    ItemBank.objects.select_for_update().get(pk=bank.pk)
    number = Item.objects.filter(bank=bank).count() + 1
    while Item.objects.filter(bank=bank, code=f"{bank.code}-{number:05d}").exists():
        number += 1
    return f"{bank.code}-{number:05d}"


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
    "retire_item",
    "return_item",
    "review_item",
    "revise_item",
]

"""Erasure of a person: identity goes, what duty retains stays without a name, and every figure is as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts import services as accounts
from lms.audit import services as audit
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.people import personal_data, selectors
from lms.people.models import CorrectionRequest, IdentityDocument, Person

BLANK: dict[str, Any] = {
    "name": "",
    "pinyin": "",
    "sex": "0",
    "ethnic_group": "",
    "birth_date": None,
    "education": "",
    "major": "",
    "political_status": "",
    "phone": "",
    "position_title": "",
    "organisation": None,
    "salt": None,
    "user": None,
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was done: records blanked, documents deleted, accounts ended, and what duty retains without a name."""

    person: Person
    records: int
    documents: int
    accounts: int
    retained: list[personal_data.Retained]


def erase(*, person: Person, reason: str, by: Actor) -> Erasure:
    """Destroy salt and identity of a human being (all merged records), delete documents, end accounts.

    Rows and their uuids stay, and so do ledger lines and certificates; the answer lists them. Erasing twice changes nothing.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise BadInput(_("请写明删除个人信息的依据。"))
    with transaction.atomic():
        ids = selectors.ids_of(person)
        # the persons before the position, as whoever enters a record of theirs does
        list(Person.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
        positions.take()  # no merge is decided meanwhile
        if set(selectors.ids_of(person)) != set(ids):
            raise Refused(_("这个人的档案刚刚合并或拆开过，请再试一次。"))
        people = list(
            Person.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=ids, erased_at__isnull=True)
            .select_related("division", "user")
            .order_by("pk")
        )
        users = [p.user for p in people if p.user is not None]
        standing = {p.pk for p in people}
        documents, _per_model = IdentityDocument.objects.filter(person__in=standing).delete()
        CorrectionRequest.objects.filter(person__in=standing).delete()
        for eraser in personal_data.ERASERS.values():
            eraser(standing, users, by)
        now = clock.now()
        for row in people:
            for field, blank in BLANK.items():
                setattr(row, field, blank)
            row.erased_at, row.erased_by, row.erased_reason = now, by.uuid, reason
            row.save()
        for user in users:
            accounts.erase_user(user=user, reason=reason, by=by)
        kept = personal_data.retained(ids)
        for row in people:
            audit.record(
                "people.person.erased",
                row,
                by=by,
                division_path=row.division.path,
                reason=reason,
                documents=documents,
                accounts=[str(u.uuid) for u in users],
                retained={r.room: r.count for r in kept},
            )
        person = Person.objects.select_related("division").get(pk=person.pk)
        return Erasure(person, len(people), documents, len(users), kept)

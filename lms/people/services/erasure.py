"""Erasure of a person: identity goes, what duty retains stays without a name, and every figure is as it was."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.people.models import Person

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


def erase(*, person: Person, reason: str, by: Actor) -> Person:
    """Destroy salt and identity, delete documents, end the account. The row and its uuid stay, and so do lines and certificates.

    Erasing twice changes nothing.
    """
    if not reason.strip():
        raise BadInput(_("请写明删除个人信息的依据。"))
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).select_related("division").get(pk=person.pk)
        if person.erased_at:
            return person
        user = person.user
        documents, _per_model = person.documents.all().delete()
        for field, blank in BLANK.items():
            setattr(person, field, blank)
        person.erased_at, person.erased_by, person.erased_reason = clock.now(), by.uuid, reason.strip()[:200]
        person.save()
        if user is not None:
            _end_account(user)
        audit.record(
            "people.person.erased",
            person,
            by=by,
            division_path=person.division.path,
            reason=reason.strip()[:200],
            documents=documents,
            account=user.uuid if user else None,
        )
    return person


def _end_account(user: User) -> None:
    user.username, user.email, user.phone = f"erased-{user.uuid}", "", None
    user.first_name = user.last_name = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()

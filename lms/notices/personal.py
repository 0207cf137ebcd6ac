"""What people is told about notices: they go with an erased person's account, and are part of one's own export."""

from __future__ import annotations

from typing import Any

from lms.accounts.models import User
from lms.core.actor import Actor
from lms.notices.models import Delivery, Notice, Preference
from lms.people.personal_data import erases, exports, plain


@exports("notices")
def export(ids: set[int]) -> list[dict[str, Any]]:
    rows = Notice.objects.filter(user__person__in=ids).order_by("created_at", "pk")
    return [plain(row, "kind", "title", "body", "created_at", "read_at") for row in rows]


@erases("notices")
def erase(ids: set[int], users: list[User], by: Actor) -> None:
    for model, lookup in ((Delivery, "notice__user__in"), (Notice, "user__in"), (Preference, "user__in")):
        model._default_manager.filter(**{lookup: users}).delete()

"""Notices between the author of an item and those who review it. Only the services of items call these, in their transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from exams.models import ItemVersion
from exams.states import REVIEWERS
from lms.accounts.models import User
from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.core.actor import Actor
from lms.notices import services as notices


def tell_author(version: ItemVersion, kind: str, once: str, by: Actor, **facts: str) -> None:
    """To whoever wrote the version; to none where that is no account, or the one who acts."""
    _tell({version.author}, version, kind, once, by, **facts)


def tell_reviewers(version: ItemVersion, reviewers: Collection[uuid.UUID | None], by: Actor, reply: str = "") -> None:
    """To those who asked for changes, or whose review they undid, that it waits for them again; not to who may review no more."""
    facts = {"text": reply.strip() or _("内容已修改")}
    may = {
        user.uuid
        for user in User.objects.filter(uuid__in=[one for one in reviewers if one], is_active=True)
        if actor_for(user).covers(version.item.bank.path, *REVIEWERS)
    }
    _tell(may, version, "item.resubmitted", f"{version.uuid}:{clock.now().isoformat()}", by, **facts)


def _tell(users: Collection[uuid.UUID], version: ItemVersion, kind: str, once: str, by: Actor, **facts: str) -> None:
    url = reverse("exams:item", kwargs={"item": version.item.uuid})
    for user in User.objects.filter(uuid__in=set(users) - {by.uuid}, is_active=True):
        notices.notify_of(user=user, kind=kind, facts={"code": version.item.code, **facts}, url=url, key=f"{kind}:{once}", by=by)


__all__ = ["tell_author", "tell_reviewers"]

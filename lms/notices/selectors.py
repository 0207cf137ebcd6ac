"""Reads of notices: one's own only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.notices import channels
from lms.notices.models import Notice, Preference


def inbox(actor: Actor) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=actor.user_id) if actor.user_id else Notice.objects.none()


def unread_count(actor: Actor) -> int:
    """One query over a partial index; none for who is not signed in."""
    return inbox(actor).filter(read_at__isnull=True).count() if actor.user_id else 0


def notice_of(actor: Actor, notice_uuid: uuid.UUID) -> Notice:
    found = inbox(actor).filter(uuid=notice_uuid).first()
    if found is None:
        raise Missing(_("没有这条消息。"))
    return found


def told_with_deliveries(actor: Actor, keys: Iterable[str]) -> dict[str, Notice]:
    """One's own notices of occasions, by key, with what became of each channel: two queries."""
    return {str(notice.key): notice for notice in inbox(actor).filter(key__in=list(keys)).prefetch_related("deliveries")}


def channel_label(code: str) -> str:
    """A channel as people call it; one that is no longer set up by its code."""
    adapter = channels.registered().get(code)
    return str(adapter.label) if adapter else code


def preferences(actor: Actor) -> list[tuple[str, channels.Channel, bool]]:
    """Channel code, adapter and whether this user wants it."""
    wishes = dict(Preference.objects.filter(user_id=actor.user_id or 0).values_list("channel", "wanted"))
    return [(code, adapter, wishes.get(code, adapter.wanted_by_default)) for code, adapter in channels.registered().items()]

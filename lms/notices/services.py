"""Every change to notices: tell a user something, deliver it by other channels, mark it read, keep preferences."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing
from lms.notices import channels, messages, selectors
from lms.notices.models import Delivery, Notice, Preference
from lms.people import selectors as people
from lms.people.models import Person

logger = logging.getLogger(__name__)
# when the next try follows a failed one; after the last the delivery is given up
RETRY_AFTER = (dt.timedelta(minutes=1), dt.timedelta(minutes=10), dt.timedelta(hours=1), dt.timedelta(hours=6))


def notify(*, user: User, kind: str, title: str, by: Actor, body: str = "", url: str = "", key: str | None = None) -> Notice:
    """Tell a user something on the site, and by each channel that reaches them and that they did not refuse.

    A person is reached outside the site only with their consent to it (purpose ``contact``).
    ``key`` makes it idempotent: the same key tells a user once. Delivery happens after the commit.
    """
    return notify_many([user], kind=kind, title=title, by=by, body=body, url=url, key=key)[0]


def notify_many(
    users: Iterable[User], *, kind: str, title: str, by: Actor, body: str = "", url: str = "", key: str | None = None
) -> list[Notice]:
    """Tell many users the same, and answer in their order. Chunks of 500, each whole."""
    readers = list(users)
    wanted = sorted({user.pk: user for user in readers}.values(), key=attrgetter("pk"))  # two tellers of one occasion meet in order
    told: dict[int, Notice] = {}
    for start in range(0, len(wanted), 500):
        with transaction.atomic():
            told |= _notify_chunk(wanted[start : start + 500], kind, title, body, url, key, by)
    return [told[user.pk] for user in readers]


def notify_of(*, user: User, kind: str, facts: Mapping[str, Any], by: Actor, url: str = "", key: str | None = None) -> Notice:
    """Tell a user something the system has a text for (``messages.TEMPLATES``), its placeholders filled with ``facts``."""
    title, body = _rendered(kind, facts)
    return notify(user=user, kind=kind, title=title, body=body, url=url, key=key, by=by)


def tell(
    people_told: Iterable[Person], *, kind: str, facts: Mapping[str, Any], by: Actor, url: str = "", key: str | None = None
) -> list[Notice]:
    """Tell those of the persons who have an account something the system has a text for. Merged records are one reader."""
    readers = people.accounts_of(people_told)
    if not readers:
        return []
    title, body = _rendered(kind, facts)
    return notify_many(readers, kind=kind, title=title, body=body, url=url, key=key, by=by)


def _rendered(kind: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """In the language of the site, not of whoever acts: what readers prefer stands in their browsers."""
    with translation.override(settings.LANGUAGE_CODE):
        return messages.render(kind, {name: _written(fact) for name, fact in facts.items()})


def _written(fact: Any) -> Any:
    """Days and moments as people write them; everything else as it is."""
    if isinstance(fact, dt.datetime):
        return date_format(timezone.localtime(fact), "DATETIME_FORMAT")
    return date_format(fact, "DATE_FORMAT") if isinstance(fact, dt.date) else fact


def mark_read(*, notice: Notice, by: Actor) -> Notice:
    """Mark one's own notice as read; somebody else's is missing. Twice changes nothing."""
    if notice.user_id != by.user_id:
        raise Missing(_("没有这条消息。"))
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    notice.refresh_from_db()
    return notice


def mark_all_read(*, by: Actor) -> int:
    """Mark all of one's own notices as read; returns how many were unread."""
    return selectors.inbox(by).filter(read_at__isnull=True).update(read_at=clock.now())


def set_preference(*, user: User, channel: str, wanted: bool, by: Actor) -> Preference:
    """Keep a user's own wish for one channel."""
    if user.pk != by.user_id and not by.everywhere:
        raise Missing(_("没有这位用户。"))
    if channel not in channels.registered():
        raise BadInput(_("没有这种通知方式。"))
    with transaction.atomic():
        row, _made = Preference.objects.update_or_create(
            user=user, channel=channel, defaults={"wanted": wanted, "changed_at": clock.now()}
        )
        return row


def deliver(*, delivery_id: int) -> Delivery | None:
    """Send one waiting delivery that is due. Claimed by a conditional update, so that two workers send it once.

    A failure is kept with its reason and tried again later, at most five times.
    """
    now = clock.now()
    lease = now + dt.timedelta(minutes=5)  # a worker killed in the middle leaves it due again after this
    claimed = Delivery.objects.filter(pk=delivery_id, status=Delivery.Status.WAITING, next_try_at__lte=now).update(
        next_try_at=lease, tries=F("tries") + 1
    )
    if not claimed:
        return None
    delivery = Delivery.objects.select_related("notice__user").get(pk=delivery_id)
    notice, adapter = delivery.notice, channels.registered().get(delivery.channel)
    address = adapter.address_of(notice.user) if adapter else ""
    if adapter is None or not address or not notice.user.is_active:
        delivery.status, delivery.error = Delivery.Status.DROPPED, _("此渠道已联系不到该用户。")
        delivery.save(update_fields=["status", "error"])
        return delivery
    try:
        adapter.send(address, channels.Message(notice.title, notice.body, notice.url, notice.kind))
    except Exception as error:  # whatever a gateway throws is a failed try, never a failed page
        logger.warning("delivery %s failed: %s", delivery.uuid, type(error).__name__)
        delivery.error = type(error).__name__[:200]
        if delivery.tries > len(RETRY_AFTER):
            delivery.status = Delivery.Status.FAILED
        else:
            delivery.next_try_at = clock.now() + RETRY_AFTER[delivery.tries - 1]
        delivery.save(update_fields=["error", "status", "next_try_at"])
        return delivery
    delivery.status, delivery.sent_at, delivery.error = Delivery.Status.SENT, clock.now(), ""
    delivery.save(update_fields=["status", "sent_at", "error"])
    return delivery


def _notify_chunk(users: list[User], kind: str, title: str, body: str, url: str, key: str | None, by: Actor) -> dict[int, Notice]:
    """User → their notice. No row of a user is locked: who tells may hold anything, and posts before or after."""
    told = _of_occasion(users, key)
    made = [
        Notice(user=user, kind=kind, title=title[:120], body=body, url=url[:300], key=key, created_by=by.uuid)
        for user in users
        if user.pk not in told
    ]
    if key is None:
        Notice.objects.bulk_create(made)
        told = {notice.user_id: notice for notice in made}
    elif made:
        Notice.objects.bulk_create(made, ignore_conflicts=True)  # told meanwhile by somebody else: once is enough
        told = _of_occasion(users, key)
    ours = {notice.uuid for notice in made}
    deliveries = _deliveries([n for n in told.values() if n.uuid in ours]) if messages.may_leave(kind) else []
    Delivery.objects.bulk_create(deliveries)
    if deliveries:
        from lms.notices.tasks import send

        for delivery in deliveries:
            transaction.on_commit(partial(send.delay, delivery.pk), robust=True)
    return told


def _of_occasion(users: list[User], key: str | None) -> dict[int, Notice]:
    if key is None:
        return {}
    by_pk = {user.pk: user for user in users}
    found = {notice.user_id: notice for notice in Notice.objects.filter(user__in=users, key=key)}
    for pk, notice in found.items():
        notice.user = by_pk[pk]
    return found


def _deliveries(notices: list[Notice]) -> list[Delivery]:
    found: list[Delivery] = []
    adapters = channels.registered()
    wishes: dict[tuple[int, str], bool] = {
        (user, channel): wanted
        for user, channel, wanted in Preference.objects.filter(user__in=[n.user_id for n in notices]).values_list(
            "user_id", "channel", "wanted"
        )
    }
    silent = people.users_not_consenting([n.user_id for n in notices], "contact")
    for notice in notices:
        for code, adapter in adapters.items() if notice.user_id not in silent else ():
            address = adapter.address_of(notice.user)
            if address and wishes.get((notice.user_id, code), adapter.wanted_by_default):
                found.append(Delivery(notice=notice, channel=code, address_masked=adapter.mask(address)))
    return found

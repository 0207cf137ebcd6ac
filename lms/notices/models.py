"""Notices on the site, their deliveries by other channels, and what each user wants by which channel."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.core import clock
from lms.core.models import Record


class Notice(Record):
    """One message to one user, shown on the site. ``key`` makes it idempotent; read once ``read_at`` is set."""

    PERSONAL = ("title", "body")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120, null=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            # the count in the header of every page
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notices_notice_unread"),
            models.Index(fields=["user", "-created_at"], name="notices_notice_inbox"),
        ]
        constraints = [
            # the same occasion tells a user once
            models.UniqueConstraint(fields=["user", "key"], name="notices_notice_once"),
        ]


class Delivery(Record):
    """One attempt chain to bring a notice by one channel; closed by sent, failed or dropped. ``address`` is masked."""

    PERSONAL = ("address_masked",)

    class Status(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")
        DROPPED = "dropped", _("不再发送")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    address_masked = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    next_try_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], condition=Q(status="waiting"), name="notices_delivery_due")]
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "sent", "failed", "dropped"]), name="notices_delivery_status_known"
            ),
            # sent and its moment together
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="notices_delivery_sent_together",
            ),
        ]


class Preference(Record):
    """A user's wish for one channel: all notices come by it or none. Without a row the channel's default holds."""

    PERSONAL: tuple[str, ...] = ()

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    channel = models.CharField(max_length=16)
    wanted = models.BooleanField()
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="notices_preference_once")]

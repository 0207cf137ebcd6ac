"""What was signed: one submission of one division's month, round by round. Figures themselves are nowhere kept but in it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import F, Q

from lms.accounts.models import User
from lms.core.models import Record
from lms.core.storage import private_files
from lms.ledger.models import CountingBasis, PeriodLock, Seal
from lms.places.models import Division
from lms.reports.states import STANDING, Status, TokenScope


class SubmissionSet(models.QuerySet["Submission"]):
    def standing(self) -> SubmissionSet:
        """Not returned."""
        return self.filter(status__in=STANDING)


class Submission(Record):
    """A division's figures of one month, as handed in, and what became of them. Closed by the province's lock, or by a return.

    ``payload`` is the canonical report at ``closing_position``, byte for byte what was signed; it can be made anew at any time.
    Handing in locks the division's month in the ledger (``lock``): what comes later is posted to the next open one. A return
    lifts that lock. ``*_through`` is who issued the link when a leader without an account signed.
    """

    PERSONAL: tuple[str, ...] = ()

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    period = models.PositiveIntegerField()  # yyyymm
    number = models.PositiveSmallIntegerField()  # round: 1, and 2 after a return
    status = models.CharField(max_length=12, choices=Status, default=Status.SUBMITTED)
    is_nil = models.BooleanField(default=False)  # 零报告: no line at all
    basis = models.ForeignKey(CountingBasis, on_delete=models.PROTECT, related_name="+")
    closing_position = models.BigIntegerField()
    payload = models.TextField()
    payload_sha256 = models.CharField(max_length=64)
    rests_on = models.ManyToManyField("self", symmetrical=False, related_name="taken_into")
    lock = models.ForeignKey(PeriodLock, null=True, on_delete=models.PROTECT, related_name="+")
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    submitted_by = models.UUIDField()
    note = models.CharField(max_length=300, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    accepted_through = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.UUIDField(null=True)
    returned_reason = models.CharField(max_length=300, blank=True)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.UUIDField(null=True)
    locked_through = models.UUIDField(null=True)

    objects = SubmissionSet.as_manager()

    class Meta:
        ordering = ("-period", "division", "-number")
        indexes = [models.Index(fields=["period", "status"], name="reports_submission_period")]
        constraints = [
            models.UniqueConstraint(fields=["division", "period", "number"], name="reports_submission_round"),
            # one that stands
            models.UniqueConstraint(
                fields=["division", "period"], condition=Q(status__in=STANDING), name="reports_submission_one_standing"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="reports_submission_status_known"),
            # who signs is not who entered, nor does somebody sign through a link they issued themselves
            models.CheckConstraint(
                condition=(Q(accepted_by__isnull=True) | ~Q(accepted_by=F("submitted_by")))
                & (Q(accepted_through__isnull=True) | ~Q(accepted_through=F("submitted_by"))),
                name="reports_acceptor_is_not_enterer",
            ),
            models.CheckConstraint(
                condition=Q(locked_by__isnull=True)
                | ~Q(accepted_at__isnull=True)
                | (~Q(locked_by=F("submitted_by")) & (Q(locked_through__isnull=True) | ~Q(locked_through=F("submitted_by")))),
                name="reports_locker_is_not_enterer",
            ),
            # each act says who and when together
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True, accepted_through__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="reports_accepted_together",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_by__isnull=True, returned_reason="")
                | (Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(returned_reason="")),
                name="reports_returned_together",
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True, locked_by__isnull=True, locked_through__isnull=True)
                | Q(locked_at__isnull=False, locked_by__isnull=False),
                name="reports_locked_together",
            ),
            # the status is what has happened
            models.CheckConstraint(
                condition=Q(status=Status.SUBMITTED, accepted_at__isnull=True, returned_at__isnull=True, locked_at__isnull=True)
                | Q(status=Status.ACCEPTED, accepted_at__isnull=False, returned_at__isnull=True, locked_at__isnull=True)
                | Q(status=Status.RETURNED, returned_at__isnull=False, locked_at__isnull=True)
                | Q(status=Status.LOCKED, locked_at__isnull=False, returned_at__isnull=True),
                name="reports_status_is_what_happened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}/{self.number} {self.status}"

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.payload)  # type: ignore[no-any-return]


class ApiTokenSet(models.QuerySet["ApiToken"]):
    def standing(self) -> ApiTokenSet:
        """Not ended; whether expired, and whether the holder still holds a role there, is asked at each use."""
        return self.filter(ended_at__isnull=True)


class ApiToken(Record):
    """What another system reads figures with, in its holder's place: never more than the holder sees in ``division`` today.

    The secret is shown once; kept are its first characters, to tell tokens apart, and its digest.
    """

    PERSONAL: tuple[str, ...] = ()

    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)  # which system, in the holder's words
    scopes = models.JSONField()
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    last_used_at = models.DateTimeField(null=True)
    uses = models.PositiveBigIntegerField(default=0)

    objects = ApiTokenSet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="reports_token_expires_after"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="reports_token_ended_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def scope_labels(self) -> list[str]:
        return [str(TokenScope(scope).label) for scope in self.scopes]


class Subscription(Record):
    """Somebody's standing wish for a division's monthly report, on a day of the following month: on paper, in a layout, or both.

    ``layout`` names the layout that was chosen; a newer one of the same division and name is used in its place.
    """

    PERSONAL: tuple[str, ...] = ()

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    day = models.PositiveSmallIntegerField()  # 1 to 28
    with_pdf = models.BooleanField(default=True)
    layout = models.ForeignKey("reports.Layout", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    last_period = models.PositiveIntegerField(default=0)  # yyyymm of the last report sent
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("division__path", "id")
        constraints = [
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="reports_subscription_day_in_every_month"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="reports_subscription_ended_together",
            ),
            # something is sent
            models.CheckConstraint(condition=Q(with_pdf=True) | Q(layout__isnull=False), name="reports_subscription_of_something"),
            models.UniqueConstraint(
                fields=["user", "division"], condition=Q(ended_at__isnull=True), name="reports_subscription_one_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division_id} {self.day}"


class Layout(Record):
    """A workbook in a division's own shape, with placeholders for figures; the divisions below may use it too. Closed by its end.

    What stands in it is the office's own text: the form's title, its heads, perhaps the name of who draws it up.
    """

    PERSONAL = ("file",)

    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    file = models.FileField(upload_to="layouts/", storage=private_files)
    sha256 = models.CharField(max_length=64)
    placeholders = models.PositiveIntegerField()
    kept_at = models.DateTimeField()
    kept_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("division__path", "name", "id")
        constraints = [
            # one of a name that stands
            models.UniqueConstraint(
                fields=["division", "name"], condition=Q(ended_at__isnull=True), name="reports_layout_one_of_a_name"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="reports_layout_ended_together",
            ),
        ]

    def __str__(self) -> str:
        return self.name

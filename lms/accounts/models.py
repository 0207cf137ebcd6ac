"""Users and the roles they hold in divisions. A user signs in; the person of the training world lives in ``people``."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from lms.accounts.roles import Role
from lms.core import clock
from lms.core.models import Record
from lms.places.models import Division


class User(AbstractUser, Record):
    """One account. Holds sign-in data only; closed by ``is_active``. First and last name stay empty: names live in people."""

    PERSONAL = ("username", "email", "phone", "first_name", "last_name")

    phone = models.CharField(max_length=20, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    # the division whose office opened the account and looks after its sign-in; null: the nation's
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    must_change_password = models.BooleanField(default=False)  # the password was given by somebody else
    large_type = models.BooleanField(default=False)  # 适老化: the reader asked for large type

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return f"user:{str(self.uuid)[:8]}"


class RoleGrant(Record):
    """A role held in a division from–to, given and ended by somebody for a reason. Ended, never deleted."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    division = models.ForeignKey(Division, null=True, on_delete=models.PROTECT, related_name="+")  # null: the whole nation
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # last day; null while open
    given_at = models.DateTimeField(default=clock.now)
    given_by = models.UUIDField()
    given_reason = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-valid_from", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_grant_role_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="accounts_grant_dates_ordered"
            ),
            # ended: who, when and why together
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
                name="accounts_grant_ended_together",
            ),
            # one open grant of a role in a division, and one in the whole nation
            models.UniqueConstraint(
                fields=["user", "role", "division"], condition=Q(ended_at__isnull=True), name="accounts_grant_one_open"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True, division__isnull=True),
                name="accounts_grant_one_open_nation",
            ),
            # system, security and audit administrators are three people: nobody holds two of these duties
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True, role__in=[Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]),
                name="accounts_grant_administrators_apart",
            ),
        ]

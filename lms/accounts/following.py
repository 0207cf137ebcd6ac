"""What accounts do when a division becomes another: its office goes on in the heir, and still sees what it did before."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import RoleGrant, User
from lms.accounts.roles import ADMINISTRATORS
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.places.models import Division


def follow(*, before: Division, after: Division, offices: bool, by: Actor) -> tuple[int, int]:
    """Accounts kept by ``before`` are kept by ``after``; with ``offices``, a role held in ``before`` is held in ``after`` too.

    The old grant stays, so that the old division's records stay in reach; an administrator's duty, which stands once, moves.
    Returns how many accounts moved and how many grants were given. Doing it again does nothing.
    """
    reason = _("区划变更：%(before)s → %(after)s") % {"before": before.full_name, "after": after.full_name}
    given = 0
    with transaction.atomic():
        moved = User.objects.filter(division=before).update(division=after)
        if not offices:
            return moved, 0
        standing = RoleGrant.objects.select_for_update(of=("self",), no_key=True).filter(division=before, ended_at__isnull=True)
        for grant in standing.order_by("pk"):
            if RoleGrant.objects.filter(
                user=grant.user_id, role=grant.role, division=after, valid_from__gte=grant.valid_from
            ).exists():
                continue  # given before; where it was ended since, it stays ended
            if grant.role in ADMINISTRATORS:
                today = clock.today()
                grant.ended_at, grant.ended_by, grant.ended_reason = clock.now(), by.uuid, reason[:200]
                grant.valid_to = max(grant.valid_from, min(grant.valid_to or today, today))
                grant.save(update_fields=["ended_at", "ended_by", "ended_reason", "valid_to"])
            new = RoleGrant.objects.create(
                user_id=grant.user_id,
                role=grant.role,
                division=after,
                valid_from=max(grant.valid_from, after.valid_from or grant.valid_from),
                valid_to=None if grant.role in ADMINISTRATORS else grant.valid_to,
                given_by=by.uuid,
                given_reason=reason[:200],
            )
            audit.record("accounts.role.followed", new, by=by, division_path=after.path, role=new.role, after=str(grant.uuid))
            given += 1
    return moved, given


def ended_divisions() -> set[int]:
    """Divisions that stand no more and still keep accounts or have roles held in them."""
    users = User.objects.filter(division__valid_to__lt=clock.today()).values_list("division", flat=True)
    grants = RoleGrant.objects.filter(ended_at__isnull=True, division__valid_to__lt=clock.today()).values_list(
        "division", flat=True
    )
    return {pk for pk in [*users.distinct(), *grants.order_by().distinct()] if pk is not None}

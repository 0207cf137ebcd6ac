"""Reads of accounts: the actor of a request."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from lms.accounts.models import RoleGrant
from lms.core import clock
from lms.core.actor import Actor, Grant


def actor_for(user: Any, *, address: str = "") -> Actor:
    """The actor behind a request's user, with the roles held today (one query; none for an anonymous one)."""
    if not user.is_authenticated:
        return Actor.public(address)
    today = clock.today()
    held = (
        RoleGrant.objects.filter(user_id=user.pk, valid_from__lte=today, ended_at__isnull=True)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .values_list("role", "division__path", "division__name")
    )
    return Actor(
        uuid=user.uuid,
        label=str(user),
        user_id=user.pk,
        grants=tuple(Grant(role=role, path=path or "/", place=place or "") for role, path, place in held),
        address=address,
    )

"""Reads of accounts: the actor of a request, the accounts and grants that somebody looks after."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lms.accounts import rules
from lms.accounts.models import RoleGrant, User
from lms.accounts.roles import ACCOUNT_KEEPERS
from lms.core import clock
from lms.core.actor import Actor, Grant
from lms.core.errors import Missing
from lms.places.rules import upwards


def held_today() -> Q:
    """Filter for grants in force today."""
    today = clock.today()
    return Q(valid_from__lte=today, ended_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gte=today))


def actor_for(user: Any, *, address: str = "") -> Actor:
    """The actor behind a request's user, with the roles held today (one query; none for an anonymous one)."""
    if not user.is_authenticated:
        return Actor.public(address)
    held = RoleGrant.objects.filter(held_today(), user_id=user.pk).values_list("role", "division__path", "division__name")
    return Actor(
        uuid=user.uuid,
        label=str(user),
        user_id=user.pk,
        grants=tuple(Grant(role=role, path=path or "/", place=place or "") for role, path, place in held),
        address=address,
    )


def grants_held_by(users: Collection[int]) -> dict[int, list[Grant]]:
    """user id → the roles held today, for many users in one query."""
    found: dict[int, list[Grant]] = {}
    held = RoleGrant.objects.filter(held_today(), user_id__in=users)
    for user, role, path, place in held.values_list("user_id", "role", "division__path", "division__name"):
        found.setdefault(user, []).append(Grant(role=role, path=path or "/", place=place or ""))
    return found


def holders_of(roles: Collection[str], path: str) -> QuerySet[User]:
    """Users who hold one of ``roles`` today in the division of ``path``, above it or below it."""
    reach = Q(division__isnull=True) | Q(division__path__in=upwards(path)) | Q(division__path__startswith=path)
    return User.objects.filter(
        pk__in=RoleGrant.objects.filter(held_today(), reach, role__in=roles).values("user_id"), is_active=True
    )


def has_second_factor(user: Any) -> bool:
    """An authenticator app or a key; recovery codes alone are none."""
    from allauth.mfa.models import Authenticator

    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def users_kept_by(actor: Actor) -> QuerySet[User]:
    """Accounts of the divisions whose accounts the actor looks after, and whoever holds a role there."""
    by_role = RoleGrant.objects.filter(actor.q("division__path", *ACCOUNT_KEEPERS), ended_at__isnull=True).values("user_id")
    mine = actor.q("division__path", *ACCOUNT_KEEPERS) | Q(pk__in=by_role)
    if "/" in actor.paths(*ACCOUNT_KEEPERS):
        mine = Q()
    return User.objects.filter(mine).select_related("division")


def search_users(actor: Actor, text: str = "", *, role: str = "", path: str = "") -> QuerySet[User]:
    """The office's list: by user name (part), mobile number or e-mail address (whole), role and division. Newest first."""
    found = users_kept_by(actor)
    text = text.strip()
    if text:
        phone = rules.clean_mobile(text)
        found = found.filter(
            Q(username__contains=text.lower()) | Q(email=text.lower()) | (Q(phone=phone) if phone else Q(pk__in=[]))
        )
    if role:
        found = found.filter(pk__in=RoleGrant.objects.filter(held_today(), role=role).values("user_id"))
    if path:
        in_role = RoleGrant.objects.filter(held_today(), division__path__startswith=path).values("user_id")
        found = found.filter(Q(division__path__startswith=path) | Q(pk__in=in_role))
    return found.order_by("-date_joined", "-pk")


def user_kept_by(actor: Actor, user_uuid: uuid.UUID) -> User:
    user = users_kept_by(actor).filter(uuid=user_uuid).first()
    if user is None:
        raise Missing(_("没有这个账号。"))
    return user


def grants_of(user: User) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(user=user).select_related("division")


def grant_kept_by(actor: Actor, grant_uuid: uuid.UUID) -> RoleGrant:
    found = RoleGrant.objects.filter(actor.q("division__path", *ACCOUNT_KEEPERS), uuid=grant_uuid)
    if "/" in actor.paths(*ACCOUNT_KEEPERS):
        found = RoleGrant.objects.filter(uuid=grant_uuid)
    grant = found.select_related("user", "division").first()
    if grant is None:
        raise Missing(_("没有这条角色记录。"))
    return grant


def usernames_of(uuids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What to show for actors named by uuid; whoever is not a user is left out."""
    return dict(User.objects.filter(uuid__in=uuids).values_list("uuid", "username"))

"""Writes of accounts: opening them, giving and ending roles, bringing somebody back in. Everything here is audited.

Accounts come from offices; nobody signs up. A password given by somebody else is temporary: it must be changed at the
first sign-in (``must_change_password``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.hashers import get_hasher, make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.accounts import rules
from lms.accounts.models import RoleGrant, User
from lms.accounts.roles import ACCOUNT_KEEPERS, ADMINISTRATORS, MAY_GIVE, Role
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.ids import new_code
from lms.places.models import Division, Level

# Wagtail's groups carry what an editorial role may do there; a migration of cms makes them.
GROUP_OF_ROLE = {
    Role.TRAINER: "讲师",
    Role.EDITOR: "内容编辑",
    Role.REVIEWER: "审核人",
    Role.REGIONAL_ADMIN: "地区管理员",
    Role.SYSTEM_ADMIN: "系统管理员",
}
# A drawn password has 58 bits: it needs no slow hash, and a roster of thousands could not wait for one. Changed at first sign-in.
GIVEN_PASSWORD_ITERATIONS = 20_000


def create_user(
    *,
    username: str,
    by: Actor,
    password: str | None = None,
    email: str = "",
    phone: str | None = None,
    must_change_password: bool = False,
    division: Division | None = None,
) -> User:
    """Open one account. Refuses a user name, mobile number or e-mail address that another account has."""
    row = {"username": username, "password": password, "email": email, "phone": phone, "division": division}
    return create_users([{**row, "must_change_password": must_change_password}], by)[0]


def create_users(rows: Sequence[Mapping[str, Any]], by: Actor) -> list[User]:
    """Open many accounts (keys as in ``create_user``), all or none, in order."""
    drafts = [_draft(row) for row in rows]
    if any(d.division is not None and not by.covers(d.division.path) for d in drafts):
        raise Missing(_("没有这个行政区划。"))
    with transaction.atomic():
        _refuse_taken(drafts)
        try:
            with transaction.atomic():
                User.objects.bulk_create(drafts, batch_size=500)
        except IntegrityError:  # somebody else was quicker
            raise Refused(_("用户名、手机号或邮箱已被其他账号使用。")) from None
        audit.record_many("accounts.user.created", drafts, by=by, path_of=path_of)
    return drafts


def path_of(user: User) -> str:
    return user.division.path if user.division is not None else "/"


def _draft(row: Mapping[str, Any]) -> User:
    username = row["username"].strip().lower()
    if not rules.is_username(username):
        raise BadInput(_("用户名应以字母开头，由3至32位字母、数字、点、横线组成。"))
    phone = row.get("phone") or None
    if phone is not None:
        phone = rules.clean_mobile(phone)
        if not phone:
            raise BadInput(_("手机号应为11位数字。"))
    given = bool(row.get("must_change_password"))
    return User(
        username=username,
        password=_hashed(row.get("password"), drawn=given),
        email=(row.get("email") or "").strip().lower(),
        phone=phone,
        must_change_password=given,
        division=row.get("division"),
        date_joined=clock.now(),
    )


def _hashed(password: str | None, *, drawn: bool) -> str:
    if not password:
        return make_password(None)
    hasher = get_hasher("default")
    if drawn and hasattr(hasher, "iterations"):
        return str(hasher.encode(password, hasher.salt(), iterations=GIVEN_PASSWORD_ITERATIONS))  # type: ignore[call-arg]
    return make_password(password)


def _refuse_taken(drafts: Sequence[User]) -> None:
    names, phones = [d.username for d in drafts], [d.phone for d in drafts if d.phone]
    emails = [d.email for d in drafts if d.email]
    if len(set(names)) < len(names) or len(set(phones)) < len(phones) or len(set(emails)) < len(emails):
        raise Refused(_("名单中有重复的用户名、手机号或邮箱。"))
    for start in range(0, len(names), 300):
        if User.objects.filter(username__in=names[start : start + 300]).exists():
            raise Refused(_("用户名已被其他账号使用。"))
    for start in range(0, len(phones), 300):
        if User.objects.filter(phone__in=phones[start : start + 300]).exists():
            raise Refused(_("手机号已被其他账号使用。"))
    for start in range(0, len(emails), 300):
        if User.objects.filter(email__in=emails[start : start + 300]).exists():
            raise Refused(_("邮箱已被其他账号使用。"))


def give_role(
    *, user: User, role: str, division: Division | None, reason: str, by: Actor, valid_from: dt.date | None = None
) -> RoleGrant:
    """``user`` holds ``role`` in ``division`` (None: the nation) from a day on. The same again returns the grant that stands.

    Refuses giving to oneself, beyond one's own division, a role that is not one's to give, and a second of the three
    administrators' duties.
    """
    division = None if division is not None and division.level == Level.NATION else division
    reason = _reason(reason)
    check_may_give(by, role, division)
    if by.uuid == user.uuid:
        raise Refused(_("不能给自己授予角色。"))
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        standing = RoleGrant.objects.filter(user=user, ended_at__isnull=True)
        same = standing.filter(role=role, division=division).first()
        if same is not None:
            return same
        if role in ADMINISTRATORS and standing.filter(role__in=ADMINISTRATORS).exists():
            raise Refused(_("系统管理员、安全管理员、审计管理员须由不同的人担任，此账号已担任其中一项。"))
        grant = RoleGrant(
            user=user, role=role, division=division, valid_from=valid_from or clock.today(), given_by=by.uuid, given_reason=reason
        )
        grant.given_at = clock.now()
        try:
            with transaction.atomic():
                grant.save(force_insert=True)
        except IntegrityError:
            raise Refused(_("该角色刚刚已授予。")) from None
        audit.record("accounts.role.given", grant, by=by, division_path=_path(division), role=role, user=user.uuid, reason=reason)
        sync_groups(user)
    return grant


def end_role(*, grant: RoleGrant, reason: str, by: Actor) -> RoleGrant:
    """The role ends now, for a reason. Refuses one's own and those that are not one's to end. Ending again changes nothing."""
    reason = _reason(reason)
    check_may_give(by, grant.role, grant.division)
    if by.uuid == grant.user.uuid:
        raise Refused(_("不能收回自己的角色，请由其他管理员办理。"))
    with transaction.atomic():
        grant = RoleGrant.objects.select_for_update(of=("self",), no_key=True).select_related("user", "division").get(pk=grant.pk)
        if grant.ended_at is not None:
            return grant
        grant.ended_at, grant.ended_by, grant.ended_reason = clock.now(), by.uuid, reason
        if grant.valid_to is None or grant.valid_to > clock.today():
            grant.valid_to = max(clock.today(), grant.valid_from)
        grant.save(update_fields=["ended_at", "ended_by", "ended_reason", "valid_to"])
        path = _path(grant.division)
        audit.record("accounts.role.ended", grant, by=by, division_path=path, role=grant.role, user=grant.user.uuid, reason=reason)
        sync_groups(grant.user)
    return grant


def check_may_give(by: Actor, role: str, division: Division | None) -> None:
    """Raise the sentence the user reads, unless ``by`` may give and end ``role`` there."""
    if role not in Role.values:
        raise BadInput(_("没有“%(role)s”这个角色。") % {"role": role})
    if not may_give(by, role, division):
        raise Refused(_("您不能在该行政区划授予或收回“%(role)s”。") % {"role": Role(role).label})


def may_give(by: Actor, role: str, division: Division | None) -> bool:
    if by.everywhere:
        return True
    held = {str(own): by.paths(own) for own in ACCOUNT_KEEPERS}
    table = {str(own): frozenset(str(r) for r in gives) for own, gives in MAY_GIVE.items()}
    return rules.may_give(role, _path(division), held=held, table=table, below_only=frozenset({str(Role.REGIONAL_ADMIN)}))


def _path(division: Division | None) -> str:
    return division.path if division is not None else "/"


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < 2:
        raise BadInput(_("请写明理由。"))
    return reason[:200]


def sync_groups(user: User) -> None:
    """Bring the user's groups (what Wagtail asks) in line with the roles held today. Groups that do not exist are passed over."""
    today = clock.today()
    standing = RoleGrant.objects.filter(user=user, ended_at__isnull=True, valid_from__lte=today)
    held = set(standing.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).values_list("role", flat=True))
    wanted = {name for role, name in GROUP_OF_ROLE.items() if role in held}
    have = set(user.groups.filter(name__in=GROUP_OF_ROLE.values()).values_list("name", flat=True))
    if wanted - have:
        user.groups.add(*Group.objects.filter(name__in=wanted - have))
    if have - wanted:
        user.groups.remove(*Group.objects.filter(name__in=have - wanted))


def reset_sign_in(*, user: User, reason: str, by: Actor) -> str:
    """Recovery without e-mail or SMS: a new temporary password, returned once and stored nowhere; second factors are taken off.

    Every session of the user ends with it. Only for accounts of one's own division; never for oneself, nor for somebody who
    looks after accounts above one.
    """
    from allauth.mfa.models import Authenticator

    reason = _reason(reason)
    check_may_keep(by, user)
    if by.uuid == user.uuid:
        raise Refused(_("不能重置自己的登录方式，请由其他管理员办理。"))
    password = drawn_password()
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        user.password = _hashed(password, drawn=True)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        taken_off, _rows = Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        audit.record("accounts.sign_in.reset", user, by=by, division_path=path_of(user), reason=reason, second_factors=taken_off)
    return password


def set_active(*, user: User, active: bool, reason: str, by: Actor) -> User:
    """Lock an account or open it again. Its sessions end at once. The same state again changes nothing."""
    reason = _reason(reason)
    check_may_keep(by, user)
    if by.uuid == user.uuid:
        raise Refused(_("不能停用或启用自己的账号。"))
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        if user.is_active == active:
            return user
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            end_sessions(user)
        verb = "accounts.user.opened" if active else "accounts.user.locked"
        audit.record(verb, user, by=by, division_path=path_of(user), reason=reason)
    return user


def erase_user(*, user: User, reason: str, by: Actor) -> User:
    """End an account for good as its person is erased: sign-in data goes, the row and its uuid stay. Called by people only."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount

    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        for model in (Authenticator, EmailAddress, SocialAccount):
            model.objects.filter(user=user).delete()
        end_sessions(user)
        user.username, user.email, user.phone, user.is_active = f"erased-{user.uuid}", "", None, False
        user.first_name = user.last_name = ""
        user.set_unusable_password()
        user.save()
        audit.record("accounts.user.erased", user, by=by, division_path=path_of(user), reason=reason)
    return user


def check_may_keep(by: Actor, user: User) -> None:
    """Raise Missing unless the account lies in a division whose accounts ``by`` looks after, and holds no role beyond it."""
    paths = by.paths(*ACCOUNT_KEEPERS)
    inside = any(path_of(user).startswith(path) for path in paths)
    if not inside and user.division_id is None:  # an account of nobody's is looked after where its roles are
        inside = bool(_role_paths(user)) and all(any(held.startswith(p) for p in paths) for held in _role_paths(user))
    if not inside:
        raise Missing(_("没有这个账号。"))
    if any(not any(held.startswith(path) for path in paths) for held in _role_paths(user)):
        raise Refused(_("此账号在上级行政区划持有角色，请由上级管理员办理。"))


def _role_paths(user: User) -> list[str]:
    held = RoleGrant.objects.filter(user=user, ended_at__isnull=True).values_list("division__path", flat=True)
    return [path or "/" for path in held]


def drawn_password() -> str:
    """Three groups a person can read out: 12 characters, about 58 bits."""
    return "-".join(new_code(4, "abcdefghjkmnpqrstuvwxyz23456789") for _group in range(3))


def end_sessions(user: User) -> None:
    """Sign the user out everywhere."""
    from allauth.usersessions.models import UserSession

    for session in UserSession.objects.filter(user=user):
        session.end()


def password_changed(*, user: User, by: Actor) -> None:
    """The user chose a password: the given one is no more."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk, must_change_password=True).update(must_change_password=False)
        audit.record("accounts.password.changed", user, by=by, division_path=path_of(user))
    user.must_change_password = False

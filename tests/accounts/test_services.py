"""Opening accounts, giving and ending roles, recovery by an administrator."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from lms.accounts import services
from lms.accounts.models import RoleGrant, User
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.audit.models import AuditEvent
from lms.core.actor import SYSTEM_UUID
from lms.core.errors import BadInput, Missing, Refused
from tests.factories.world import PASSWORD, give, make_actor, make_user


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_create_user_normalises_and_audits(world):
    user = services.create_user(
        username=" Zhang.GuiYing ", phone="+86 138-0013-8000", email="A@B.cn", division=world.county, by=world.system
    )
    assert (user.username, user.phone, user.email) == ("zhang.guiying", "13800138000", "a@b.cn")
    assert not user.has_usable_password()
    event = AuditEvent.objects.get()
    assert (event.verb, event.record_uuid, event.division_path) == ("accounts.user.created", user.uuid, world.county.path)
    assert "13800138000" not in str(event.details)


@pytest.mark.parametrize("row", [{"username": "13800138000"}, {"username": "ab@c.cn"}, {"username": "abc", "phone": "12345"}])
def test_create_user_refuses_what_would_be_ambiguous(world, row):
    with pytest.raises(BadInput):
        services.create_user(by=world.system, **row)
    assert not User.objects.exists()


@pytest.mark.parametrize("clash", [{"username": "ZHANG"}, {"phone": "13800138000"}, {"email": "A@b.cn"}])
def test_create_users_is_all_or_none(world, clash):
    services.create_user(username="zhang", phone="13800138000", email="a@b.cn", by=world.system)
    with pytest.raises(Refused):
        services.create_users([{"username": "first"}, {"username": "second", **clash}], world.system)
    assert User.objects.count() == 1


def test_given_password_is_hashed_lightly_and_must_change(world, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    user = services.create_user(username="given", password="abcd-efgh-2345", must_change_password=True, by=world.system)
    assert user.password.split("$")[1] == "20000"
    assert user.check_password("abcd-efgh-2345")
    user.refresh_from_db()
    assert int(user.password.split("$")[1]) > 100_000  # the first sign-in strengthens it
    assert user.must_change_password


def test_give_role_makes_an_audited_grant_once(world):
    keeper = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    user = make_user()
    grant = services.give_role(user=user, role=Role.CLASS_MANAGER, division=world.county, reason="负责鲁甸县班级", by=keeper)
    again = services.give_role(user=user, role=Role.CLASS_MANAGER, division=world.county, reason="再点一次", by=keeper)
    assert again == grant
    assert verbs() == ["accounts.role.given"]
    assert actor_for(user).covers(world.township.path, Role.CLASS_MANAGER)


@pytest.mark.parametrize(
    ("own_role", "own_place", "role", "place", "allowed"),
    [
        (Role.REGIONAL_ADMIN, "prefecture", Role.CLASS_MANAGER, "prefecture", True),
        (Role.REGIONAL_ADMIN, "prefecture", Role.REGIONAL_ADMIN, "county", True),
        (Role.REGIONAL_ADMIN, "prefecture", Role.REGIONAL_ADMIN, "prefecture", False),
        (Role.REGIONAL_ADMIN, "prefecture", Role.TRAINER, "province", False),
        (Role.REGIONAL_ADMIN, "prefecture", Role.TRAINER, "foreign_county", False),
        (Role.REGIONAL_ADMIN, "prefecture", Role.AUDITOR, "county", False),
        (Role.SECURITY_ADMIN, "province", Role.AUDITOR, "county", True),
        (Role.SECURITY_ADMIN, "province", Role.SECURITY_ADMIN, "nation", False),
        (Role.SYSTEM_ADMIN, "nation", Role.TRAINER, "county", False),
        (Role.CLASS_MANAGER, "county", Role.CLASS_MANAGER, "county", False),
    ],
)
def test_who_may_give_which_role_where(world, own_role, own_place, role, place, allowed):
    own = getattr(world, own_place)
    keeper = make_actor(own_role, None if own_place == "nation" else own)
    user = make_user()
    if allowed:
        services.give_role(user=user, role=role, division=getattr(world, place), reason="工作需要", by=keeper)
        assert RoleGrant.objects.filter(user=user, role=role).exists()
    else:
        with pytest.raises(Refused):
            services.give_role(user=user, role=role, division=getattr(world, place), reason="工作需要", by=keeper)
        assert not RoleGrant.objects.filter(user=user).exists()


def test_nobody_gives_or_ends_an_own_role(world):
    user = make_user(Role.SECURITY_ADMIN, world.province)
    actor = actor_for(user)
    with pytest.raises(Refused, match="不能给自己"):
        services.give_role(user=user, role=Role.TRAINER, division=world.county, reason="自己给自己", by=actor)
    with pytest.raises(Refused, match="不能收回自己"):
        services.end_role(grant=user.role_grants.get(), reason="自己收回", by=actor)


def test_three_administrators_are_three_people(world):
    user = make_user(Role.SYSTEM_ADMIN)
    with pytest.raises(Refused, match="不同的人"):
        services.give_role(user=user, role=Role.AUDITOR, division=None, reason="兼任", by=world.system)
    # the database refuses it too
    with pytest.raises(IntegrityError), transaction.atomic():
        give(user, Role.SECURITY_ADMIN, world.county)


def test_one_open_grant_even_of_the_whole_nation(world):
    user = make_user(Role.REVIEWER, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        give(user, Role.REVIEWER, None)


def test_end_role_keeps_the_grant_and_its_reasons(world):
    keeper = make_actor(Role.SECURITY_ADMIN, world.province)
    user = make_user(Role.TRAINER, world.county)
    grant = services.end_role(grant=user.role_grants.get(), reason="调离", by=keeper)
    assert (grant.ended_reason, grant.ended_by) == ("调离", keeper.uuid)
    assert services.end_role(grant=grant, reason="再点一次", by=keeper).ended_reason == "调离"
    assert actor_for(user).grants == ()
    assert verbs() == ["accounts.role.ended"]


def test_a_reason_is_asked_for(world):
    with pytest.raises(BadInput):
        services.give_role(user=make_user(), role=Role.TRAINER, division=world.county, reason=" ", by=world.system)


def test_roles_carry_their_groups(world):
    Group.objects.get_or_create(name="讲师")
    user = make_user()
    services.give_role(user=user, role=Role.TRAINER, division=world.county, reason="聘任", by=world.system)
    assert user.groups.filter(name="讲师").exists()
    services.end_role(grant=user.role_grants.get(), reason="期满", by=world.system)
    assert not user.groups.exists()


def test_future_and_past_grants_count_for_nothing_today(world):
    user = make_user()
    tomorrow = dt.date.today() + dt.timedelta(days=2)
    services.give_role(user=user, role=Role.TRAINER, division=world.county, reason="下周起", by=world.system, valid_from=tomorrow)
    RoleGrant.objects.create(
        user=user,
        role=Role.REVIEWER,
        division=world.county,
        valid_from=dt.date(2020, 1, 1),
        valid_to=dt.date(2020, 12, 31),
        given_by=SYSTEM_UUID,
        given_reason="曾任",
    )
    assert actor_for(user).grants == ()


def test_reset_sign_in_gives_a_password_once(world, client):
    keeper = make_actor(Role.REGIONAL_ADMIN, world.county)
    user = make_user(division=None, username="lixiaomei")
    User.objects.filter(pk=user.pk).update(division=world.township)
    user.refresh_from_db()
    password = services.reset_sign_in(user=user, reason="本人到场核验，忘记密码", by=keeper)
    user.refresh_from_db()
    assert user.check_password(password) and not user.check_password(PASSWORD)
    assert user.must_change_password
    event = AuditEvent.objects.get()
    assert event.verb == "accounts.sign_in.reset"
    assert password not in str(event.details)


def test_reset_sign_in_is_scoped(world):
    stranger = make_user()
    User.objects.filter(pk=stranger.pk).update(division=world.foreign_county)
    stranger.refresh_from_db()
    with pytest.raises(Missing):
        services.reset_sign_in(user=stranger, reason="不在本地", by=make_actor(Role.REGIONAL_ADMIN, world.prefecture))
    higher = make_user(Role.REVIEWER, world.province)
    User.objects.filter(pk=higher.pk).update(division=world.county)
    higher.refresh_from_db()
    with pytest.raises(Refused, match="上级"):
        services.reset_sign_in(user=higher, reason="职务更高", by=make_actor(Role.REGIONAL_ADMIN, world.county))

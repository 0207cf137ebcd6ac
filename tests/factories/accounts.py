"""How each route of accounts is tried on a division."""

from __future__ import annotations

from typing import Any

from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.places.models import Division
from tests.factories.world import World, give, make_user


def make_kept_user(division: Division) -> User:
    """An account that the offices of ``division`` look after."""
    return make_user(division_id=division.pk)


def _kept(world: World, **more: Any) -> dict[str, Any]:
    return {"kwargs": {"uuid": make_kept_user(world.division).uuid}, **more}


def _granted(world: World) -> dict[str, Any]:
    grant = give(make_kept_user(world.division), Role.TRAINER, world.division)
    return {"kwargs": {"uuid": grant.uuid}, "method": "post", "data": {"reason": "测试"}}


ROUTES = {
    "accounts:user_detail": _kept,
    "accounts:user_state": lambda world: _kept(world, method="post", data={"reason": "测试", "active": "0"}),
    "accounts:sign_in_reset": lambda world: _kept(world, method="post", data={"reason": "测试"}),
    "accounts:role_give": lambda world: _kept(
        world, method="post", data={"role": Role.TRAINER, "division": world.division.code, "reason": "测试"}
    ),
    "accounts:role_end": _granted,
}

"""The small world that every room's tests stand on."""

from lms.accounts.roles import Role
from lms.places.models import Level


def test_world_is_a_legal_tree(world):
    assert world.division.path == "/53/5306/530621/"
    assert world.township.full_name == "云南省昭通市鲁甸县龙头山镇"
    assert world.township.level == Level.TOWNSHIP
    assert world.foreign_county.path.startswith("/51/")


def test_client_as_holds_its_role_in_its_division(client_as, world):
    client = client_as(Role.CLASS_MANAGER, world.county)
    assert client.actor.covers(world.township.path, Role.CLASS_MANAGER)
    assert not client.actor.covers(world.foreign_county.path)
    assert client_as().actor.grants == ()

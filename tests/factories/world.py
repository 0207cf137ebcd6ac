"""A small, legal world for tests: a division tree, users with roles, persons. Everything else is built on it by the rooms.

``world.division`` is 鲁甸县. ``world.other_county`` lies in the same prefecture, ``world.foreign_county`` in another province.
"""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.test import Client

from lms.accounts.models import RoleGrant, User
from lms.accounts.selectors import actor_for
from lms.accounts.services import sync_groups
from lms.core import positions
from lms.core.actor import SYSTEM_UUID, Actor
from lms.people.models import Person
from lms.places.models import Division, Level

PASSWORD = "一把好锁-2026-lock"

# code, name, parent code, pinyin, initials
TREE = [
    ("000000", "全国", "", "quanguo", "qg"),
    ("53", "云南省", "000000", "yunnansheng", "yns"),
    ("5306", "昭通市", "53", "zhaotongshi", "zts"),
    ("530621", "鲁甸县", "5306", "ludianxian", "ldx"),
    ("530621103", "龙头山镇", "530621", "longtoushanzhen", "ltsz"),
    ("530602", "昭阳区", "5306", "zhaoyangqu", "zyq"),
    ("5305", "保山市", "53", "baoshanshi", "bss"),
    ("530502", "隆阳区", "5305", "longyangqu", "lyq"),
    ("530521", "施甸县", "5305", "shidianxian", "sdx"),
    ("51", "四川省", "000000", "sichuansheng", "scs"),
    ("5113", "南充市", "51", "nanchongshi", "ncs"),
    ("511381", "阆中市", "5113", "langzhongshi", "lzs"),
    ("511381001", "保宁街道", "511381", "baoningjiedao", "bnjd"),
]
LEVELS = {2: Level.PROVINCE, 4: Level.PREFECTURE, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}
_number = itertools.count(1)


@dataclass
class World:
    """The tree by name and by code. ``divisions["530621"]`` is 鲁甸县."""

    nation: Division
    province: Division
    prefecture: Division
    county: Division
    township: Division
    other_county: Division
    other_prefecture: Division
    far_county: Division
    foreign_province: Division
    foreign_prefecture: Division
    foreign_county: Division
    foreign_township: Division
    divisions: dict[str, Division] = field(default_factory=dict)

    @property
    def division(self) -> Division:
        return self.county

    @property
    def system(self) -> Actor:
        return Actor.system("tests")


def make_division_tree() -> World:
    """The rows of ``TREE``; those that stand already (a loaded nation) are taken as they are."""
    with transaction.atomic():
        made = {code: _division(code, name, parent, pinyin, initials) for code, name, parent, pinyin, initials in TREE}
    return World(
        nation=made["000000"],
        province=made["53"],
        prefecture=made["5306"],
        county=made["530621"],
        township=made["530621103"],
        other_county=made["530602"],
        other_prefecture=made["5305"],
        far_county=made["530521"],
        foreign_province=made["51"],
        foreign_prefecture=made["5113"],
        foreign_county=made["511381"],
        foreign_township=made["511381001"],
        divisions=made,
    )


def _division(code: str, name: str, parent_code: str, pinyin: str, initials: str) -> Division:
    level = LEVELS[len(code)] if parent_code else Level.NATION
    found = Division.objects.filter(level=level, code=code, valid_to__isnull=True).first()
    if found is not None:
        return found
    parent = Division.objects.get(code=parent_code, valid_to__isnull=True) if parent_code else None
    return Division.objects.create(
        code=code,
        name=name,
        level=level,
        parent=parent,
        path=f"{parent.path}{code}/" if parent else "/",
        full_name=name if parent is None or parent.level == Level.NATION else f"{parent.full_name}{name}",
        pinyin=pinyin,
        initials=initials,
        position=positions.take(),
    )


def make_user(role: str | None = None, division: Division | None = None, *, password: str | None = PASSWORD, **fields: Any) -> User:
    """A user, holding ``role`` in ``division`` (None: the whole nation) when one is named. Signs in with ``PASSWORD``."""
    fields.setdefault("username", f"user{next(_number):05}")
    user = User(**fields)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    if role is not None:
        give(user, role, division)
    return user


def give(user: User, role: str, division: Division | None) -> RoleGrant:
    grant = RoleGrant.objects.create(
        user=user, role=role, division=division, valid_from=dt.date(2020, 1, 1), given_by=SYSTEM_UUID, given_reason="测试"
    )
    sync_groups(user)  # as accounts' service does: Wagtail's door asks for groups
    return grant


def make_actor(role: str | None = None, division: Division | None = None, **fields: Any) -> Actor:
    """The actor behind a fresh user holding ``role`` in ``division``."""
    return actor_for(make_user(role, division, **fields))


def make_person(division: Division, *, name: str = "张桂英", user: User | None = None, **fields: Any) -> Person:
    """A person on the books of ``division``, without a document; signs in as ``user`` when one is given."""
    return Person.objects.create(name=name, division=division, user=user, **fields)


def make_client(user: User | None) -> Client:
    """A browser signed in as ``user`` (None: nobody). ``client.user`` and ``client.actor`` tell who."""
    client = Client()
    if user is not None:
        client.force_login(user)
    client.user = user  # type: ignore[attr-defined]
    client.actor = actor_for(user) if user is not None else Actor.public()  # type: ignore[attr-defined]
    return client


def bare_body(response: Any) -> str:
    """A page without what differs from one request to the next: tokens, nonces and its own address."""
    body = response.content.decode(errors="replace")
    body = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', r"\1", body)
    address = response.wsgi_request.get_full_path()
    return body.replace(html.escape(address), "").replace(quote(address), "").replace(quote(address, safe=""), "")

"""The people one can sign in as in the demonstration world: one for each role, in 昭通市 and 鲁甸县 of 云南省. All invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lms.accounts import services as accounts
from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.core.actor import Actor
from lms.demo.kit import Kit
from lms.people import services as people
from lms.people.consents import purposes
from lms.people.models import Person
from lms.places.selectors import division_by_code

# The same for every account of the demonstration, which refuses server settings.
PASSWORD = "yanshi-2026-shegong"


@dataclass(frozen=True, slots=True)
class Part:
    username: str
    label: str
    name: str
    division: str
    title: str
    roles: tuple[Role, ...] = ()


CAST = (
    Part("xueyuan", "学员（基层干部）", "和志㼆", "530621103", "乡镇民政干部"),
    Part("xueyuan2", "学员（社区工作者）", "阿普·木呷", "530621103", "社区工作者"),
    Part("jiangshi", "讲师", "段玥", "530600", "社会工作讲师", (Role.TRAINER,)),
    Part("dudao", "督导", "杨喆", "530621", "社会工作督导", (Role.SUPERVISOR,)),
    Part("xianban", "县级经办人（班主任）", "赵明芳", "530621", "民政局经办人", (Role.CLASS_MANAGER,)),
    Part("shiban", "市级管理员", "李建华", "530600", "民政局科长", (Role.REGIONAL_ADMIN,)),
    Part("shishen", "市级审核人", "陶应平", "530600", "民政局副局长", (Role.REVIEWER,)),
    Part("shengban", "省级管理员", "周文静", "530000", "社会工作处干部", (Role.REGIONAL_ADMIN,)),
    Part("shenhe", "审核人", "何永清", "530000", "社会工作处处长", (Role.REVIEWER,)),
    Part("bianji", "内容编辑", "苏晓燕", "530000", "内容编辑", (Role.EDITOR,)),
    Part("shenji", "审计管理员", "白国正", "530000", "审计管理员", (Role.AUDITOR,)),
    Part("anquan", "安全管理员", "孔令军", "530000", "安全管理员", (Role.SECURITY_ADMIN,)),
    Part("xitong", "系统管理员", "秦川", "530000", "系统管理员", (Role.SYSTEM_ADMIN,)),
)


def enter(kit: Kit) -> None:
    """Register the cast with its accounts and roles; ``kit.cast`` then knows each by user name."""
    kit.say("演示账号与角色")
    for part in CAST:
        who = kit.invented()
        division = division_by_code(part.division)
        person = people.register_person(
            name=part.name,
            division=division,
            document=who.document,
            sex=who.sex,
            birth_date=who.birth_date,
            ethnic_group=who.ethnic_group,
            education="21",
            position_title=part.title,
            by=kit.by,
        )
        user, _temporary = people.open_account(person=person, username=part.username, by=kit.by)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        accounts.password_changed(user=user, by=kit.by)
        people.answer_consents(person=person, answers=dict.fromkeys(purposes(), True), by=kit.by)
        for role in part.roles:
            accounts.give_role(
                user=user, role=role, division=division, reason="演示世界的角色", valid_from=dt.date(2014, 1, 1), by=kit.by
            )
        kit.cast[part.username] = person


def actor_of(person: Person) -> Actor:
    """The actor behind one of the cast, with the roles held now."""
    return actor_for(User.objects.get(person=person))

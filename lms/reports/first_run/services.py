"""The first run of an empty system: three administrators, the issuer of certificates, categories, opening balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from certificates import services as certificates
from lms.accounts import services as accounts
from lms.accounts.roles import Role
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.ledger import services as ledger
from lms.places import services as places
from lms.places.models import Division, OrganisationKind
from lms.programmes import services as programmes


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Person-times without names that a division had reported for a month before the system began."""

    division: Division
    month: int  # yyyymm
    person_times: int
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    division: Division
    system_admin: str
    security_admin: str
    auditor: str
    regional_admin: str = ""
    issuer_name: str
    issuer_code: str
    categories: Sequence[tuple[str, str]] = ()
    openings: Sequence[Opening] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """An account with its temporary password, shown once."""

    role: str
    username: str
    password: str


def set_up(answers: Answers, *, by: Actor) -> list[Opened]:
    """Everything or nothing, once: refuses a system that has an account already. Returns the accounts with their passwords.

    The three administrators are three people and look after the whole system; the regional administrator runs the region.
    """
    wanted = [
        (Role.SYSTEM_ADMIN, answers.system_admin, None),
        (Role.SECURITY_ADMIN, answers.security_admin, None),
        (Role.AUDITOR, answers.auditor, None),
        (Role.REGIONAL_ADMIN, answers.regional_admin, answers.division),
    ]
    with transaction.atomic():
        if get_user_model().objects.exists():
            raise Refused(_("系统里已经有账号，初始设置只能做一次。"))
        opened = []
        for role, username, division in wanted:
            if username:
                opened.append(_open(role, username, division, by))
        issuer = places.create_organisation(
            name=answers.issuer_name, kind=OrganisationKind.BUREAU, division=answers.division, by=by
        )
        certificates.open_issuer(organisation=issuer, code=answers.issuer_code, by=by)
        for code, name in answers.categories:
            programmes.create_category(code=code, name=name, division=answers.division, by=by)
        audit.record("reports.system.set_up", issuer, by=by, division_path=answers.division.path, accounts=len(opened))
        for opening in answers.openings:
            ledger.set_opening_balance(
                division=opening.division, month=opening.month, person_times=opening.person_times, source=opening.source, by=by
            )
    return opened


def _open(role: Role, username: str, division: Division | None, by: Actor) -> Opened:
    password = accounts.drawn_password()
    user = accounts.create_user(username=username, password=password, must_change_password=True, division=division, by=by)
    accounts.give_role(user=user, role=role, division=division, reason=str(_("系统初始设置")), by=by)
    return Opened(str(role.label), user.username, password)

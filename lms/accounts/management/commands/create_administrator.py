"""``manage.py create_administrator``: opens an administrator's account from the machine, or brings one back in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts import services
from lms.accounts.models import User
from lms.accounts.roles import Role
from lms.core.actor import Actor
from lms.core.errors import LmsError
from lms.places import selectors as places


class Command(BaseCommand):
    help = "开通一名管理员并显示一次性临时密码；账号已存在时重置其登录方式。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        roles = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.REGIONAL_ADMIN)
        parser.add_argument("--role", required=True, choices=[role.value for role in roles])
        parser.add_argument("--division", metavar="CODE", help="行政区划代码；不填为全国")
        parser.add_argument("--reason", default="在服务器上开通")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("create_administrator")
        try:
            with transaction.atomic():
                division = places.division_by_code(options["division"]) if options["division"] else None
                user = User.objects.filter(username=options["username"].strip().lower()).first()
                if user is None:
                    password = services.drawn_password()
                    user = services.create_user(
                        username=options["username"], password=password, must_change_password=True, division=division, by=by
                    )
                else:
                    password = services.reset_sign_in(user=user, reason=options["reason"], by=by)
                services.give_role(user=user, role=options["role"], division=division, reason=options["reason"], by=by)
        except LmsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            _("用户名 %(username)s，临时密码 %(password)s（只显示这一次，首次登录须修改）")
            % {"username": user.username, "password": password}
        )

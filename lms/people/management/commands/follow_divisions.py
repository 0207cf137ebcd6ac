"""``follow_divisions``: persons and offices of divisions that became one other go along. Nightly, and by hand after a change."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.people import services


class Command(InterfaceCommand):
    help = "区划变更后，把在册人员、账号和角色随之转到新区划；拆分的列入待办。可重复运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        done = services.follow_divisions(by=Actor.system("follow_divisions"))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), ensure_ascii=False))
            return
        self.stdout.write(
            _("已随%(divisions)d个区划转移人员%(people)d名、角色%(grants)d项；待人工改登%(waiting)d人。") % asdict(done)
        )

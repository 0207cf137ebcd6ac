"""``manage.py load_divisions``: every division of China to township, with what changed since 2015. Safe to run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.core.commands import InterfaceCommand
from lms.places.nation import load_divisions


class Command(InterfaceCommand):
    help = "载入全国行政区划（到乡镇、街道）及已知变更；可重复运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="即使清单未变也重新核对每一条")

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_divisions(by=Actor.system("load_divisions"), again=options["again"])
        if loaded.divisions or loaded.closed or loaded.changes:
            self.stdout.write(
                _("已载入行政区划%(divisions)d条，变更%(changes)d条，注销%(closed)d条。")
                % {"divisions": loaded.divisions, "changes": loaded.changes, "closed": loaded.closed}
            )
        else:
            self.stdout.write(_("行政区划已是最新，无需载入。"))

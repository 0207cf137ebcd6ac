"""``manage.py seed_demo --seed N [--people N]``: build the demonstration world in an empty demonstration database."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.demo import world


class Command(InterfaceCommand):
    help = "在空的演示库里建立演示世界。大批量部分作为后台任务，站点启动后进行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--people", type=int, default=19000, help="四川参训人数（默认 19000）")
        parser.add_argument("--now", action="store_true", help="大批量部分也在本命令里做完，不留给后台任务")

    def handle(self, *args: Any, **options: Any) -> None:
        for noisy in ("wagtail", "django_tasks"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        if options["people"] < 0:
            raise CommandError("人数不能是负数。")
        try:
            job = world.build(seed=options["seed"], people=options["people"], say=lambda text: self.stdout.write(f"  {text}"))
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["now"]:
            from lms.core.runner import execute

            execute(job.uuid, worker="seed_demo", live=False)
        self.stdout.write("演示世界已建立。")

"""``manage.py seed_scale --people N --lines N``: fill a scratch database of PostgreSQL with an invented province, for measuring."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from lms.core.commands import InterfaceCommand
from lms.core.errors import LmsError
from lms.demo import scale


class Command(InterfaceCommand):
    help = "在 PostgreSQL 的临时数据库里写入一个省的虚构人员与台账，供测量；再次运行并给出更大的数即在其上增加。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=1_000_000, help="人数（默认 1000000）")
        parser.add_argument("--lines", type=int, default=10_000_000, help="台账笔数（默认 10000000）")
        parser.add_argument("--seed", type=int, default=1, help="随机种子（默认 1）")
        parser.add_argument("--json", action="store_true", help="最后以一行 JSON 给出结果")

    def handle(self, *args: Any, **options: Any) -> None:
        def say(text: str) -> None:
            self.stderr.write(f"  {text}", ending="\n")

        try:
            done = scale.seed(people=options["people"], lines=options["lines"], number=options["seed"], say=say)
        except LmsError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(done), "lines_per_second": done.lines_per_second}))
            return
        self.stdout.write(
            f"已写入 {done.people_added:,} 人、{done.lines_added:,} 笔，用时 {done.seconds} 秒"
            f"（每秒 {done.lines_per_second:,} 笔）。"
            "汇总请接着运行 rebuild_summaries。"
        )

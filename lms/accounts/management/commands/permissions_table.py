"""``manage.py permissions_table``: writes docs/PERMISSIONS.md from the resolver and the access table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from lms.accounts.permissions import as_markdown


class Command(BaseCommand):
    help = "由路由和权限表生成 docs/PERMISSIONS.md；--check 只核对是否最新。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="不写文件；不是最新时退出码非零")

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "PERMISSIONS.md"
        with translation.override("zh-hans"):
            wanted = as_markdown()
        current = page.read_text(encoding="utf-8") if page.exists() else ""
        if current == wanted:
            return
        if options["check"]:
            raise CommandError("docs/PERMISSIONS.md 不是最新，请运行 manage.py permissions_table")
        page.write_text(wanted, encoding="utf-8")
        self.stdout.write(f"{page} 已更新。")

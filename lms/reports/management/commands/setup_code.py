"""``manage.py setup_code``: prints the one-time code of an empty system's first run; says nothing once there are accounts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lms.reports.first_run import code


class Command(BaseCommand):
    help = "空系统：生成并显示一次性安装码，用于 /setup/ 初始设置。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = code.make()
        if found:
            self.stdout.write(f"· 空系统：请打开 /setup/ ，安装码 / first run at /setup/, code: {found}")

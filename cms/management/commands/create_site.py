"""Build the first tree of pages: news, policy library, texts. Safe to run again; what editors changed stays."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from cms.services import build_site
from lms.core.actor import Actor


class Command(BaseCommand):
    help = "建立首页下的栏目、常用政策和说明页；可以重复运行，已有的页面不动。"

    def handle(self, *args: Any, **options: Any) -> None:
        made = build_site(by=Actor.system("create_site"))
        call_command("update_index", verbosity=0)
        self.stdout.write(f"{made} pages made")

"""``rotate_keys``: write every encrypted value anew under the newest data key, as a job that can be interrupted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from lms.core import crypto, sealed
from lms.core.actor import Actor
from lms.core.jobs import enqueue
from lms.people.jobs import ROTATE


class Command(BaseCommand):
    help = "Re-encrypt stored values under the first key of LMS_KEYS. Old keys may be removed once nothing is left under them."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="only say how many values are under older keys")
        parser.add_argument("--now", action="store_true", help="do it in this process instead of a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = sealed.missing_keys()
        if missing:
            raise CommandError(_("缺少数据密钥：%(keys)s。请先从备份恢复。") % {"keys": "、".join(sorted(missing))})
        count = sum(sealed.stale(field).count() for field in sealed.FIELDS.values())
        if options["check"] or not count:
            self.stdout.write(_("使用旧密钥的加密数据：%(count)d条。") % {"count": count})
            return
        if options["now"]:
            done = 0
            for field in sealed.FIELDS.values():
                while step := sealed.reseal_chunk(field):
                    done += step
            self.stdout.write(_("已用密钥%(key)s重新加密%(count)d条。") % {"key": crypto.current_key_id(), "count": done})
            return
        job = enqueue(ROTATE, title=_("更换数据密钥"), by=Actor.system("rotate_keys"))
        self.stdout.write(_("已安排任务%(uuid)s，将重新加密%(count)d条。") % {"uuid": job.uuid, "count": count})

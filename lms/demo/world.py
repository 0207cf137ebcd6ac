"""The demonstration world, chapter by chapter, through the services. The same seed on the same day gives the same world."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from cms.services import build_site
from courses import services as courses
from courses.demo_content import demo_courses
from courses.models import CoursePage
from exams import services as exams
from exams.services.content import demo_content
from lms.accounts.models import User
from lms.core import clock, ids, jobs
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.core.models import Job
from lms.core.planner import analyse
from lms.demo import cast
from lms.demo.chapters import approval, baoshan, imports, kaili, lately, laws, marking, mock_exam, ningxia, sichuan, today, zhaotong
from lms.demo.kit import Kit, moment
from lms.ledger import services as ledger

BY = Actor.system("demo")


def build(*, seed: int, people: int, say: Callable[[str], None]) -> Job:
    """Build the small chapters now and ask for the large one as a job. Refused unless the world is empty and a demonstration."""
    if not settings.LMS_DEMO:
        raise Refused("演示世界只能建在演示库里：请用 LMS_WORLD=demo。")
    if User.objects.exists():
        raise Refused("库里已有账号，演示世界只建在空库里。")
    with ids.seeded(seed) as rng:
        kit = Kit(rng=rng, by=BY, say=say, people_asked=people)
        with clock.at(moment(dt.date(2014, 7, 1))):
            cast.enter(kit)
        shown = _content(kit)
        for chapter in (zhaotong, kaili, ningxia, sichuan):
            chapter.build(kit)
            analyse()
        baoshan.build(kit, shown)
        today.build(kit, clock.today(), shown)
        mock_exam.build(kit, clock.today())
        analyse()
        approval.build(kit, clock.today(), shown)
        lately.build(kit, clock.today())
        marking.build(kit, clock.today())
        laws.build(kit)
        imports.build(kit, clock.today())
    ledger.refresh_summaries()
    _write_accounts()
    return jobs.enqueue(
        "demo.large_chapter",
        title="演示世界：四川的社工站与参训人员",
        by=BY,
        params={"seed": seed, "people": people},
        key="demo.large_chapter",
    )


def _content(kit: Kit) -> list[CoursePage]:
    """Site pages, courses, the item banks with their mock papers."""
    kit.say("栏目、课程、题库与模拟卷")
    with clock.at(moment(dt.date(2022, 1, 4))):
        build_site(by=kit.by)
        exams.load_syllabus(by=kit.by)
        exams.load_standards(by=kit.by)
        for content in demo_content():
            exams.load_bank(content, by=kit.by)
        return [courses.publish_course(content=content, by=kit.by) for content in demo_courses()]


def _write_accounts() -> None:
    """One sign-in for each role, for ``make run`` to print."""
    rows = [{"role": part.label, "username": part.username, "password": cast.PASSWORD} for part in cast.CAST]
    Path(settings.WORLD_DIR, "accounts.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1))

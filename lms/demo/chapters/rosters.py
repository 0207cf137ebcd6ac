"""鲁甸县's roster comes in: first with twelve kinds of damage and its errors given back, then put right and let in, by its jobs."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile

from courses import services as courses
from courses.models import RosterImport, TrainingClass
from courses.roster import sample
from lms.core import clock, runner
from lms.core.actor import Actor
from lms.core.models import Job
from lms.demo.cast import actor_of
from lms.demo.kit import Kit, moment
from lms.places.models import Division, Organisation
from lms.programmes.models import Category, Programme


def build(kit: Kit, today: dt.date, *, county: Division, bureau: Organisation, programme: Programme, category: Category) -> None:
    """The clerk may open both: the one that waits with its errors, the other that is in, with its jobs and first passwords."""
    kit.say("鲁甸县的名册：十二处错误写回原表，改好后导入")
    clerk = actor_of(kit.cast["xianban"])
    first = today + dt.timedelta(days=30)
    with clock.at(moment(today - dt.timedelta(days=2))):
        planned = courses.create_class(
            code=f"LD{today.year}-05",
            title="基层社会工作人才培训班（演示）",
            division=county,
            programme=programme,
            organiser=bureau,
            category=category,
            starts_on=first,
            ends_on=first + dt.timedelta(days=1),
            planned_heads=20,
            by=kit.by,
        )
    _looked_through(planned, "鲁甸县报名表.xlsx", damaged=True, by=clerk)
    right = _looked_through(planned, "鲁甸县报名表（已改好）.xlsx", damaged=False, by=clerk)
    _do(courses.confirm_roster(roster=right, by=clerk).commit_job)


def _looked_through(planned: TrainingClass, name: str, *, damaged: bool, by: Actor) -> RosterImport:
    """Uploaded, its columns confirmed as they were recognised, every row examined."""
    file = ContentFile(sample.workbook(damaged=damaged), name=name)
    roster = courses.upload_roster(training_class=planned, file=file, by=by)
    _do(roster.read_job)
    roster.refresh_from_db()
    fields = {row["column"]: row["field"] for row in roster.columns if row["field"]}
    roster = courses.confirm_columns(
        roster=roster,
        sheet=roster.sheet,
        top=roster.header_top,
        first=roster.header_first,
        fields=fields,
        leave_hidden=False,
        by=by,
    )
    _do(roster.examine_job)
    roster.refresh_from_db()
    return roster


def _do(job: Job | None) -> None:
    """There is no worker yet while the world is built: its work is done here."""
    assert job is not None
    runner.execute(job.uuid, worker="demo", live=False)

"""The large numbers of the demonstration world, after the site is up."""

from __future__ import annotations

import random
from typing import Any

from courses import services as courses
from lms.core import ids
from lms.core.jobs import Progress, job_kind
from lms.core.models import Job
from lms.demo.chapters import sichuan
from lms.demo.kit import Kit
from lms.demo.world import BY


@job_kind("demo.large_chapter", queue="import")
def large_chapter(job: Job, progress: Progress) -> dict[str, Any]:
    """Stations and trained people of 四川; goes on where a killed worker stopped."""
    people = int(job.params["people"])
    with ids.seeded(hash((int(job.params["seed"]), job.claims))):
        kit = Kit(rng=random.Random(), by=BY, say=lambda _text: None, people_asked=people)
        outcome = sichuan.build_large(kit, progress)
    # the ledger's newest line is of now, not of the year this chapter tells of: that is the moment a report names
    courses.post_study_days(by=BY)
    return outcome

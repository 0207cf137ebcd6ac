"""Answers, finished lessons and courses, and the posting of study days to the ledger."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CheckAnswer, CourseEnrolment, LessonProgress, StudyDay
from courses.selectors.content import checks_of, lessons_of
from courses.services import lines
from courses.services.study import (
    Standing,
    check_may_study,
    credit_without_script,
    fresh_progress,
    lock_person,
    standing_of,
)
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing, Refused
from lms.ledger import services as ledger


def answer_check(*, progress: LessonProgress, check_id: uuid.UUID, chosen: str, by: Actor) -> CheckAnswer:
    """Record one answer (letters of the options) to one knowledge check. Every answer is kept; the newest rules."""
    with transaction.atomic():
        lock_person(progress.enrolment.person)
        found = fresh_progress(progress, by)
        check = next((c for c in checks_of(found.lesson) if c.check_id == check_id), None)
        if check is None:
            raise Missing(_("没有这道题。"))
        letters = "".join(sorted(set(chosen)))
        if not letters or not set(letters) <= {option.letter for option in check.options}:
            raise Refused(_("请先选择答案。"))
        last = found.answers.filter(check_id=check_id).order_by("-number").first()
        if last is not None and last.chosen == letters:
            return last
        answer = CheckAnswer.objects.create(
            progress=found,
            check_id=check_id,
            number=last.number + 1 if last else 1,
            chosen=letters,
            is_correct=rules.is_correct(letters, check.right),
            answered_at=clock.now(),
        )
    return answer


def finish_lesson(*, progress: LessonProgress, shown_at: dt.datetime | None = None, by: Actor) -> Standing:
    """Mark a lesson as completed, and its course when that was the last one needed. Finishing twice is once.

    ``shown_at``: when the server showed the page to a browser without script; the time since then is credited, up to the
    lesson's estimated minutes. Refuses too little study time and knowledge checks not answered rightly.
    """
    with transaction.atomic():
        lock_person(progress.enrolment.person)
        found = fresh_progress(progress, by)
        credited = credit_without_script(found, shown_at) if shown_at is not None else 0
        if credited:
            found.save(update_fields=["seconds"])
    with transaction.atomic():  # what was studied stays credited when the lesson cannot be finished yet
        lock_person(progress.enrolment.person)
        found = fresh_progress(progress, by)
        if found.completed_at is None:
            _check_may_finish(found)
            found.completed_at = clock.now()
            found.save(update_fields=["completed_at"])
            audit.record(
                "courses.lesson.completed",
                found,
                by=by,
                division_path=found.enrolment.division.path,
                lesson=found.lesson.translation_key,
                seconds=found.seconds,
            )
            drafts = _unposted(StudyDay.objects.filter(progress=found), by)
            drafts += _complete_if_due(found.enrolment, by)
            ledger.post(drafts, by=by)
    return standing_of(found, credited)


def _check_may_finish(progress: LessonProgress) -> None:
    lesson = progress.lesson
    lacking = lesson.required_minutes * 60 - progress.seconds
    if lacking > 0:
        raise Refused(_("再学习约 %(minutes)d 分钟就可以标记为学完。") % {"minutes": -(-lacking // 60)})
    if not lesson.check_required:
        return
    checks = checks_of(lesson)
    newest = {a.check_id: a.is_correct for a in progress.answers.order_by("number")}
    wrong = [number for number, check in enumerate(checks, 1) if not newest.get(check.check_id)]
    if wrong:
        raise Refused(_("请先答对随堂检测第 %(numbers)s 题。") % {"numbers": "、".join(map(str, wrong))})


def complete_course(*, enrolment: CourseEnrolment, by: Actor) -> CourseEnrolment:
    """Complete a course whose rule is met (every finished lesson tries this). Refuses while lessons are missing."""
    with transaction.atomic():
        lock_person(enrolment.person)
        found = CourseEnrolment.objects.select_related(
            "person__division", "course", "division", "organisation", "category", "participation__programme"
        ).get(pk=enrolment.pk)
        check_may_study(found.person, by)
        if found.completed_at is None:
            drafts = _complete_if_due(found, by)
            if found.completed_at is None:
                raise Refused(_("还有必修课没有学完。"))
            ledger.post(drafts, by=by)
    return found


def _complete_if_due(enrolment: CourseEnrolment, by: Actor) -> list[ledger.Draft]:
    if enrolment.completed_at is not None:
        return []
    done = set(enrolment.progress.filter(completed_at__isnull=False).values_list("lesson_id", flat=True))
    lessons = lessons_of(enrolment.course)
    standings = [rules.LessonStanding(is_required=lesson.is_required, completed=lesson.pk in done) for lesson in lessons]
    if not rules.course_is_complete(standings, percent=enrolment.course.completion_percent):
        return []
    enrolment.completed_at = clock.now()
    enrolment.save(update_fields=["completed_at"])
    audit.record("courses.course.completed", enrolment, by=by, division_path=enrolment.division.path)
    drafts = _unposted(StudyDay.objects.filter(progress__enrolment=enrolment), by)
    minutes = StudyDay.objects.filter(progress__enrolment=enrolment).aggregate(total=Sum("posted_minutes"))["total"] or 0
    return [*drafts, lines.course_completed(enrolment, len(done), minutes)]


def _unposted(days: QuerySet[StudyDay], by: Actor) -> list[ledger.Draft]:
    """Drafts of the study days whose whole minutes grew since they were last posted; a posted one is reversed first."""
    drafts = []
    for day in days.select_related(
        "lesson",
        "progress__enrolment__person__division",
        "progress__enrolment__course",
        "progress__enrolment__division",
        "progress__enrolment__organisation",
        "progress__enrolment__category",
        "progress__enrolment__participation__programme",
    ):
        minutes = day.seconds // 60
        if minutes == day.posted_minutes:
            continue
        if day.line_key:
            ledger.reverse_key(day.line_key, reason="more was studied on that day", by=by)
        day.posted_version += 1
        day.posted_minutes, day.line_key = minutes, f"studied:{day.uuid}:{day.posted_version}"
        day.save(update_fields=["posted_version", "posted_minutes", "line_key"])
        drafts.append(lines.studied(day, day.progress.enrolment))
    return drafts


def post_study_days(*, before: dt.date | None = None, by: Actor) -> int:
    """Post the study of days before ``before`` (today when left out) that is not in the ledger yet; returns how many lines.

    One transaction for each chunk of people; running it twice posts nothing twice.
    """
    grown = StudyDay.objects.filter(day__lt=before or clock.today(), seconds__gte=F("posted_minutes") * 60 + 60)
    pks = list(grown.order_by("pk").values_list("pk", flat=True))
    count = 0
    for start in range(0, len(pks), 200):
        with transaction.atomic():
            chunk = (
                StudyDay.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks[start : start + 200]).order_by("pk")
            )
            drafts = _unposted(chunk, by)
            ledger.post(drafts, by=by)
            count += len(drafts)
    return count

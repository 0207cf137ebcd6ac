"""Catalogue, course, lesson, and what a lesson page sends back: pings, answers, the finish."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cms.kept import kept_page
from cms.on_device import keep_on_device
from courses import services
from courses.models import CoursePage, LessonPage, LessonProgress
from courses.selectors import learning
from courses.selectors.content import course_of, published_courses, search_courses
from courses.views.common import actor_of, missing_is_404, person_or_none
from lms.accounts.roles import EDITORIAL
from lms.core import clock
from lms.core.errors import LmsError, Missing, Refused

SHOWN_SALT = "courses.lesson.shown"
MOST_JOURNAL = 64 * 1024
LESSON_KEPT = 7 * 24 * 3600  # seconds on the device: opened in the county seat, read in the village


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every published course; searchable."""
    query = request.GET.get("q", "").strip()[:80]
    rows = search_courses(query) if query else published_courses()
    page = Paginator(rows, 12).get_page(request.GET.get("page"))
    return render(request, "courses/catalogue.html", {"page_obj": page, "query": query, "standing": _standing(request, list(page))})


def _standing(request: HttpRequest, courses: list[CoursePage]) -> dict[int, Any]:
    person = person_or_none(request) if request.user.is_authenticated else None
    if person is None:
        return {}
    return {e.course_id: e for e in learning.enrolments_in(person, courses)}


@require_GET
@missing_is_404
def course(request: HttpRequest, course: uuid.UUID) -> HttpResponse:
    """What the course is, its lessons, how far the reader is."""
    person = person_or_none(request) if request.user.is_authenticated else None
    view = learning.course_view(learning.course_by_uuid(course), person)
    return render(request, "courses/course.html", {"view": view, "course": view.course, "person": person})


@require_POST
@missing_is_404
def start(request: HttpRequest, course: uuid.UUID) -> HttpResponse:
    """Take up the course and open its next lesson."""
    person = person_or_none(request)
    if person is None:
        messages.error(request, _("您的账号没有对应的学员档案，请联系班主任。"))
        return redirect("courses:course", course)
    found = learning.course_by_uuid(course)
    services.start_course(person=person, course=found, by=actor_of(request))
    view = learning.course_view(found, person)
    return redirect(view.next_lesson.path_of_view() if view.next_lesson else found.path_of_view())


@require_GET
@missing_is_404
def lesson(request: HttpRequest, lesson: uuid.UUID) -> HttpResponse:
    """The lesson. Who is in the course has it recorded; others read it where the course allows."""
    actor = actor_of(request)
    standing = learning.standing_in(actor, lesson)
    if standing is not None:
        return _own_lesson(request, lesson, standing)
    found = learning.lesson_by_uuid(lesson)
    parent = course_of(found)
    if not parent.live:
        raise Missing
    if not request.user.is_authenticated:
        if not parent.open_to_public:
            return redirect_to_login(request.get_full_path())
    elif _open(request, parent, found):
        standing = learning.standing_in(actor, lesson)
        if standing is not None:
            return _own_lesson(request, lesson, standing)
    elif not parent.open_to_public and not actor.has(*EDITORIAL):
        messages.info(request, _("先点“开始学习”，学习时长才会记录。"))
        return redirect(parent.path_of_view())
    view = learning.lesson_view(found, parent, None)
    return render(request, "courses/lesson.html", {"view": view, "lesson": found, "course": parent, "page": found})


def _own_lesson(request: HttpRequest, lesson: uuid.UUID, standing: learning.Standing) -> HttpResponse:
    """The lesson of somebody in the course: the same words for everybody who is as far, with their own figures filled in."""

    def context(own: Mapping[str, str]) -> dict[str, Any]:
        found = learning.lesson_by_uuid(lesson)
        parent = course_of(found)
        view = learning.lesson_view(found, parent, standing)
        return {"view": view, "lesson": found, "course": parent, "page": found, "study": {**own, "completed": standing.completed}}

    own = {
        "progress": standing.progress,
        "place": 0 if standing.completed else standing.place,
        "seconds": standing.seconds,
        "minutes": standing.minutes,
        "shown": signing.dumps([str(standing.progress), clock.now().timestamp()], salt=SHOWN_SALT),
        "user_key": str(actor_of(request).uuid)[:8],
    }
    # what decides the words, beside the lesson itself: the conditions met, and the answers given
    state = [standing.completed, standing.minutes >= standing.required_minutes, sorted(standing.answers.items())]
    page = kept_page(request, "courses/lesson.html", state=state, own=own, context=context)
    return keep_on_device(page, seconds=LESSON_KEPT)


def _open(request: HttpRequest, course: CoursePage, lesson: LessonPage) -> bool:
    """Note that somebody in the course has the lesson before them; False for who is not in it."""
    person = person_or_none(request)
    enrolment = learning.enrolment_of(person, course)
    if person is None or enrolment is None:
        return False
    enrolment.course, enrolment.person = course, person
    services.open_lesson(enrolment=enrolment, lesson=lesson, by=actor_of(request))
    return True


@require_POST
@missing_is_404
def ping(request: HttpRequest, progress: uuid.UUID) -> HttpResponse:
    """Study time from the page's script: active seconds since the last ping, and stretches read while offline."""
    actor = actor_of(request)
    own = learning.own_progress(actor, progress)
    try:
        sent = json.loads(request.body[:MOST_JOURNAL])
        seconds, place = int(sent.get("seconds", 0)), sent.get("place")
        stretches = [
            (_moment(item["from"]), _moment(item["to"]), int(item["seconds"])) for item in list(sent.get("stretches", []))[:200]
        ]
        device_now = _moment(sent["now"]) if stretches else None
        place = None if place is None else int(place)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return JsonResponse({"error": "bad_request"}, status=400)
    credited = 0
    if device_now is not None:
        credited += services.record_study_sent_later(progress=own, stretches=stretches, device_now=device_now, by=actor).credited
    standing = services.record_study(progress=own, seconds=seconds, place=place, stopped=bool(sent.get("stopped")), by=actor)
    return JsonResponse(
        {
            "seconds": standing.seconds,
            "credited": credited + standing.credited,
            "at": timezone.localtime(clock.now()).strftime("%H:%M"),
            "lacking": max(0, own.lesson.required_minutes * 60 - standing.seconds),
        }
    )


def _moment(milliseconds: Any) -> dt.datetime:
    return dt.datetime.fromtimestamp(float(milliseconds) / 1000, tz=dt.UTC)


@require_POST
@missing_is_404
def answer(request: HttpRequest, progress: uuid.UUID, check: uuid.UUID) -> HttpResponse:
    """One answer to one knowledge check; back to the question, with feedback."""
    own = learning.own_progress(actor_of(request), progress)
    try:
        services.answer_check(
            progress=own, check_id=check, chosen="".join(request.POST.getlist("chosen"))[:26], by=actor_of(request)
        )
    except Refused as error:
        messages.error(request, str(error))
    return redirect(f"{own.lesson.path_of_view()}#check-{check}")


@require_POST
@missing_is_404
def finish(request: HttpRequest, progress: uuid.UUID) -> HttpResponse:
    """I have read it. A browser without script sends the token of when the page was shown."""
    actor = actor_of(request)
    own = learning.own_progress(actor, progress)
    try:
        standing = services.finish_lesson(progress=own, shown_at=_shown_at(request, own), by=actor)
    except LmsError as error:
        if isinstance(error, Missing):
            raise
        messages.error(request, str(error))
        return redirect(f"{own.lesson.path_of_view()}#finish")
    if standing.course_completed:
        messages.success(request, _("恭喜，您已学完本课程，学时已计入台账。"))
        return redirect(own.enrolment.course.path_of_view())
    messages.success(request, _("本课已学完。"))
    following = learning.lesson_view(own.lesson, own.enrolment.course, None).following
    return redirect(following.path_of_view() if following else own.enrolment.course.path_of_view())


def _shown_at(request: HttpRequest, progress: LessonProgress) -> dt.datetime | None:
    token = request.POST.get("shown", "")
    if not token:
        return None
    try:
        owner, moment = signing.loads(token, salt=SHOWN_SALT, max_age=settings.SESSION_COOKIE_AGE)
    except (signing.BadSignature, ValueError):
        return None
    return dt.datetime.fromtimestamp(float(moment), tz=dt.UTC) if owner == str(progress.uuid) else None

"""The editors' admin: what people have studied is not deleted from under them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Page

from courses.models import CourseEnrolment, LessonProgress


@hooks.register("before_delete_page")
def keep_what_was_studied(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete a course, module or lesson that learners have begun; it can be unpublished."""
    if request.method != "POST" or not is_studied([page]):
        return None
    messages.error(request, _("已有学员学习过，不能删除；可以取消发布，学习记录会保留。"))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def keep_what_was_studied_in_bulk(request: HttpRequest, action: str, objects: list[Any], view: Any) -> HttpResponse | None:
    pages = [one for one in objects if isinstance(one, Page)]
    if action != "delete" or request.method != "POST" or not pages or not is_studied(pages):
        return None
    messages.error(request, _("已有学员学习过，不能删除；可以取消发布，学习记录会保留。"))
    return redirect("wagtailadmin_explore", pages[0].get_parent().pk)


def is_studied(pages: list[Page]) -> bool:
    courses, lessons = Q(pk__in=[]), Q(pk__in=[])
    for page in pages:
        courses |= Q(course__path__startswith=page.path)
        lessons |= Q(lesson__path__startswith=page.path)
    return CourseEnrolment.objects.filter(courses).exists() or LessonProgress.objects.filter(lessons).exists()

"""Courses from a document: pages made, published and left as they are when they stand already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from cms.models import Policy
from cms.services import add_policy
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.core.ids import new_uuid

INDEX_SLUG = "courses"


def course_index(*, by: Actor) -> CourseIndexPage:
    """The catalogue under the home page; made once."""
    found = CourseIndexPage.objects.first()
    if found is not None:
        return found
    site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    if site is None:
        raise Refused(_("站点还没有首页：请先运行 manage.py migrate。"))
    made = CourseIndexPage(title="课程", slug=INDEX_SLUG, translation_key=new_uuid())
    site.root_page.add_child(instance=made)
    made.save_revision().publish()
    return made


def publish_course(*, content: Mapping[str, Any], by: Actor) -> CoursePage:
    """Make and publish a course with its modules and lessons; a course of the same slug stays as editors left it.

    ``content``: slug, title, summary, audience, ``modules`` of (slug, title, ``lessons`` of (slug, title, summary, kind, minutes,
    ``body`` of [block, value], ``checks`` of (question, options of [text, is right, feedback], explanation))).
    """
    with transaction.atomic():
        index = course_index(by=by)
        standing = CoursePage.objects.child_of(index).filter(slug=content["slug"]).first()
        if standing is not None:
            return standing
        course = CoursePage(
            title=content["title"],
            slug=content["slug"],
            summary=content["summary"],
            audience=content["audience"],
            translation_key=new_uuid(),
        )
        _publish(index, course)
        for part in content["modules"]:
            module = ModulePage(title=part["title"], slug=part["slug"], translation_key=new_uuid())
            _publish(course, module)
            for lesson in part["lessons"]:
                _publish(module, _lesson(lesson, by))
        audit.record("courses.course.published", by=by, record_label="courses.coursepage", course=course.uuid, slug=course.slug)
        return course


def _publish(parent: Page, page: Page) -> None:
    parent.add_child(instance=page)
    page.save_revision().publish()


def _lesson(content: Mapping[str, Any], by: Actor) -> LessonPage:
    return LessonPage(
        title=content["title"],
        slug=content["slug"],
        summary=content["summary"],
        kind=content["kind"],
        estimated_minutes=content["minutes"],
        body=_stream([_block(name, value, by) for name, value in content["body"]]),
        checks=_stream([("check", _check(check)) for check in content["checks"]]),
        required_minutes=content.get("required_minutes", 0),
        translation_key=new_uuid(),
    )


def _block(name: str, value: Any, by: Actor) -> tuple[str, Any]:
    """A block of the document as stored: ``text`` is a paragraph, a policy is named by its title."""
    if name == "text":
        return "paragraph", value
    if name == "policy_interpretation":
        policy = Policy.objects.filter(title=value["policy"]).order_by("pk").first() or add_policy(title=value["policy"], by=by)
        return name, {**value, "policy": policy.pk}
    return name, value


def _check(content: Mapping[str, Any]) -> dict[str, Any]:
    options = [{"text": text, "is_correct": right, "feedback": feedback} for text, right, feedback in content["options"]]
    return {"question": content["question"], "options": options, "explanation": content["explanation"]}


def _stream(blocks: list[tuple[str, Any]]) -> str:
    return json.dumps([{"type": name, "value": value, "id": str(new_uuid())} for name, value in blocks], ensure_ascii=False)

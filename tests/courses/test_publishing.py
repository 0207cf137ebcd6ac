"""Courses from a document are pages that can be studied; the same document twice changes nothing."""

import pytest

from courses import services
from courses.demo_content import demo_courses
from courses.models import CoursePage, LessonPage
from courses.selectors.content import checks_of, lessons_of
from lms.core.actor import Actor

BY = Actor.system("tests")


@pytest.mark.django_db
def test_every_demonstration_course_is_published_once():
    for content in demo_courses():
        course = services.publish_course(content=content, by=BY)
        assert services.publish_course(content=content, by=BY) == course
        wanted = [lesson["title"] for module in content["modules"] for lesson in module["lessons"]]
        assert [lesson.title for lesson in lessons_of(course)] == wanted
    assert CoursePage.objects.live().count() == 3


@pytest.mark.django_db
def test_every_check_has_a_right_and_a_wrong_option_and_every_lesson_renders():
    for content in demo_courses():
        services.publish_course(content=content, by=BY)
    for lesson in LessonPage.objects.live():
        lesson.full_clean(exclude=["translation_key"])
        assert lesson.body.stream_block.clean(lesson.body)
        lesson.checks.stream_block.clean(lesson.checks)
        for check in checks_of(lesson):
            assert 0 < len(check.right) < len(check.options)

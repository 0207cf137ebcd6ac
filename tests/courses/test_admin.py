"""Trainers write lessons in the admin and hand them in; reviewers publish; what was studied is not deleted."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from wagtail.models import Page, Workflow

from courses import services
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from lms.accounts.roles import Role
from lms.accounts.services import give_role
from tests.factories.courses import SYSTEM, lesson_of, make_course, make_learner
from tests.factories.world import World, make_client, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(world: World):
    def sign_in(role: str):
        user = make_user()
        give_role(user=user, role=role, division=world.county, reason="测试", by=SYSTEM)
        return make_client(user)

    return sign_in


def test_the_catalogue_stands_with_its_review():
    index = CourseIndexPage.objects.get()
    assert index.live
    assert Page.find_problems() == ([], [], [], [], [])
    workflow = Workflow.objects.get(name="课程审核")
    assert index.get_workflow() == workflow
    assert [group.name for task in workflow.tasks for group in task.specific.groups.all()] == ["审核人"]


def test_a_trainer_writes_and_hands_in_and_a_reviewer_may_publish(author):
    trainer, reviewer = author(Role.TRAINER), author(Role.REVIEWER)
    index = CourseIndexPage.objects.get()
    form = {"title": "小组工作实务", "slug": "group-work", "summary": "", "audience": "", "completion_percent": 100}
    form |= {"credit_limit_percent": 300, "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}
    page = trainer.get(reverse("wagtailadmin_pages:add", args=["courses", "coursepage", index.pk]))
    assert page.status_code == 200
    assert "阅读与结课规则" in page.content.decode()
    assert "action-publish" not in page.content.decode()
    where = reverse("wagtailadmin_pages:add", args=["courses", "coursepage", index.pk])
    answer = trainer.post(where, {**form, "action-submit": "1"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    course = CoursePage.objects.get(slug="group-work")
    assert not course.live
    assert course.workflow_in_progress
    task = course.current_workflow_task_state
    done = reviewer.post(reverse("wagtailadmin_pages:workflow_action", args=[course.pk, "approve", task.pk]), {"comment": ""})
    assert done.status_code in (200, 302)
    course.refresh_from_db()
    assert course.live


def test_the_lesson_form_offers_the_blocks_and_a_preview(author):
    trainer = author(Role.TRAINER)
    course = make_course()
    module = ModulePage.objects.child_of(course).get()
    page = trainer.get(reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", module.pk])).content.decode()
    for words in ("政策解读", "实务练习", "随堂检测", "对基层意味着什么", "时长与学完条件"):
        assert words in page or json.dumps(words)[1:-1] in page


def test_a_lesson_previews_as_learners_see_it_with_the_answers(rf):
    lesson = lesson_of(make_course(checks=1))
    answer = lesson.make_preview_request(preview_mode="")
    page = answer.rendered_content if hasattr(answer, "rendered_content") else answer.content.decode()
    assert "最低生活保障以家庭为单位认定" in page
    assert "解析在此" in page


def test_what_was_studied_is_not_deleted(author, world: World):
    admin = author(Role.SYSTEM_ADMIN)
    course, fresh = make_course(), make_course()
    person, actor = make_learner(world.township)
    services.start_course(person=person, course=course, by=actor)
    admin.post(reverse("wagtailadmin_pages:delete", args=[course.pk]))
    assert CoursePage.objects.filter(pk=course.pk).exists()
    assert LessonPage.objects.descendant_of(course).exists()
    admin.post(reverse("wagtailadmin_pages:delete", args=[fresh.pk]))
    assert not CoursePage.objects.filter(pk=fresh.pk).exists()

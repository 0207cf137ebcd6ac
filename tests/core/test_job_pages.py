"""Pages of jobs: one's own, an administrator's divisions, and to everybody else the same 404 as missing."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.core.models import Job
from tests.factories.core import make_job

pytestmark = pytest.mark.django_db
PAGES = ["job_detail", "job_progress", "job_result"]


def at(name, job):
    return reverse(name, kwargs={"uuid": job.uuid})


def test_owner_sees_the_job_and_its_result(client_as, world):
    client = client_as("class_manager", world.county)
    job = make_job(
        owner=client.actor, result="姓名\n".encode(), outcome={"message": "导入 3 人。", "url": "/learn/", "facts": [["新建", 3]]}
    )
    page = client.get(at("job_detail", job)).content.decode()
    assert all(text in page for text in ("导入名单", "导入 3 人。", 'href="/learn/"', "新建", "已完成"))
    answer = client.get(at("job_result", job))
    assert b"".join(answer.streaming_content) == "姓名\n".encode()
    assert "attachment" in answer["Content-Disposition"] and answer["Cache-Control"] == "private, no-store"


def test_open_job_asks_again_with_and_without_script(client_as):
    client = client_as()
    job = make_job(owner=client.actor, status="running", progress_done=3, progress_total=12, stage="读取")
    page = client.get(at("job_detail", job)).content.decode()
    assert f'hx-get="{at("job_progress", job)}"' in page and '<noscript><meta http-equiv="refresh"' in page
    part = client.get(at("job_progress", job)).content.decode()
    assert 'value="25"' in part and "已处理 3，共 12" in part and "<html" not in part
    Job.objects.update(status="done", finished_at=job.created_at)
    closed = client.get(at("job_progress", job)).content.decode()
    assert "hx-get" not in closed and "http-equiv" not in client.get(at("job_detail", job)).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_another_s_job_is_missing(client_as, world, name):
    job = make_job(division_path=world.county.path, result=b"x")
    assert client_as("class_manager", world.county).get(at(name, job)).status_code == 404
    assert client_as("regional_admin", world.foreign_province).get(at(name, job)).status_code == 404
    assert client_as().get(reverse(name, kwargs={"uuid": uuid.uuid4()})).status_code == 404


def test_administrator_sees_and_stops_jobs_of_the_division_but_gets_no_file(client_as, world):
    admin = client_as("regional_admin", world.province)
    job = make_job(division_path=world.county.path, status="running", result=b"x")
    assert admin.get(at("job_detail", job)).status_code == 200
    assert admin.get(at("job_result", job)).status_code == 404
    assert admin.post(at("job_retry", job)).status_code == 404
    assert admin.post(at("job_cancel", job)).status_code == 302
    job.refresh_from_db()
    assert job.cancel_requested_by == admin.actor.uuid


@pytest.mark.parametrize("name", ["job_cancel", "job_retry"])
def test_changes_need_post_and_reach(client_as, world, name):
    client = client_as("class_manager", world.county)
    job = make_job(status="failed" if name == "job_retry" else "running")
    assert client.post(at(name, job)).status_code == 404
    own = make_job(owner=client.actor, status="failed" if name == "job_retry" else "running")
    assert client.get(at(name, own)).status_code == 405
    assert client.post(at(name, own)).status_code == 302


def test_cancelling_a_closed_job_says_so(client_as):
    client = client_as()
    page = client.post(at("job_cancel", make_job(owner=client.actor)), follow=True).content.decode()
    assert "这项任务已经结束，不能再取消。" in page


def test_result_that_was_cleaned_is_missing(client_as):
    client = client_as()
    job = make_job(owner=client.actor, result=b"x")
    job.result_file.storage.delete(job.result_file.name)
    assert client.get(at("job_result", job)).status_code == 404


def test_outcome_cannot_lead_to_another_host(client_as):
    client = client_as()
    job = make_job(owner=client.actor, outcome={"url": "https://evil.example/"})
    assert "evil.example" not in client.get(at("job_detail", job)).content.decode()


def test_list_shows_own_and_overseen_in_constant_queries(client_as, world):
    client = client_as("regional_admin", world.province)
    for _ in range(3):
        make_job(owner=client.actor)
    make_job(division_path=world.county.path, status="running", title="本县的任务")
    make_job(division_path=world.foreign_county.path, title="外省的任务")
    page = client.get(reverse("job_list")).content.decode()
    assert "本县的任务" in page and "外省的任务" not in page and page.count("导入名单") == 3
    assert "导入名单" not in client.get(reverse("job_list") + "?show=open").content.decode()
    assert "本县的任务" not in client.get(reverse("job_list") + "?show=mine").content.decode()

    with CaptureQueriesContext(connection) as few:
        client.get(reverse("job_list"))
    for _ in range(30):
        make_job(owner=client.actor)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("job_list"))
    assert len(few) == len(many)


def test_list_without_jobs_says_when_they_appear(client_as):
    assert "没有任务" in client_as().get(reverse("job_list")).content.decode()


def test_pages_need_a_sign_in(client, db):
    assert client.get(reverse("job_list")).status_code == 302

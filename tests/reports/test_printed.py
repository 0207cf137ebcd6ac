"""The month on paper: what was signed stands in it figure by figure, what came later stands beside it, drafts say so."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from io import BytesIO

import pypdf
import pytest
from django.urls import reverse

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core.models import Job
from lms.reports.approval import services, units
from lms.reports.printed import sheet
from tests.factories import ledger as book
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
MARCH = 202203


@pytest.fixture
def half_day(world):
    return book.scheduled(uuid.uuid4(), DAY, world.county)


@pytest.fixture
def march(world, half_day):
    return [book.attended(make_person(world.county), half_day) for _ in range(3)]


def text_of(body: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(body)).pages).replace("\n", "").replace(" ", "")


def printed(place) -> str:
    made, _content = sheet.render(place, MARCH, units.standing_of([place], MARCH).get(place.pk))
    return text_of(made)


def test_a_month_not_handed_in_says_so(world, march):
    page = printed(world.county)
    assert "未报送，仅供核对" in page and "3培训人次" in page and "签报与封印" not in page


def test_signed_figures_stay_and_what_came_later_stands_beside_them(world, march, half_day):
    by, checker = make_actor(Role.CLASS_MANAGER, world.county), make_actor(Role.REVIEWER, world.prefecture)
    row = services.submit(division=world.county, period=MARCH, by=by)
    services.accept(submission=row, by=checker)
    row = units.standing_of([world.county], MARCH)[world.county.pk]
    page = printed(world.county)
    for said in ("统计口径", "统计期2022年3月1日—2022年3月31日", "截至时点", "填报人", "审核人", "3培训人次", "与签报数一致"):
        assert said in page, said
    assert row.payload_sha256 in page and row.seal.root in page
    book.attended(make_person(world.county), half_day)  # comes after: posted to the next open month, happened in March
    page = printed(world.county)
    assert "3培训人次" in page and "补记1笔" in page and "+1" in page


def test_asked_twice_it_is_one_job_whose_file_is_kept_with_its_hash(world, march, django_capture_on_commit_callbacks):
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    address = reverse("reports:period_print", args=[world.county.code, MARCH])
    with django_capture_on_commit_callbacks(execute=True):
        pages = {client.post(address).url for _click in range(2)}
    job = Job.objects.get(kind="reports.print_month")
    assert pages == {reverse("job_detail", args=[job.uuid])} and job.status == "done"
    made = job.result_file.read()
    assert "3培训人次" in text_of(made)
    event = AuditEvent.objects.get(verb="reports.month.printed")
    assert event.details["sha256"] == hashlib.sha256(made).hexdigest()


def test_another_division_is_not_there(world, march):
    client = make_client(make_user(Role.CLASS_MANAGER, world.foreign_county))
    assert client.post(reverse("reports:period_print", args=[world.county.code, MARCH])).status_code == 404

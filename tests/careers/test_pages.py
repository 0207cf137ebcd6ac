from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from lms.careers import services
from lms.careers.models import Education, Employment, ExamScore, Licence, PassLine
from lms.ledger.models import Line
from tests.factories.careers import DAY, open_post
from tests.factories.people import SYSTEM, learner, register
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db


def add(kind, person):
    return reverse("careers:add", kwargs={"uuid": person.uuid, "kind": kind})


def test_my_career_shows_records_standing_and_chances(world):
    person = learner(world.county)
    services.load_pass_line(year=2024, level="middle", points=60, source="x", by=SYSTEM)
    services.record_score(person=person, year=2024, subject="law_middle", points="61.5", by=SYSTEM)
    services.add_education(person=person, level="本科", graduated_on=DAY, major="社会工作", is_social_work_major=True, by=SYSTEM)
    page = make_client(person.user).get(reverse("careers:mine")).content.decode()
    for text in ("61.5分", "合格", "大学本科毕业", "社会工作法规与政策 2024 已过期", "已具备", "最接近的一条要求 3 年"):
        assert text in page


def test_nobody_else_has_a_career_page_of_their_own(world, client_as):
    assert "没有关联人员档案" in client_as("class_manager", world.county).get(reverse("careers:mine")).content.decode()


def test_an_office_records_every_kind(world, client_as):
    client, person = client_as("class_manager", world.county), register(world.township)
    post = open_post(world.township)
    outside = open_post(world.foreign_county)
    entries = {
        "employment": {"division": "530621", "title": "科员", "started_on": "2020-01-01"},
        "post": {"post": post.pk, "started_on": "2020-02-01"},
        "education": {
            "level": "21",
            "kind": "graduated",
            "major": "社会工作",
            "is_social_work_major": "on",
            "graduated_on": "2019-07-01",
        },
        "designation": {"kind": "supervisor", "division": "530621", "designated_on": "2022-01-01"},
        "registration": {"year": 2024, "level": "junior", "subjects": ["practice_junior"], "registered_on": "2024-03-01"},
        "score": {"year": 2024, "subject": "practice_junior", "outcome": "scored", "points": "66", "announced_on": "2024-08-01"},
        "licence": {"level": "junior", "obtained_on": "2024-08-15", "number": "N-1"},
    }
    for kind, data in entries.items():
        assert client.get(add(kind, person)).status_code == 200
        answer = client.post(add(kind, person), data)
        assert answer.status_code == 302, (kind, answer.content.decode()[-3000:])
    licence = Licence.objects.get()
    data = {"licence": licence.pk, "registered_on": "2024-09-01", "valid_to": "2027-09-01"}
    assert client.post(add("licence_registration", person), data).status_code == 302
    assert Line.objects.filter(person=person).count() == 8
    page = client.get(reverse("people:detail", kwargs={"uuid": person.uuid})).content.decode()
    for text in ("科员", "社工站社工", "大学本科毕业", "管理号 N-1", "有效至2027-09-01", "66分"):
        assert text in page
    assert client.post(add("post", person), {"post": outside.pk, "started_on": "2020-02-01"}).status_code == 422
    assert client.post(add("licence", person), {**entries["licence"], "obtained_on": "2024-08-16"}).status_code == 422
    assert client.get(add("shoes", person)).status_code == 404


def test_ending_and_voiding(world, client_as):
    client, person = client_as("class_manager", world.county), register(world.county)
    row = services.employ(person=person, division=world.county, started_on=DAY, by=SYSTEM)
    end = reverse("careers:end", kwargs={"kind": "employment", "uuid": row.uuid})
    assert client.post(end, {"ended_on": "2019-01-01"}).status_code == 422
    assert client.post(end, {"ended_on": "2024-01-01", "reason": "退休"}).status_code == 302
    assert Employment.objects.get().ended_on == dt.date(2024, 1, 1)
    void = reverse("careers:void", kwargs={"kind": "employment", "uuid": row.uuid})
    assert client.post(void, {}).status_code == 422
    assert client.post(void, {"reason": "登记错人"}).status_code == 302
    assert sum(Line.objects.filter(source_uuid=row.uuid).values_list("sign", flat=True)) == 0
    study = services.add_education(person=person, level="21", graduated_on=DAY, by=SYSTEM)
    assert client.get(reverse("careers:end", kwargs={"kind": "education", "uuid": study.uuid})).status_code == 404
    assert Education.objects.filter(voided_at__isnull=True).count() == 1


def test_a_regional_administrator_loads_a_line_of_their_region_and_scores_are_judged_again(
    world, client_as, django_capture_on_commit_callbacks
):
    person = register(world.county)
    services.load_pass_line(year=2025, level="middle", points=60, source="x", by=SYSTEM)
    services.record_score(person=person, year=2025, subject="law_middle", points=58, by=SYSTEM)
    url = reverse("careers:pass_lines")
    line = {"year": 2025, "level": "middle", "points": "58", "source": "单独划线通知", "region": "530621"}
    manager, admin = client_as("class_manager", world.county), client_as("regional_admin", world.county)
    manager.post(url, line)
    assert PassLine.objects.count() == 1
    assert "全国标准" in admin.post(url, {**line, "region": ""}).content.decode()
    assert admin.post(url, {**line, "region": "530602"}).status_code == 422
    assert PassLine.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(url, line)
    assert answer.status_code == 302 and "/jobs/" in answer.url
    score = ExamScore.objects.get()
    assert score.passed and score.valid_in == world.county
    assert "单独划线通知" in manager.get(url).content.decode()
    assert client_as().get(url).status_code == 404

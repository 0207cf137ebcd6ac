"""Pages of approval: what each level is offered, one query count for few and many units, the leader's link, the seal's page."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.models import Job
from lms.people.models import SigningLink
from lms.places.models import Division
from lms.reports.approval import services, units, views
from lms.reports.approval.diagram import PATH, document
from lms.reports.models import Submission
from lms.reports.states import TRANSITIONS, Status
from tests.factories import ledger as book
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
MARCH = 202203


@pytest.fixture
def march(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    return [book.attended(make_person(world.county), half_day) for _ in range(3)]


def browser(role, division):
    return make_client(make_user(role, division))


def address(division, name="period", **more):
    return reverse(f"reports:{name}", kwargs={"code": division.code, "period": MARCH, **more})


def act(client, division, what, **data):
    return client.post(address(division, "period_act", act=what), data, follow=True)


def test_a_large_month_is_handed_in_by_a_job_once(world, march, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(views, "SUBMIT_AT_ONCE", 2)
    county = browser(Role.CLASS_MANAGER, world.county)
    with django_capture_on_commit_callbacks(execute=True):
        asked = [county.post(address(world.county, "period_act", act="submit"), {"note": "多"}) for _ in range(2)]
    job = Job.objects.get()
    assert {response.url for response in asked} == {reverse("job_detail", args=[job.uuid])}
    row = Submission.objects.get()
    assert (job.status, job.progress_done, job.progress_total, job.outcome["position"]) == ("done", 2, 2, row.closing_position)
    assert (row.note, job.outcome["url"]) == ("多", address(world.county))
    services.return_submission(submission=row, reason="少一场", by=make_actor(Role.REVIEWER, world.prefecture))
    with django_capture_on_commit_callbacks(execute=True):
        county.post(address(world.county, "period_act", act="submit"))
    assert Job.objects.count() == 2 and Submission.objects.standing().get().number == 2


def test_three_levels_through_the_web(world, march):
    county, prefecture = browser(Role.CLASS_MANAGER, world.county), browser(Role.REGIONAL_ADMIN, world.prefecture)
    checker = browser(Role.REVIEWER, world.prefecture)
    province, head = browser(Role.REGIONAL_ADMIN, world.province), browser(Role.REVIEWER, world.province)
    assert "报送本月数据" in county.get(address(world.county)).content.decode()
    assert "已报送" in act(county, world.county, "submit", note="首次报送").content.decode()
    assert "没有办理权限" in act(county, world.county, "accept").content.decode()
    page = checker.get(address(world.county))
    assert page.context["may"].accept and page.context["may"].send_back and not page.context["may"].submit
    assert "退回重报" in page.content.decode()
    act(checker, world.county, "return", reason="请核对未具名人数")
    assert "退回：请核对未具名人数" in county.get(address(world.county)).content.decode()
    assert "待审核" not in county.get(reverse("reports:approval")).content.decode()
    assert "还有 2 个下级未经审核" in prefecture.get(address(world.prefecture)).content.decode()
    act(county, world.county, "submit")
    act(checker, world.county, "accept")
    act(prefecture, world.prefecture, "nil")
    act(checker, world.prefecture, "accept-nil")
    assert "未经审核" not in prefecture.get(address(world.prefecture)).content.decode()
    act(prefecture, world.prefecture, "submit")
    act(province, world.province, "nil")
    act(head, world.province, "accept-nil")
    act(head, world.prefecture, "accept")
    act(province, world.province, "submit")
    assert province.get(address(world.province)).context["may"].lock is False
    page = act(head, world.province, "lock").content.decode()
    assert "已锁定全省本月数据" in page and "<svg" in page
    assert set(Submission.objects.standing().values_list("status", flat=True)) == {Status.LOCKED}
    listed = head.get(reverse("reports:approval"))
    assert listed.status_code == 200
    exported = head.get(address(world.province, "period_lines"), {"format": "csv"})
    assert b"".join(exported.streaming_content).startswith(b"lms-seal,1,/53/,202203,")
    assert (
        head.get(address(world.province, "period_payload")).content.decode()
        == units.standing_of([world.province], MARCH)[world.province.pk].payload
    )


def test_a_page_left_open_says_what_has_become_of_the_month(world, march):
    county, checker = browser(Role.CLASS_MANAGER, world.county), browser(Role.REVIEWER, world.prefecture)
    act(county, world.county, "submit")
    act(checker, world.county, "return", reason="请核对")
    for what in ("accept", "return", "lock"):
        said = act(checker, world.county, what, reason="再退").content.decode()
        assert "现在没有报送，可能已被退回" in said and "没有办理权限" not in said
    both = browser(Role.REGIONAL_ADMIN, world.prefecture)
    act(both, world.prefecture, "nil")
    assert "自己代报的，请由另一人审核" in act(both, world.prefecture, "accept-nil").content.decode()
    assert "没有可以代报的下级" in act(both, world.prefecture, "nil").content.decode()


def test_worklist_asks_as_much_for_three_units_as_for_thirty(world):
    client = browser(Role.REGIONAL_ADMIN, world.prefecture)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(reverse("reports:approval")).status_code == 200
            assert client.get(address(world.prefecture)).status_code == 200
        return len(found)

    queries()
    few = queries()
    admin = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    for number in range(30):
        code = f"5306{40 + number}"
        Division.objects.create(
            code=code,
            name=f"县{number}",
            level=3,
            parent=world.prefecture,
            path=f"/53/5306/{code}/",
            full_name=f"云南省昭通市县{number}",
            position=10_000 + number - 20_000,
        )
    services.declare_nil(division=world.prefecture, period=MARCH, by=admin)
    assert Submission.objects.count() >= 30
    assert queries() <= few + 3  # names of who handed in; none a unit


def test_outsider_finds_no_page(world, march):
    for client in (browser(Role.REVIEWER, world.foreign_province), browser(Role.CLASS_MANAGER, world.other_county)):
        assert client.get(address(world.county)).status_code == 404
        assert client.get(address(world.county, "period_lines")).status_code == 404
        assert client.post(address(world.county, "period_act", act="submit")).status_code == 404


@pytest.fixture
def link(world, march):
    """The address a leader of the prefecture got for the county's month."""
    county = make_actor(Role.CLASS_MANAGER, world.county)
    services.submit(division=world.county, period=MARCH, by=county)
    office = browser(Role.REGIONAL_ADMIN, world.prefecture)
    page = office.post(address(world.county, "sign_link"), {"name": "段志强", "title": "副局长", "days": "3"}).content.decode()
    return re.search(r"http://testserver(/reports/sign/[^/]+/)", page)[1]


def test_leader_sees_exactly_what_is_signed_and_signs_once(world, link):
    leader = Client()
    page = leader.get(link)
    row = Submission.objects.get()
    body = page.content.decode()
    assert row.payload_sha256 in body and "段志强" in body and "鲁甸县" in body
    assert page["Cache-Control"] == "private, no-store" and page["Referrer-Policy"] == "same-origin"
    assert leader.post(link, {"decision": "sign"}).status_code == 400  # not read
    assert leader.post(link, {"decision": "sign", "read": "1"}).status_code == 200
    row.refresh_from_db()
    signer = SigningLink.objects.get()
    assert (row.status, row.accepted_by, row.accepted_through) == (Status.ACCEPTED, signer.uuid, signer.issued_by)
    assert row.seal is not None
    assert leader.get(link).status_code == leader.post(link, {"decision": "sign", "read": "1"}).status_code == 404
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"people.signing_link.issued", "people.signing_link.used", "reports.submission.accepted"} <= verbs
    assert link.split("/")[-2] not in str(list(SigningLink.objects.values())) + str(list(AuditEvent.objects.values()))
    shown = browser(Role.REGIONAL_ADMIN, world.prefecture).get(address(world.county)).content.decode()
    assert "段志强（副局长，凭签字链接）" in shown


def test_leader_returns_with_a_reason(world, link):
    leader = Client()
    assert leader.post(link, {"decision": "return", "reason": ""}).status_code == 400
    assert leader.post(link, {"decision": "return", "reason": "学时偏少，请核对"}).status_code == 200
    assert Submission.objects.get().returned_reason == "学时偏少，请核对"
    assert leader.get(link).status_code == 404


def test_used_expired_revoked_wrong_and_overtaken_links_are_alike(world, link):
    leader = Client()
    wrong = leader.get("/reports/sign/" + "x" * 43 + "/")
    with time_machine.travel(clock.now() + dt.timedelta(days=4)):
        expired = leader.get(link)
    office = browser(Role.REGIONAL_ADMIN, world.prefecture)
    office.post(address(world.county, "sign_link"), {"name": "段志强", "title": "副局长"})
    revoked = leader.get(link)
    assert {wrong.status_code, expired.status_code, revoked.status_code} == {404}

    def bare(response):
        return re.sub(r'nonce="[^"]*"|value="[^"]*"|/reports/sign/[^"/]*/?', "", response.content.decode())

    assert bare(wrong) == bare(expired) == bare(revoked)


def test_link_ends_when_the_submission_is_returned(world, link):
    row = Submission.objects.get()
    services.return_submission(submission=row, reason="重报", by=make_actor(Role.REVIEWER, world.prefecture))
    assert Client().get(link).status_code == 404
    assert SigningLink.objects.get().revoked_at is not None


def test_enterer_cannot_sign_through_a_link_of_their_own(world, march):
    user = make_user(Role.REGIONAL_ADMIN, world.prefecture)
    client = make_client(user)
    services.submit(division=world.county, period=MARCH, by=client.actor)
    assert "填报人" in client.post(address(world.county, "sign_link"), {"name": "甲", "title": "乙"}, follow=True).content.decode()
    assert not SigningLink.objects.exists()


def test_seal_page_and_script_are_public_and_tell_nothing_more(world, march):
    row = services.submit(division=world.county, period=MARCH, by=make_actor(Role.CLASS_MANAGER, world.county))
    row = services.accept(submission=row, by=make_actor(Role.REVIEWER, world.prefecture))
    page = Client().get(reverse("reports:seal", args=[row.seal.root]))
    assert page.status_code == 200 and row.seal.root in page.content.decode()
    assert Client().get(reverse("reports:seal", args=["0" * 64])).status_code == 404
    assert Client().get(reverse("reports:verify_script")).content.startswith(b"#!/usr/bin/env python3")


def test_every_act_is_a_service_and_the_diagram_is_fresh(settings):
    assert all(hasattr(services, name) for name, _who, _event in TRANSITIONS.values())
    assert {end for _start, end in TRANSITIONS} == set(Status.values)
    assert (settings.BASE_DIR / PATH).read_text() == document(), "run manage.py report_states"

"""The monthly report: once a month to who asked, by the scheduler however often it runs, and to nobody who has left."""

from __future__ import annotations

import datetime as dt
import io
import uuid
import zipfile
from smtplib import SMTPRecipientsRefused
from unittest import mock

import openpyxl
import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lms.accounts import services as accounts
from lms.accounts.models import RoleGrant
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.core.jobs import Progress
from lms.core.models import Job
from lms.notices.models import Delivery, Notice
from lms.notices.services import deliver
from lms.reports.layouts.services import end_layout
from lms.reports.models import Subscription
from lms.reports.monthly import services
from lms.reports.monthly.jobs import send_month
from lms.reports.tasks import send_monthly
from tests.factories import ledger as book
from tests.factories import reports as handing_in
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
FOURTH, FIFTH = (dt.datetime(2022, 4, day, 2, tzinfo=dt.UTC) for day in (4, 5))


@pytest.fixture
def reader(world):
    with clock.at(FOURTH):
        user = make_user(Role.CLASS_MANAGER, world.county, email="jingban@example.org")
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    for _ in range(3):
        book.attended(make_person(world.county), half_day)
    return user


@pytest.fixture
def wanted(reader, world):
    with clock.at(FOURTH):
        return services.subscribe(division=world.county, day=5, by=actor_for(reader))


def run(moment, callbacks) -> int:
    with clock.at(moment), callbacks(execute=True):
        return send_monthly()


def test_sent_once_on_its_day_with_the_figures_and_the_file(wanted, reader, django_capture_on_commit_callbacks):
    assert run(FOURTH, django_capture_on_commit_callbacks) == 0
    assert run(FIFTH, django_capture_on_commit_callbacks) == 1
    assert run(FIFTH + dt.timedelta(hours=1), django_capture_on_commit_callbacks) == 0
    job = Job.objects.get(kind="reports.send_month")
    assert job.status == "done" and job.result_file.read(5) == b"%PDF-"
    notice = Notice.objects.get(user=reader, kind="report.monthly")
    assert "2022年3月" in notice.title and "人次 3" in notice.body and notice.url == reverse("job_detail", args=[job.uuid])
    wanted.refresh_from_db()
    assert wanted.last_period == 202203
    assert [message.to for message in mail.outbox] == [["jingban@example.org"]] and "人次 3" in mail.outbox[0].body
    assert run(dt.datetime(2022, 5, 6, tzinfo=dt.UTC), django_capture_on_commit_callbacks) == 1
    assert Notice.objects.filter(user=reader, kind="report.monthly").count() == 2


def test_a_job_started_again_tells_nobody_twice(wanted, reader, django_capture_on_commit_callbacks):
    run(FIFTH, django_capture_on_commit_callbacks)
    job = Job.objects.get(kind="reports.send_month")
    with clock.at(FIFTH):  # as if its worker had died at the very end
        send_month(job, mock.create_autospec(Progress, instance=True))
    assert Notice.objects.filter(user=reader, kind="report.monthly").count() == 1


def test_who_no_longer_holds_a_role_there_is_sent_nothing(wanted, reader, django_capture_on_commit_callbacks):
    with clock.at(FOURTH):
        accounts.end_role(grant=RoleGrant.objects.get(user=reader), reason="调离", by=make_actor(Role.SECURITY_ADMIN, None))
    assert run(FIFTH, django_capture_on_commit_callbacks) == 0
    wanted.refresh_from_db()
    assert wanted.ended_at is not None and not Notice.objects.filter(kind="report.monthly").exists()
    told = Notice.objects.get(user=reader, kind="report.monthly_ended")
    assert "您已不在鲁甸县任职" in told.body and not mail.outbox


def test_asked_again_the_day_changes(world, reader, wanted):
    with clock.at(FOURTH):
        services.subscribe(division=world.county, day=20, by=actor_for(reader))
    assert [row.day for row in Subscription.objects.all()] == [20]


def test_what_is_refused(world, reader):
    by = actor_for(reader)
    for day in (0, 29):
        with pytest.raises(BadInput):
            services.subscribe(division=world.county, day=day, by=by)
    with pytest.raises(BadInput):
        services.subscribe(division=world.township, day=5, by=by)
    with pytest.raises(Missing):
        services.subscribe(division=world.foreign_county, day=5, by=by)
    assert not Subscription.objects.exists()


def test_through_the_page_and_not_for_others(world):
    user = make_user(Role.CLASS_MANAGER, world.county)
    client = make_client(user)
    page = client.post(
        reverse("reports:monthly"), {"division": world.county.code, "day": "5", "pdf": "1"}, follow=True
    ).content.decode()
    assert "每月 5 日" in page and "退订" in page
    row = Subscription.objects.get()
    other = make_client(make_user(Role.CLASS_MANAGER, world.county))
    assert other.post(reverse("reports:monthly_end", args=[row.uuid])).status_code == 404
    client.post(reverse("reports:monthly_end", args=[row.uuid]))
    assert "退订" not in client.get(reverse("reports:approval")).content.decode()


def test_the_provinces_own_workbook_is_sent_with_or_without_the_pdf(world, reader, django_capture_on_commit_callbacks):
    with clock.at(FOURTH):
        layout = handing_in.layout_of(world.county)
        services.subscribe(division=world.county, day=5, by=actor_for(reader), with_pdf=False, layout=layout)
    run(FIFTH, django_capture_on_commit_callbacks)
    job = Job.objects.get(kind="reports.send_month")
    assert job.result_name == f"鲁甸县-202203-{layout.name}.xlsx" and job.outcome["files"] == 1
    shown = openpyxl.load_workbook(job.result_file.open()).worksheets[0]
    cells = [str(cell.value) for row in shown.iter_rows() for cell in row]
    assert "3" in cells and not any("{{" in value for value in cells)
    assert f"“{layout.name}”（Excel）" in Notice.objects.get(kind="report.monthly").body
    with clock.at(FOURTH + dt.timedelta(days=20)):
        services.subscribe(division=world.county, day=5, by=actor_for(reader), with_pdf=True, layout=layout)
        handing_in.keep_layout(
            division=world.county, name=layout.name, content=one_cell(), by=make_actor(Role.CLASS_MANAGER, world.county)
        )
    run(dt.datetime(2022, 5, 6, tzinfo=dt.UTC), django_capture_on_commit_callbacks)
    job = Job.objects.filter(kind="reports.send_month").latest("pk")
    with zipfile.ZipFile(job.result_file.open()) as archive:
        assert sorted(name.rpartition(".")[2] for name in archive.namelist()) == ["pdf", "xlsx"]
        [inner] = [name for name in archive.namelist() if name.endswith("xlsx")]
        assert openpyxl.load_workbook(io.BytesIO(archive.read(inner))).active["A1"].value == "鲁甸县", (
            "the newer layout of the name"
        )


def one_cell() -> bytes:
    book_, out = openpyxl.Workbook(), io.BytesIO()
    book_.active["A1"] = "{{地区名称}}"
    book_.save(out)
    return out.getvalue()


def test_an_ended_layout_gives_way_to_the_printed_report(world, reader, django_capture_on_commit_callbacks):
    with clock.at(FOURTH):
        layout = handing_in.layout_of(world.county)
        services.subscribe(division=world.county, day=5, by=actor_for(reader), with_pdf=False, layout=layout)
        end_layout(layout=layout, by=make_actor(Role.CLASS_MANAGER, world.county))
    run(FIFTH, django_capture_on_commit_callbacks)
    assert Job.objects.get(kind="reports.send_month").result_name.endswith(".pdf")


def test_what_form_is_refused(world, reader):
    by, theirs = actor_for(reader), handing_in.layout_of(world.other_county)
    with pytest.raises(BadInput, match="至少选一种"):
        services.subscribe(division=world.county, day=5, by=by, with_pdf=False)
    with pytest.raises(Missing):
        services.subscribe(division=world.county, day=5, by=by, layout=theirs)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.create(user=reader, division=world.county, day=5, since=FOURTH, with_pdf=False)
    client = make_client(reader)
    data = {"division": world.county.code, "day": "5", "layout": str(theirs.uuid)}
    assert "没有这份版式" in client.post(reverse("reports:monthly"), data, follow=True).content.decode()
    assert not Subscription.objects.exists()


def test_who_leaves_between_the_asking_and_the_making_gets_nothing(wanted, reader):
    with clock.at(FIFTH):
        send_monthly()
        job = Job.objects.get(kind="reports.send_month")
        accounts.end_role(grant=RoleGrant.objects.get(user=reader), reason="调离", by=make_actor(Role.SECURITY_ADMIN, None))
        with pytest.raises(Missing):
            send_month(job, mock.create_autospec(Progress, instance=True))
    assert not Notice.objects.filter(kind="report.monthly").exists()


def test_the_file_is_behind_sign_in_and_the_role(wanted, reader, world, django_capture_on_commit_callbacks):
    run(FIFTH, django_capture_on_commit_callbacks)
    job = Job.objects.get(kind="reports.send_month")
    address = reverse("job_result", args=[job.uuid])
    assert Client().get(address).status_code == 302
    assert make_client(make_user(Role.CLASS_MANAGER, world.county)).get(address).status_code == 404
    client = make_client(reader)
    assert client.get(address).status_code == 200
    accounts.end_role(grant=RoleGrant.objects.get(user=reader), reason="调离", by=make_actor(Role.SECURITY_ADMIN, None))
    assert client.get(address).status_code == 404
    assert "不能再下载" in client.get(reverse("job_detail", args=[job.uuid])).content.decode()


def page_says(reader) -> str:
    html = make_client(reader).get(reverse("reports:approval")).content.decode()
    return html[html.index("每月统计报表") : html.index("退订")]


@pytest.mark.parametrize(
    ("error", "now", "later"),
    [
        (ConnectionRefusedError(), "系统会自动再试", "没有送达 j***@example.org，已不再重试"),
        (SMTPRecipientsRefused({}), "被对方拒收，请更正", "被对方拒收，请更正"),
    ],
)
def test_mail_that_does_not_leave_is_said_where_it_was_asked_for(
    wanted, reader, django_capture_on_commit_callbacks, monkeypatch, error, now, later
):
    def fails(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fails)
    run(FIFTH, django_capture_on_commit_callbacks)
    assert Notice.objects.filter(user=reader, kind="report.monthly").exists(), "on the site all the same"
    said = page_says(reader)
    assert "2022年3月的已于" in said and now in said and "jingban@" not in said
    delivery = Delivery.objects.get()
    for hours in range(1, 30, 7):
        with clock.at(FIFTH + dt.timedelta(hours=hours)):
            deliver(delivery_id=delivery.pk)
    assert later in page_says(reader)
    monkeypatch.undo()
    Delivery.objects.filter(pk=delivery.pk).update(status=Delivery.Status.WAITING, next_try_at=FIFTH)
    deliver(delivery_id=delivery.pk)
    assert "电子邮件已发到 j***@example.org" in page_says(reader) and len(mail.outbox) == 1


def test_who_left_no_address_is_told_so(world, django_capture_on_commit_callbacks):
    with clock.at(FOURTH):
        user = make_user(Role.CLASS_MANAGER, world.county, email="")
        services.subscribe(division=world.county, day=5, by=actor_for(user))
    assert "已于" not in page_says(user)
    run(FIFTH, django_capture_on_commit_callbacks)
    assert "没有留邮箱" in page_says(user) and not mail.outbox


def test_a_month_without_any_record_says_so(world, django_capture_on_commit_callbacks):
    with clock.at(FOURTH):
        user = make_user(Role.CLASS_MANAGER, world.county, email="jingban@example.org")
        services.subscribe(division=world.county, day=5, by=actor_for(user))
    run(FIFTH, django_capture_on_commit_callbacks)
    assert "这个月还没有任何记录" in Notice.objects.get(kind="report.monthly").body
    assert "没有任何记录" in mail.outbox[0].body and Job.objects.get().result_file.read(5) == b"%PDF-"


def test_a_report_that_could_not_be_made_is_said(wanted, reader, django_capture_on_commit_callbacks, monkeypatch):
    def fails(*_args: object) -> bytes:
        raise Refused("排版失败。")

    monkeypatch.setattr("lms.reports.printed.sheet.pdf_of", fails)
    run(FIFTH, django_capture_on_commit_callbacks)
    assert Job.objects.get().status == "failed"
    with clock.at(FIFTH):
        assert "上月的报表没有生成" in page_says(reader)

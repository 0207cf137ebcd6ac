"""What people are told by itself: by the acts of the rooms above, and of what the rooms below did."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone, translation

from exams import services as exams
from lms.accounts import services as accounts
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.actor import Actor
from lms.core.models import Job
from lms.notices import services, watching
from lms.notices.models import Notice
from lms.people import services as people
from lms.supervision import services as supervision
from tests.factories import certificates as paper_world
from tests.factories import exams as exam_world
from tests.factories.people import SYSTEM, learner
from tests.factories.supervision import make_draft, make_team
from tests.factories.world import make_actor, make_client, make_person, make_user

pytestmark = pytest.mark.django_db


def kinds_of(person) -> list[str]:
    return list(Notice.objects.filter(user=person.user).order_by("pk").values_list("kind", flat=True))


def test_persons_are_told_once_in_the_language_of_the_site_and_as_one_reader(world):
    reader, nobody = learner(world.county), make_person(world.county)
    twin = make_person(world.county, user=make_user())
    people.merge(kept=reader, duplicate=twin, reason="同一人", by=SYSTEM)
    facts = {"class": "乡镇干部能力提升班", "starts_on": dt.date(2026, 11, 3)}
    with translation.override("en"):
        told = services.tell([reader, nobody], kind="class.enrolled", facts=facts, key="class:1", by=SYSTEM)
    assert {n.user for n in told} == {reader.user, twin.user}
    assert told[0].title == "您已报名乡镇干部能力提升班" and "2026年11月3日" in told[0].body
    services.tell([reader], kind="class.enrolled", facts=facts, key="class:1", by=SYSTEM)
    assert Notice.objects.count() == 2
    assert services.tell([nobody], kind="class.enrolled", facts=facts, by=SYSTEM) == []


def test_a_signed_record_asks_each_who_was_there_and_a_dispute_goes_back(world, django_capture_on_commit_callbacks):
    team = make_team(world.county, size=3)
    away = team.supervisees[2]
    present = [(agreement, 120) for agreement in team.agreements[:2]] + [(team.agreements[2], 0)]
    first = team.supervisees[0]
    first.user.email = "a@example.org"
    first.user.save()
    people.answer_consents(person=first, answers={"contact": True}, by=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True):
        session = supervision.sign_session(session=make_draft(team, present=present), by=team.by)
        supervision.sign_session(session=session, by=team.by)
    notice = Notice.objects.get(user=first.user)
    assert notice.kind == "supervision.to_countersign" and "2026年3月12日" in notice.body
    assert [letter.to for letter in mail.outbox] == [["a@example.org"]] and str(session.uuid) in mail.outbox[0].body
    assert kinds_of(team.supervisees[1]) == ["supervision.to_countersign"] and kinds_of(away) == []
    client = make_client(first.user)
    assert client.post(f"/notices/{notice.uuid}/open/", follow=True).request["PATH_INFO"] == notice.url
    supervision.dispute(session=session, supervisee=first, reason="时长不对", by=team.actor(0))
    assert kinds_of(team.supervisor) == ["supervision.disputed"]


def test_a_certificate_is_told_when_issued_and_when_voided(world):
    certificate = paper_world.make_certificate(world.county)
    holder = certificate.person
    holder.user = make_user()
    holder.save()
    paper_world.services.void_certificate(certificate=certificate, reason="姓名有误", by=SYSTEM)
    (voided,) = Notice.objects.filter(user=holder.user)
    assert voided.kind == "certificate.voided" and certificate.number in voided.body and "姓名有误" not in voided.body
    issued = paper_world.services.reissue_certificate(certificate=certificate, reason="姓名有误", by=SYSTEM)
    assert kinds_of(holder) == ["certificate.voided", "certificate.issued"]
    client = make_client(holder.user)
    newest = Notice.objects.get(user=holder.user, kind="certificate.issued")
    assert issued.number in newest.body and client.get(newest.url).status_code == 200


def make_job(owner, *, status: str, took: dt.timedelta, title: str = "发放证书") -> Job:
    now = clock.now()
    return Job.objects.create(
        kind="courses.issue_certificates",
        title=title,
        owner_uuid=owner.uuid,
        owner_label=str(owner),
        status=status,
        created_at=now - took,
        finished_at=now,
    )


def test_who_asked_hears_of_a_failed_job_and_of_a_long_one_once(world):
    manager = make_user(Role.CLASS_MANAGER, world.county)
    make_job(manager, status="done", took=dt.timedelta(seconds=3))
    long = make_job(manager, status="done", took=dt.timedelta(minutes=5))
    failed = make_job(manager, status="failed", took=dt.timedelta(seconds=3), title="读取名册")
    assert watching.tell_of_jobs(by=SYSTEM) == 2
    assert watching.tell_of_jobs(by=SYSTEM) == 0
    told = dict(Notice.objects.filter(user=manager).values_list("kind", "title"))
    assert told == {"job.done": "发放证书已完成", "job.failed": "读取名册未完成"}
    Job.objects.filter(pk=failed.pk).update(claims=2)  # run again, and failed again
    assert watching.tell_of_jobs(by=SYSTEM) == 1
    with clock.at(timezone.now() + dt.timedelta(days=2)):
        Notice.objects.all().delete()
        assert watching.tell_of_jobs(by=SYSTEM) == 0
    assert make_client(manager).get(f"/jobs/{long.uuid}/").status_code == 200


def test_whose_sign_in_was_reset_is_told(world):
    keeper = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    person = learner(world.county)
    person.user.division = world.county
    person.user.save()
    accounts.reset_sign_in(user=person.user, reason="本人到场核验", by=keeper)
    assert watching.tell_of_resets(by=SYSTEM) == 1
    assert watching.tell_of_resets(by=SYSTEM) == 0
    assert kinds_of(person) == ["account.password_reset"]


def test_an_attempt_handed_in_by_the_clock_is_told(world):
    attempt = exam_world.attempt(learner(world.county))
    with clock.at(attempt.closes_at + dt.timedelta(minutes=1)):
        assert exams.submit_overdue(by=Actor.system("tests")) == 1
        assert exams.submit_overdue(by=Actor.system("tests")) == 0
    assert kinds_of(attempt.person) == ["exam.timed_out"]

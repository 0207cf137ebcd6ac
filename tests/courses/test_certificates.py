"""Certificates of a class: asked for by the office or by command, issued once to those who met the floor."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from certificates.models import Certificate
from certificates.services import open_issuer
from courses import services
from lms.accounts.roles import Role
from lms.core import clock
from lms.core.errors import Refused
from lms.core.models import Job
from lms.places.services import create_organisation
from tests.factories.courses import SYSTEM, local, make_class, make_enrolment, make_session
from tests.factories.world import World, make_actor, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(world: World):
    """A closed class: two met the floor, one did not."""
    call_command("load_ledger_rules", verbosity=0)
    organisation = create_organisation(name="鲁甸县民政局", kind="bureau", division=world.county, by=SYSTEM)
    open_issuer(organisation=organisation, code="530621", by=SYSTEM)
    training_class = make_class(world.county, organiser=organisation, code="LD-9")
    session = make_session(training_class)
    rows = [make_enrolment(training_class, make_person(world.township, name=name)) for name in ("张桂英", "王建国", "李未到")]
    services.record_attendance(session=session, present=[(rows[0], 180), (rows[1], 150), (rows[2], 30)], by=SYSTEM)
    with clock.at(local(2026, 11, 5)):
        services.close_session(session=session, by=SYSTEM)
        return services.close_class(training_class=training_class, by=SYSTEM)


def run(*args: str) -> dict:
    out = io.StringIO()
    call_command("issue_certificates", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_issues_once_to_those_who_completed(closed):
    first = run("--class", "LD-9")
    again = run("--class", "LD-9")
    assert len(first["issued"]) == 2
    assert first["issued"] == again["issued"]
    assert first["refused"] == []
    hours = {c.holder_name: c.hours for c in Certificate.objects.all()}
    assert set(hours) == {"张桂英", "王建国"}
    assert hours["张桂英"].startswith("4")
    assert Certificate.objects.first().hour_scheme == "45 分钟折 1 学时"


@pytest.mark.parametrize("code", ["NONE", "OPEN"])
def test_the_command_refuses_an_unknown_and_an_open_class(world: World, code):
    make_class(world.county, code="OPEN")
    with pytest.raises(CommandError) as caught:
        call_command("issue_certificates", "--class", code)
    assert len(str(caught.value).splitlines()) == 1
    assert not Certificate.objects.exists()


def test_a_class_without_an_organiser_cannot_certify(world: World):
    training_class = make_class(world.county)
    session, enrolment = make_session(training_class), make_enrolment(training_class)
    services.record_attendance(session=session, present=[(enrolment, 180)], by=SYSTEM)
    with clock.at(local(2026, 11, 5)):
        services.close_session(session=session, by=SYSTEM)
        training_class = services.close_class(training_class=training_class, by=SYSTEM)
    with pytest.raises(Refused, match="主办单位"):
        services.request_certificates(training_class=training_class, by=SYSTEM)


def test_the_office_asks_and_a_job_issues(closed, client_as, world: World, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr("certificates.services.request_printing", lambda **kwargs: None)  # printing is proven in certificates
    office = client_as(Role.CLASS_MANAGER, world.county)
    where = reverse("courses:class_certificates", args=[closed.uuid])
    assert "发放证书 2 份" in office.get(where).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        sent = office.post(where)
    job = Job.objects.get(kind="courses.issue_certificates")
    assert sent["Location"] == reverse("job_detail", args=[job.uuid])
    assert (job.status, job.outcome["issued"]) == ("done", 2)
    page = office.get(where).content.decode()
    assert Certificate.objects.first().number in page
    with pytest.raises(Refused, match="都已发放"):
        services.request_certificates(training_class=closed, by=make_actor(Role.CLASS_MANAGER, world.county))

"""A month through the pages: county imports, marks, submits; prefecture returns once, then accepts; province locks; the script
verifies the export without a database; one changed byte is found. The same at a browser's widths: ``tests/browser``.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.models import ClassEnrolment, CourseSession, RosterImport, TrainingClass
from lms.accounts.roles import Role
from lms.core import clock
from lms.ledger.models import Line
from lms.reports.models import Submission
from lms.reports.states import Status
from tests.factories import rosters
from tests.factories.courses import local
from tests.factories.world import World, make_client, make_user

pytestmark = pytest.mark.django_db
MARCH = 202203


@pytest.fixture
def press(django_capture_on_commit_callbacks) -> Callable[..., Any]:
    """Post a page's form; jobs that it sends are done at once."""

    def send(client: Any, name: str, *args: Any, data: dict[str, Any] | None = None) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(name, args=args), data or {})
        assert answer.status_code == 302, (name, answer.status_code)
        return answer

    return send


def import_roster(office: Any, training_class: TrainingClass, press: Callable[..., Any]) -> None:
    content = rosters.xlsx([rosters.row(serial) for serial in range(1, 7)])
    press(office, "courses:roster_upload", training_class.uuid, data={"file": SimpleUploadedFile("名册.xlsx", content)})
    roster = RosterImport.objects.get()
    page = office.get(reverse("courses:roster_columns", args=[roster.uuid]))
    fields = {f"field-{found.column.letter}": meaning for found, meaning in page.context["proposals"]}
    start = {name: page.context["form"].initial[name] for name in ("sheet", "top", "depth")}
    press(office, "courses:roster_columns", roster.uuid, data={"confirm": "1", **start, **fields})
    press(office, "courses:roster_confirm", roster.uuid)


def hold_a_class(world: World, office: Any, press: Callable[..., Any]) -> None:
    """Opened, filled from a workbook, two half-days marked, closed: five of six meet the floor."""
    with clock.at(local(2022, 3, 9)):
        fields = {"code": "LD-2022-01", "title": "社会救助业务培训班", "division": f"{world.county.code}"}
        days = {"starts_on": "2022-03-10", "ends_on": "2022-03-10", "attendance_floor_percent": "80"}
        press(office, "courses:class_create", data=fields | days)
        training_class = TrainingClass.objects.get()
        for starts, ends in (("09:00", "12:00"), ("14:00", "17:00")):
            half = {"title": "社会救助政策", "kind": "lecture", "day": "2022-03-10", "starts": starts, "ends": ends}
            press(office, "courses:session_create", training_class.uuid, data=half | {"mode": "face_to_face"})
        import_roster(office, training_class, press)
    with clock.at(local(2022, 3, 10, 18)):
        morning, afternoon = CourseSession.objects.order_by("starts_at")
        press(office, "courses:attendance", morning.uuid, data={"all": "1"})
        left_early = ClassEnrolment.objects.order_by("pk")[5]
        marks: dict[str, str] = {}
        for enrolment in ClassEnrolment.objects.exclude(pk=left_early.pk):
            marks |= {f"was-{enrolment.uuid}": "0", f"here-{enrolment.uuid}": "on", f"minutes-{enrolment.uuid}": ""}
        press(office, "courses:attendance", afternoon.uuid, data=marks)
        for session in (morning, afternoon):
            press(office, "courses:session_close", session.uuid)
        press(office, "courses:class_close", training_class.uuid)


def test_from_the_roster_to_the_changed_byte(world: World, press, tmp_path):
    office = make_client(make_user(Role.CLASS_MANAGER, world.county))
    hold_a_class(world, office, press)
    city, checker = (make_client(make_user(role, world.prefecture)) for role in (Role.REGIONAL_ADMIN, Role.REVIEWER))
    province, head = (make_client(make_user(role, world.province)) for role in (Role.REGIONAL_ADMIN, Role.REVIEWER))

    def act(client: Any, division: Any, what: str, **data: str) -> None:
        press(client, "reports:period_act", division.code, MARCH, what, data=data)

    def status(division: Any) -> str:
        return Submission.objects.filter(division=division).order_by("pk").reverse()[0].status

    with clock.at(local(2022, 4, 2)):
        act(office, world.county, "submit")
        assert status(world.county) == Status.SUBMITTED
        act(checker, world.county, "return", reason="第二个半天少一人，请核对签到表")
        assert status(world.county) == Status.RETURNED
        page = office.get(reverse("reports:period", args=[world.county.code, MARCH]))
        assert "第二个半天少一人" in page.content.decode()
        act(office, world.county, "submit")
        act(checker, world.county, "accept")
        act(city, world.prefecture, "nil")
        act(checker, world.prefecture, "accept-nil")
        act(city, world.prefecture, "submit")
        act(province, world.province, "nil")
        act(head, world.province, "accept-nil")
        act(head, world.prefecture, "accept")
        act(province, world.province, "submit")
        act(head, world.province, "lock")
        assert {status(d) for d in (world.county, world.prefecture, world.province)} == {Status.LOCKED}

        payload = head.get(reverse("reports:period_payload", args=[world.province.code, MARCH]))
        assert json.loads(payload.content)
        lines = head.get(reverse("reports:period_lines", args=[world.province.code, MARCH]), {"format": "csv"})
        export = tmp_path / "lines.csv"
        export.write_bytes(b"".join(lines.streaming_content))
        script = tmp_path / "verify_export.py"
        script.write_bytes(head.get(reverse("reports:verify_script")).content)

    # what the export holds, recounted by hand: six in the class, eleven half-days, five completed
    read = list(csv.reader(export.read_text("utf-8-sig").splitlines()))
    kinds = [cell for row in read for cell in row if cell in ("enrolled", "attended", "completed")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"enrolled": 6, "attended": 11, "completed": 5}
    assert Line.objects.filter(posted_period=MARCH).count() >= 22

    root = Submission.objects.standing().get(division=world.province).seal.root

    def verified() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(script), str(export), root]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = verified()
    assert done.returncode == 0, done.stdout + done.stderr
    content = export.read_bytes()
    spot = content.index(b",180,") + 1
    line = content[:spot].count(b"\n") + 1
    export.write_bytes(content[:spot] + b"2" + content[spot + 1 :])
    done = verified()
    assert done.returncode == 1
    assert f"第 {line} 行" in done.stdout

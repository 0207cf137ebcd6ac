"""The command that imports a roster: what it says, what it refuses, what it keeps."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courses.models import RosterImport
from lms.audit.models import AuditEvent
from lms.people.models import Person
from tests.factories import rosters
from tests.factories.courses import SYSTEM, make_class, make_enrolment
from tests.factories.world import World


def run(*args: str) -> dict:
    out = io.StringIO()
    call_command("import_roster", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_the_command_imports_and_says_what_it_refused(world: World, tmp_path: Path):
    training_class = make_class(world.county, code="LD-1")
    path, passwords = tmp_path / "a.xlsx", tmp_path / "p.csv"
    path.write_bytes(rosters.xlsx([rosters.row(1), rosters.row(2, 身份证号=4.4e17)]))
    dry = run(str(path), "--class", "LD-1", "--dry-run")
    assert (dry["new"], dry["refused"], dry["entered"]) == (1, 1, 0)
    assert not Person.objects.exists()
    assert not RosterImport.objects.exists()
    done = run(str(path), "--class", "LD-1", "--passwords", str(passwords))
    assert (done["new"], done["refused"], done["entered"]) == (1, 1, 1)
    assert done["refused_rows"][0]["row"] == 3
    assert done["refused_rows"][0]["column"] == "E"
    assert "学员乙一" in passwords.read_text("utf-8-sig")
    assert training_class.enrolments.count() == 1
    again = run(str(path), "--class", "LD-1")
    assert (again["already"], again["entered"]) == (1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("args", [["missing.xlsx", "--class", "LD-1"], ["{good}", "--class", "NONE"], ["{bad}", "--class", "LD-1"]])
def test_the_command_refuses_bad_input_and_changes_nothing(world: World, tmp_path: Path, args):
    make_class(world.county, code="LD-1")
    (tmp_path / "good.xlsx").write_bytes(rosters.xlsx([rosters.row(1)]))
    (tmp_path / "bad.xlsx").write_bytes(rosters.far_corner())
    filled = [a.format(good=tmp_path / "good.xlsx", bad=tmp_path / "bad.xlsx") for a in args]
    with pytest.raises(CommandError) as caught:
        call_command("import_roster", *filled)
    assert len(str(caught.value).splitlines()) == 1
    assert not RosterImport.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_the_command_refuses_when_seats_are_short(world: World, tmp_path: Path):
    training_class = make_class(world.county, code="LD-1", capacity=1)
    make_enrolment(training_class)
    (tmp_path / "good.xlsx").write_bytes(rosters.xlsx([rosters.row(1)]))
    with pytest.raises(CommandError, match="名额"):
        call_command("import_roster", str(tmp_path / "good.xlsx"), "--class", "LD-1")
    assert training_class.enrolments.count() == 1
    assert not RosterImport.objects.exists() and not AuditEvent.objects.filter(verb__startswith="courses.roster").exists()


def test_the_command_refuses_a_class_that_is_over_and_keeps_nothing(world, tmp_path):
    from django.core.management import CommandError, call_command

    from courses.services import cancel_class

    training_class = make_class(world.county, code="OVER-1")
    cancel_class(training_class=training_class, reason="不再举办", by=SYSTEM)
    path = tmp_path / "名册.xlsx"
    path.write_bytes(rosters.xlsx([rosters.row(1)]))
    before = AuditEvent.objects.count()
    with pytest.raises(CommandError, match="不能再改动"):
        call_command("import_roster", str(path), "--class", "OVER-1")
    assert (AuditEvent.objects.count(), RosterImport.objects.count()) == (before, 0)

"""A real worker is killed outright while it examines, and again while it lets people in: the next one ends both, once."""

from __future__ import annotations

import os
import signal

import pytest

from tests.core.shapes import Shape
from tests.core.test_worker import drive, shape, until, worker  # noqa: F401
from tests.factories import rosters

pytestmark = pytest.mark.worker
APP = "tests.courses.roster_worker"
ROWS = 5000


def test_a_roster_survives_two_killed_workers(shape: Shape, tmp_path):  # noqa: F811
    folder = tmp_path / "work"
    folder.mkdir()
    shape.env["ROSTER_FOLDER"] = str(folder)
    file = folder / "roster.xlsx"
    numbers = [rosters.number(n % 1000, born=f"198{n // 1000}0101") for n in range(ROWS)]
    people = [rosters.row(n % 1000, 身份证号=number, 联系电话=f"139{n:08d}") for n, number in enumerate(numbers)]
    file.write_bytes(rosters.xlsx(people))
    drive(shape, "up", str(file), app=APP)
    with worker(shape, "first", folder, APP) as first:
        until(lambda: drive(shape, "tell", app=APP)[0]["state"] == "mapping", folder)
        drive(shape, "columns", app=APP)
        until(lambda: (folder / "at-staged").exists(), folder)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    (told,) = drive(shape, "tell", app=APP)
    assert (told["state"], told["rows"]) == ("examining", 2000)

    (folder / "gate-staged").touch()
    with worker(shape, "second", folder, APP) as second:
        until(lambda: drive(shape, "tell", app=APP)[0]["state"] == "ready", folder)
        (told,) = drive(shape, "tell", app=APP)
        assert (told["rows"], told["people"]) == (ROWS, 0)
        drive(shape, "enter", app=APP)
        until(lambda: (folder / "at-entered").exists(), folder)
        os.killpg(second.pid, signal.SIGKILL)
        second.wait()
    (told,) = drive(shape, "tell", app=APP)
    assert (told["state"], told["entered"], told["people"], told["lines"]) == ("committing", 1000, 1000, 1000)

    (folder / "gate-entered").touch()
    with worker(shape, "third", folder, APP):
        until(lambda: drive(shape, "tell", app=APP)[0]["state"] == "done", folder)
    (told,) = drive(shape, "tell", app=APP)
    assert (told["entered"], told["people"], told["enrolments"], told["lines"]) == (ROWS, ROWS, ROWS, ROWS)
    assert told["claims"] == [2, 2]

"""A real worker is killed outright while it reads a file of items, and again while it enters them: each item enters once."""

from __future__ import annotations

import os
import signal

import pytest

from tests.core.shapes import Shape
from tests.core.test_worker import drive, shape, until, worker  # noqa: F401

pytestmark = pytest.mark.worker
APP = "tests.exams.exchange.item_worker"
GOOD, BAD = 120, 5


def test_a_file_of_items_survives_two_killed_workers(shape: Shape, tmp_path):  # noqa: F811
    folder = tmp_path / "work"
    folder.mkdir()
    shape.env["ITEMS_FOLDER"] = str(folder)
    (told,) = drive(shape, "up", app=APP)
    assert (told["state"], told["found"]) == ("reading", 0)
    with worker(shape, "first", folder, APP) as first:
        until(lambda: (folder / "at-read").exists(), folder)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    (told,) = drive(shape, "tell", app=APP)
    assert (told["state"], told["found"], told["pictures"]) == ("reading", 0, 1)

    (folder / "gate-read").touch()
    with worker(shape, "second", folder, APP) as second:
        until(lambda: (folder / "staged").exists(), folder)
        (told,) = drive(shape, "enter", app=APP)
        assert (told["found"], told["accepted"], told["refused"], told["new"] + told["near"]) == (GOOD + BAD, GOOD, BAD, GOOD)
        assert told["reasons"] == ["答案 F 没有对应的选项。"] and told["pictures"] == 1
        until(lambda: (folder / "at-entered").exists(), folder)
        os.killpg(second.pid, signal.SIGKILL)
        second.wait()
    (told,) = drive(shape, "tell", app=APP)
    assert (told["state"], told["entered"], told["items"]) == ("entering", 100, 100)

    (folder / "gate-entered").touch()
    with worker(shape, "third", folder, APP):
        until(lambda: (folder / "closed").exists(), folder)
    (told,) = drive(shape, "tell", app=APP)
    assert (told["entered"], told["items"]) == (GOOD, GOOD)
    assert min(told["claims"]) >= 2, "each job was taken up again"
    (again,) = drive(shape, "again", app=APP)
    assert (again["known"], again["refused"], again["new"] + again["near"]) == (GOOD, BAD, 0)
    assert (again["items"], again["pictures"]) == (GOOD, 1)

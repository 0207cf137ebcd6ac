"""The commands others call say in one sentence what is wrong with their arguments, and end with an error."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class

from lms.core.commands import InterfaceCommand, sentence_of

INTERFACES = {
    "load_divisions": "lms.places",
    "seed_demo": "lms.demo",
    "import_roster": "courses",
    "person_times": "lms.reports",
    "figure": "lms.reports",
    "pipeline": "lms.pipeline",
    "issue_certificates": "courses",
    "verify_certificate": "certificates",
}


@pytest.mark.parametrize("name", INTERFACES)
def test_every_interface_is_a_command_that_speaks(name):
    assert isinstance(load_command_class(INTERFACES[name], name), InterfaceCommand)
    assert importlib.import_module(f"{INTERFACES[name]}.management.commands.{name}").__doc__


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["figure", "--division", "53"], "缺少参数：--what。"),
        (["person_times", "--format", "xml"], "--format 不能是“xml”，可以是：csv、json。"),
        (["seed_demo", "--seed", "abc"], "--seed 的值“abc”不对。"),
        (["pipeline", "--division"], "--division 后面缺少值。"),
        (["load_divisions", "--somewhere"], "没有这个参数：--somewhere。"),
    ],
)
def test_wrong_arguments_are_one_sentence(argv, sentence):
    with pytest.raises(CommandError) as refused:
        call_command(*argv)
    assert str(refused.value) == sentence


def test_at_the_command_line_it_is_the_sentence_alone():
    found = subprocess.run(
        [sys.executable, "manage.py", "figure", "--division", "53"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr) == (2, "", "缺少参数：--what。\n")


def test_an_unknown_complaint_is_passed_on():
    assert sentence_of("ambiguous option: --a") == "参数不对：ambiguous option: --a"

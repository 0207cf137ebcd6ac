"""The server shape needs nothing but environment variables, and each of them is documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.core.shapes import Shape, server_env

DOC = (ROOT / "docs" / "DEPLOY.md").read_text()


@pytest.fixture
def shape(tmp_path) -> Shape:
    return Shape(tmp_path, **server_env(tmp_path, "postgres://lms@localhost/lms", "redis://localhost/0"))


@pytest.mark.slow
def test_check_deploy_is_clean(shape):
    done = shape.run("check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"LMS_DEMO": "1"}, "demonstration world does not run with server settings"),
        ({"LMS_DATA_KEYS": "{}"}, "LMS_DATA_KEYS holds no key"),
        ({"LMS_DATA_KEYS": '{"k1": "c2hvcnQ="}'}, "must be 32 bytes"),
        ({"DATABASE_URL": "sqlite:///x"}, "runs on PostgreSQL"),
    ],
)
def test_wrong_settings_are_refused(shape, change, sentence):
    shape.env |= change
    done = shape.run("check")
    assert done.returncode != 0 and sentence in done.stderr


@pytest.mark.slow
def test_the_web_server_takes_its_configuration(shape):
    """As the unit and the container call it; a name in the file that is a setting of gunicorn's own would stop it."""
    command = [sys.executable, "-m", "gunicorn", "--check-config", "-c", "deploy/gunicorn.conf.py", "lms.wsgi"]
    done = subprocess.run(command, cwd=ROOT, env=shape.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_every_variable_is_documented():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', (ROOT / "lms/settings/server.py").read_text()))
    read |= set(re.findall(r'environ\.get\(\s*"([A-Z0-9_]+)"', (ROOT / "lms/settings/base.py").read_text()))
    read |= set(re.findall(r'environ\.get\(\s*"([A-Z0-9_]+)"', (ROOT / "deploy/gunicorn.conf.py").read_text()))
    assert len(read) > 20
    assert {name for name in read - {"LMS_DEMO"} if f"`{name}`" not in DOC} == set()


def test_example_environment_names_known_variables():
    names = re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / "deploy/lms.env.example").read_text(), re.M)
    assert {n for n in names if f"`{n}" not in DOC} <= {"DJANGO_SETTINGS_MODULE", "POSTGRES_PASSWORD"}


def test_compose_and_units_serve_every_queue():
    from lms.core.jobs import QUEUES

    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
    served = {queue for s in services.values() for queue in re.findall(r"-Q ([\w,]+)", str(s.get("command")))}
    assert {queue for each in served for queue in each.split(",")} == set(QUEUES)
    assert [name for name, s in services.items() if "celery -A lms.celery beat" in str(s.get("command"))] == ["scheduler"]
    assert {p.name for p in Path(ROOT / "deploy/systemd").glob("*.service")} == {
        "lms-web.service",
        "lms-worker@.service",
        "lms-scheduler.service",
    }

"""A world is backed up, and restored into an empty one with every row, file and key; what does not fit is refused."""

from __future__ import annotations

import json
import os
import zipfile

import pytest
from django.db import connection

from tests.core.shapes import embedded, server

pytestmark = pytest.mark.slow
FILL = """
from lms.audit import services as audit
from lms.core import crypto, positions
from lms.core.actor import Actor
from tests.factories.world import make_division_tree, make_person, make_user
from tests.factories.core import make_job
world = make_division_tree()
make_user("class_manager", world.county)
make_person(world.county)
make_job(result=b"result", title=crypto.encrypt("secret", purpose="tests"))
[audit.record("tests.row.made", by=Actor.system("tests")) for _ in range(3)]
"""
LOOK = """
import json
from lms.core import backup, crypto, positions
from lms.core.models import Job
job = Job.objects.get()
result, secret = job.result_file.read().decode(), crypto.decrypt(job.title, purpose="tests")
print(json.dumps([backup.count_rows(), positions.closed(), result, secret]))
"""


@pytest.fixture
def worlds(tmp_path, django_db_setup):
    """A filled world and an empty one, on the engine of this run."""
    if connection.vendor == "sqlite":
        filled, empty = embedded(tmp_path / "a"), embedded(tmp_path / "b", migrated=False)
        filled.shell(FILL)
        yield filled, empty
        return
    where = {"database": os.environ["DATABASE_URL"], "redis": os.environ["REDIS_URL"]}
    with (
        server(tmp_path / "a", "backup_a", **where) as filled,
        server(tmp_path / "b", "backup_b", migrated=False, **where) as empty,
    ):
        filled.shell(FILL)
        yield filled, empty


def test_world_is_restored_with_every_row_file_and_key(worlds, tmp_path):
    filled, empty = worlds
    archive = tmp_path / "world.zip"
    filled.ok("backup", "--to", str(archive))
    assert "恢复完成" in empty.ok("restore", "--from", str(archive))
    before, after = json.loads(filled.shell(LOOK)), json.loads(empty.shell(LOOK))
    assert after == before and after[2:] == ["result", "secret"] and after[0]["audit_auditevent"] == 3

    # what was append-only is append-only again
    refused = empty.run(
        "shell", "--no-imports", "-c", "from lms.audit.models import AuditEvent; AuditEvent.objects.update(verb='x')"
    )
    assert refused.returncode != 0 and "append-only" in refused.stderr

    # a world that holds data is not overwritten by accident, and is moved aside when it is meant
    again = empty.run("restore", "--from", str(archive))
    assert again.returncode == 1 and "--replace" in again.stderr
    empty.shell('from tests.factories.world import make_user; make_user(username="second")')
    empty.ok("restore", "--from", str(archive), "--replace")
    assert json.loads(empty.shell(LOOK)) == before

    names = zipfile.ZipFile(archive).namelist()
    assert not [name for name in names if "key" in name] and archive.stat().st_mode & 0o077 == 0


def test_missing_key_and_damaged_or_foreign_archives_are_refused(worlds, tmp_path):
    filled, empty = worlds
    archive = tmp_path / "world.zip"
    filled.ok("backup", "--to", str(archive))
    archive.with_name("world.zip.keys.json").unlink(missing_ok=True)
    if "LMS_DATA_KEYS" in empty.env:
        empty.env["LMS_DATA_KEYS"] = json.dumps({"k1": "Mg" + "AA" * 20 + "A="})
    refused = empty.run("restore", "--from", str(archive))
    assert refused.returncode == 1 and "缺少密钥 k1" in refused.stderr

    archive.write_bytes(archive.read_bytes()[:-400])
    refused = empty.run("restore", "--from", str(archive))
    assert refused.returncode == 1 and "损坏" in refused.stderr
    refused = empty.run("restore", "--from", str(tmp_path / "nothing.zip"))
    assert refused.returncode == 1 and "没有这个文件" in refused.stderr

"""Reads on a replica: on a copy that lags (a second SQLite file), and by streaming replication of a real PostgreSQL."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, connections, router, transaction

from lms.accounts.models import User
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.ids import new_uuid
from lms.core.jobs import Progress, enqueue
from lms.core.models import Counter, Job
from lms.core.replica import ALIAS, WrittenWhileReading, on_primary, reading_from_replica
from tests.conftest import ROOT
from tests.core.shapes import Shape, server_env

on_files = pytest.mark.skipif(connection.vendor == "postgresql", reason="copies are files; PostgreSQL has a test of its own below")


@pytest.fixture
def copy(request, tmp_path, settings) -> Iterator[Callable[[], None]]:
    """A second alias that knows what was there when it was last copied; call it to copy anew."""
    settings.REPLICA_WAIT_SECONDS = 0.05
    file = tmp_path / "replica.sqlite3"
    connections.settings[ALIAS] = {**connections.settings["default"], "NAME": str(file)}
    request.addfinalizer(_forget)  # last of all: what the marker below sets up ends before
    request.node.add_marker(pytest.mark.django_db(transaction=True, databases=["default", ALIAS]))  # there is such an alias now
    request.getfixturevalue("transactional_db")

    def anew() -> None:
        connections[ALIAS].close()
        for old in tmp_path.glob("replica.sqlite3*"):
            old.unlink()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])

    anew()
    yield anew
    connections[ALIAS].close()


def _forget() -> None:
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.settings[ALIAS]


def count(name: str, last: int) -> None:
    Counter.objects.update_or_create(name=name, defaults={"last": last})


def known(name: str) -> int | None:
    return Counter.objects.filter(name=name).values_list("last", flat=True).first()


def behind() -> None:
    with transaction.atomic():
        positions.take()


@on_files
def test_a_block_reads_the_replica_and_nothing_else_does(copy):
    count("there", 1)  # only on the primary: the copy is older, and no position tells
    assert known("there") == 1
    with reading_from_replica() as there:
        assert there and known("there") is None
        with on_primary():
            assert known("there") == 1
    assert known("there") == 1


@on_files
def test_positions_and_rows_come_from_one_database(copy):
    with reading_from_replica():
        assert router.db_for_read(Counter) == ALIAS
        with on_primary():
            behind()  # goes on while the block reads
            now = positions.closed()
        assert positions.closed() == now - 1
    assert positions.closed() == now


@on_files
def test_one_that_is_behind_is_passed_by_and_the_log_says_so(copy, caplog):
    behind()
    with caplog.at_level(logging.WARNING, "lms.replica"), reading_from_replica() as there:
        assert not there and router.db_for_read(Counter) == "default"
    assert f"is at position {positions.closed() - 1} of {positions.closed()}" in caplog.text
    copy()
    with reading_from_replica() as there:
        assert there


@on_files
def test_one_that_does_not_answer_is_passed_by(copy, caplog, tmp_path):
    connections[ALIAS].close()
    connections[ALIAS].settings_dict["NAME"] = str(tmp_path / "no such folder" / "file")
    with caplog.at_level(logging.WARNING, "lms.replica"), reading_from_replica() as there:
        assert not there and positions.closed() >= 0
    assert "does not answer" in caplog.text


@on_files
def test_a_block_writes_nothing_locks_nothing_and_takes_no_position(copy):
    with reading_from_replica():
        with pytest.raises(WrittenWhileReading):
            count("there", 1)
        with pytest.raises(WrittenWhileReading):
            Counter.objects.filter(name="position").update(last=0)
        with transaction.atomic(), pytest.raises(WrittenWhileReading):
            list(Counter.objects.select_for_update().filter(name="position"))
        with transaction.atomic(), pytest.raises(WrittenWhileReading):
            positions.take()
        with pytest.raises(WrittenWhileReading):
            enqueue("reports.custom_cut", title="x", by=Actor.system("tests"))
    assert not Job.objects.exists() and known("there") is None


@on_files
def test_a_transaction_reads_the_primary(copy):
    count("there", 1)
    with transaction.atomic(), reading_from_replica() as there:
        assert not there and known("there") == 1
    with reading_from_replica() as there, transaction.atomic():
        assert there and known("there") == 1


@on_files
def test_who_is_signed_in_is_never_old(copy):
    user = User.objects.create_user("late", password="x")
    with reading_from_replica() as there:
        assert there and User.objects.get(pk=user.pk) == user


@on_files
def test_whoever_tries_again_reads_the_primary(copy):
    with reading_from_replica(attempt=2) as there:
        assert not there


@on_files
def test_rows_read_there_are_written_and_followed_on_the_primary(copy):
    count("there", 1)
    copy()
    with reading_from_replica():
        row = Counter.objects.get(name="there")
    assert row._state.db == ALIAS
    row.last = 2
    row.save()
    assert known("there") == 2
    row.refresh_from_db()
    assert row._state.db == "default"
    with pytest.raises(IntegrityError):
        Counter(name="there").save(force_insert=True)


@on_files
def test_a_job_says_how_far_it_is_while_it_reads(copy):
    job = Job.objects.create(kind="tests.reads", status=Job.Status.RUNNING, claims=1, owner_uuid=new_uuid(), created_at=clock.now())
    copy()
    progress = Progress(job)
    with reading_from_replica() as there:
        progress.set_total(3, "read")
        assert there and Job.objects.get(pk=job.pk).progress_total == 0
    assert Job.objects.get(pk=job.pk).progress_total == 3


@pytest.mark.django_db
def test_without_a_replica_a_block_changes_nothing():
    with reading_from_replica() as there:
        assert not there
        count("there", 1)
        cache.set("there", 1)
    assert known("there") == 1


ON_A_STANDBY = """
import logging, time
from django.db import DatabaseError, connections, transaction
from lms.core import clock, positions
from lms.core.models import Counter
from lms.core.replica import reading_from_replica

said = []

class Heard(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())

logging.getLogger("lms.replica").addHandler(Heard())
standby = connections["replica"].cursor()

def write(n):
    Counter.objects.update_or_create(name="there", defaults={"last": n})

def read():
    with reading_from_replica() as there:
        if there:
            in_parts = Counter.objects.filter(name="there").values_list("last", flat=True).iterator()  # a cursor of the server
            assert list(in_parts) == [Counter.objects.get(name="there").last]
        return there, Counter.objects.get(name="there").last, positions.closed()

# whatever was committed before the block is there: with and without a position
for n in range(60):
    with transaction.atomic():
        write(n)
        if n % 2:
            taken = positions.take()
    there, last, closed = read()
    assert there and last == n and (n == 0 or closed == taken), (n, there, last, closed, said)
with reading_from_replica():
    assert connections["replica"].cursor().execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
try:
    standby.execute("UPDATE core_counter SET last = 0")
    raise SystemExit("the standby took a write")
except DatabaseError as refused:
    assert "read-only" in str(refused), refused
# one that stops replaying is passed by, and taken again when it has caught up
standby.execute("SELECT pg_wal_replay_pause()")
while standby.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
    time.sleep(0.01)
write(100)
assert read()[:2] == (False, 100) and "bytes of the log" in said[-1], said
standby.execute("SELECT pg_wal_replay_resume()")
assert read()[:2] == (True, 100), said
# one that was made a primary is none of ours
standby.execute("SELECT pg_promote()")
assert read()[:2] == (False, 100) and "no standby" in said[-1], said
print("done")
"""


@pytest.mark.worker
def test_streaming_replication(tmp_path):
    """A standby of a real PostgreSQL: read at once after each commit, paused, resumed, promoted, gone."""
    sys.path.insert(0, str(ROOT / "deploy" / "local"))
    import servers

    with servers.postgres() as primary:
        with servers.standby(primary) as standby:
            env = server_env(tmp_path, primary, "redis://localhost/0")
            shape = Shape(tmp_path, **env, DATABASE_REPLICA_URL=standby, REPLICA_WAIT_SECONDS="1")
            shape.ok("migrate", "core", "--verbosity=0")
            assert shape.shell(ON_A_STANDBY).strip() == "done"
        gone = "from lms.core.replica import reading_from_replica as r\nwith r() as there: print(there)"
        assert shape.shell(gone).strip().endswith("False")

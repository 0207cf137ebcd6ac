"""Reading from a replica of the database, where there is one: only what says so, and never anything older than the asker.

Nothing goes there by itself. Long reads (a cut, a fold as of a position, an export) run inside ``reading_from_replica()``;
every read of that block then comes from the one database, the closed position too, and a write in it is an error. Before the
block begins the replica must have replayed everything that was committed on the primary by then; one that is further behind
than a short wait, does not answer or is no standby any more is passed by, and the block reads the primary.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

from lms.core import positions

logger = logging.getLogger("lms.replica")
ALIAS = "replica"
# who may do what, who is signed in, and the cache's own table are never a moment old
PRIMARY_ONLY = frozenset(
    {"accounts", "account", "auth", "django_cache", "mfa", "sessions", "socialaccount", "usersessions"},
)
LOOK_AGAIN_SECONDS = 0.02
_reading: ContextVar[bool] = ContextVar("reading_from_replica", default=False)


class WrittenWhileReading(RuntimeError):
    """A block that only reads tried to write, to take a position or to lock rows: a mistake in our code."""


class Router:
    """Every model lives on the primary; inside a reading block reads go to the replica."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        if not _reading.get() or model._meta.app_label in PRIMARY_ONLY:
            return DEFAULT_DB_ALIAS  # also for what was read from the replica before
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return DEFAULT_DB_ALIAS  # what is read in a transaction is read to be acted on
        return ALIAS

    def db_for_write(self, model: type[Model], **_hints: Any) -> str:
        """Also asked for rows that are to be locked."""
        if _reading.get() and model._meta.app_label not in PRIMARY_ONLY:
            raise WrittenWhileReading(f"{model._meta.label} is written or locked inside reading_from_replica()")
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Any, _other: Any, **_hints: Any) -> bool:
        return True  # both are the same database, at two moments

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        return False if db == ALIAS else None


@contextmanager
def reading_from_replica(*, attempt: int = 1) -> Iterator[bool]:
    """Read from the replica within the block. Yields whether it is so; with no replica, or inside a transaction, it is not.

    ``attempt``: a standby may cancel a long read to go on replaying. Whoever tries again reads from the primary.
    """
    if ALIAS not in connections.settings or attempt > 1 or connections[DEFAULT_DB_ALIAS].in_atomic_block or not _caught_up():
        yield False
        return
    token = _reading.set(True)
    try:
        yield True
    finally:
        _reading.reset(token)


@contextmanager
def on_primary() -> Iterator[None]:
    """Step out of a reading block: for what a long read says of itself while it runs (a heartbeat)."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def _caught_up() -> bool:
    """Whether the replica has everything that is committed now, at once or within the time that is waited."""
    with on_primary():
        position, log = positions.closed(), _written_log()
    until = time.monotonic() + settings.REPLICA_WAIT_SECONDS
    try:
        while True:
            behind = _behind(position, log)
            if not behind:
                return True
            if time.monotonic() >= until:
                break
            time.sleep(LOOK_AGAIN_SECONDS)
    except Error as error:
        connections[ALIAS].close()
        behind = f"does not answer: {error}"
    logger.warning("read from the primary: the replica %s", behind)
    return False


def _written_log() -> str | None:
    """How far the primary's log is written: committed rows without a position are in it too."""
    primary = connections[DEFAULT_DB_ALIAS]
    if primary.vendor != "postgresql":
        return None
    with primary.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(cursor.fetchone()[0])


def _behind(position: int, log: str | None) -> str:
    """In words how the replica falls short; empty when it does not."""
    with connections[ALIAS].cursor() as cursor:
        if log is not None:
            cursor.execute("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - %s::pg_lsn", [log])
            standby, ahead = cursor.fetchone()
            if not standby:
                return "is no standby: it takes writes of its own"
            if ahead is None or ahead < 0:
                return f"is behind by {-ahead if ahead is not None else 'all'} bytes of the log"
        cursor.execute("SELECT last FROM core_counter WHERE name = 'position'")
        row = cursor.fetchone()
    if row is None or row[0] < position:
        return f"is at position {row[0] if row else 0} of {position}"
    return ""

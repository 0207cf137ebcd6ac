"""Private PostgreSQL and Redis for the suite: free ports, a temporary folder, nothing kept, always stopped."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from environment import postgres_bin
from say import Stop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres(**settings: str) -> Iterator[str]:
    """A throw-away cluster (no fsync); yields ``postgres://…/postgres``. Root runs it as the system's postgres user."""
    initdb = ["-U", "lms", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    with _cluster("initdb", initdb, settings) as url:
        yield url


@contextmanager
def standby(of: str, **settings: str) -> Iterator[str]:
    """A throw-away standby of such a cluster, by streaming replication; yields its ``postgres://…/postgres``."""
    source = ["-d", of, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
    with _cluster("pg_basebackup", source, settings) as url:
        yield url


@contextmanager
def _cluster(maker: str, arguments: list[str], settings: dict[str, str]) -> Iterator[str]:
    """A cluster in a folder of its own, made by one of PostgreSQL's programs, running until the block ends."""
    programs = postgres_bin()
    if programs is None:
        raise Stop("需要 PostgreSQL 15 或更新的服务器程序 / PostgreSQL 15 or newer is needed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="lms-pg-", dir="/tmp"))  # short: a socket's path is limited
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    port = free_port()
    try:
        _run([str(programs / maker), "-D", str(data), *arguments], folder, as_user)
        options = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "120"}
        options |= {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "shared_buffers": "256MB"}
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        for key, text in (options | settings).items():
            command += ["-c", f"{key}={text}"]
        with log.open("wb") as out, _started(command, folder, out, as_user, signal.SIGINT) as process:
            _until(lambda: _answers(port), process, log, "PostgreSQL")
            yield f"postgres://lms@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing; yields ``redis://…/0``."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise Stop("需要 Redis 服务器程序 / redis-server is needed: apt-get install redis-server")
    folder = Path(tempfile.mkdtemp(prefix="lms-redis-"))
    port = free_port()
    log = folder / "log"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    try:
        with log.open("wb") as out, _started(command, folder, out, {}, signal.SIGTERM) as process:
            _until(lambda: _answers(port), process, log, "Redis")
            yield f"redis://127.0.0.1:{port}/0"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], cwd: Path, as_user: dict[str, object]) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **as_user)  # type: ignore[call-overload]
    if done.returncode:
        raise Stop(f"{command[0]}: {done.stderr[-1000:]}")


@contextmanager
def _started(
    command: list[str], cwd: Path, out: object, as_user: dict[str, object], stop_with: signal.Signals
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **as_user)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.send_signal(stop_with)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(true: object, process: subprocess.Popen[bytes], log: Path, name: str) -> None:
    until = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        if process.poll() is not None or time.monotonic() > until:
            raise Stop(f"{name} 没有启动 / did not start:\n{log.read_text(errors='replace')[-1500:]}")
        time.sleep(0.1)

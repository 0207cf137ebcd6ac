"""Private PostgreSQL and Redis for the suite and the bench: free ports, a temporary folder, nothing kept, always stopped."""

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


class Cluster:
    """A private PostgreSQL cluster in a folder of its own, made by one of its programs. Root runs it as the system's postgres user.

    Nothing waits for a disk until ``harden``: from then on what was committed outlives ``kill``, as on a server.
    """

    durable = False

    def __init__(self, maker: str, arguments: list[str], settings: dict[str, str]) -> None:
        programs = postgres_bin()
        if programs is None:
            raise Stop("需要 PostgreSQL 15 或更新的服务器程序 / PostgreSQL 15 or newer is needed: apt-get install postgresql")
        self.programs, self.settings = programs, settings
        self.folder = Path(tempfile.mkdtemp(prefix="lms-pg-", dir="/tmp"))  # short: a socket's path is limited
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.as_user: dict[str, object] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        try:
            _run([str(programs / maker), "-D", str(self.folder / "data"), *arguments], self.folder, self.as_user)
        except Stop:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def url(self) -> str:
        return f"postgres://lms@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, or start again: after a kill it first recovers from its log."""
        options = {"max_connections": "120", "listen_addresses": "127.0.0.1", "shared_buffers": "256MB"}
        options |= {"unix_socket_directories": str(self.folder)}
        if self.durable:
            options |= {"recovery_init_sync_method": "syncfs"}  # one call, not one for each of a thousand files
        else:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        for key, text in (options | self.settings).items():
            command += ["-c", f"{key}={text}"]
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = _start(command, self.folder, out, self.as_user)
        _until(self._takes_connections, self.process, log, "PostgreSQL")

    def harden(self) -> None:
        """Stop in order and start again as a server runs: every commit is on the disk before it is confirmed."""
        assert self.process is not None
        _stop(self.process, signal.SIGINT)
        self.durable = True
        self.start()

    def kill(self) -> None:
        """SIGKILL to the server and all its backends at once: nobody finishes anything."""
        assert self.process is not None
        backends = children(self.process.pid)
        for pid in (self.process.pid, *backends):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while _running().keys() & set(backends):  # one that still holds the shared memory would stop the next start
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            _stop(self.process, signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _takes_connections(self) -> bool:
        """Asked by its own program: while it recovers the port is open and every connection is refused."""
        asked = [str(self.programs / "pg_isready"), "-q", "-U", "lms", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """A started cluster, stopped and removed at the end."""
    initdb = ["-U", "lms", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    with _running_cluster(Cluster("initdb", initdb, settings)) as made:
        yield made


@contextmanager
def postgres(**settings: str) -> Iterator[str]:
    """A throw-away cluster (no fsync); yields ``postgres://…/postgres``."""
    with cluster(**settings) as made:
        yield made.url


@contextmanager
def standby(of: str, **settings: str) -> Iterator[str]:
    """A throw-away standby of such a cluster, by streaming replication; yields its ``postgres://…/postgres``."""
    source = ["-d", of, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
    with _running_cluster(Cluster("pg_basebackup", source, settings)) as made:
        yield made.url


@contextmanager
def _running_cluster(made: Cluster) -> Iterator[Cluster]:
    try:
        made.start()
        yield made
    finally:
        made.stop()


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started and that still run, the oldest first."""
    return sorted(found for found, parent in _running().items() if parent == pid)


def _running() -> dict[int, int]:
    """Process → its parent; one that is dead and not yet collected does not run."""
    asked = subprocess.run(["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (text.split() for text in asked.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


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
    process = _start(command, cwd, out, as_user)
    try:
        yield process
    finally:
        _stop(process, stop_with)


def _start(command: list[str], cwd: Path, out: object, as_user: dict[str, object]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=cwd, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **as_user)  # type: ignore[call-overload]


def _stop(process: subprocess.Popen[bytes], stop_with: signal.Signals) -> None:
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

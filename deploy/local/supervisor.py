"""One process tree: starts the children, starts a dead one again, stops all of them when it is told to stop.

Each child leads its own process group, so that nothing of it is left behind, however it ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from say import line

GRACE_SECONDS = 20
LOG_BYTES = 5_000_000


@dataclass
class Child:
    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = 0.0


def _die_with_parent() -> None:
    """Linux: the child gets SIGTERM when this process is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Supervisor:
    children: list[Child]
    env: dict[str, str]
    cwd: Path
    stop_asked: threading.Event = field(default_factory=threading.Event)

    def run(self, *, ready: Callable[[], bool], on_ready: Callable[[], None]) -> int:
        """Until told to stop. ``ready`` is asked until it is true, then ``on_ready`` is called once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop_asked.set())
        told = False
        try:
            for child in self.children:
                self._start(child)
            while not self.stop_asked.wait(0.3):
                if not told and ready():
                    told = True
                    on_ready()
                for child in self.children:
                    if not self._tend(child, told):
                        return 1
        finally:
            self._stop_all()
        return 0

    def _start(self, child: Child) -> None:
        child.log.parent.mkdir(parents=True, exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > LOG_BYTES:
            child.log.replace(child.log.with_suffix(".old.log"))
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command, cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip
        child.started = time.monotonic()

    def _tend(self, child: Child, told: bool) -> bool:
        """Start a dead child again, later each time it dies young. False when it never came up at all."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.next_start:
                self._start(child)
            return True
        code = child.process.poll()
        if code is None:
            return True
        _signal_group(child.process, signal.SIGKILL)  # what it left behind
        child.failures = child.failures + 1 if now - child.started < 60 else 1
        if not told and child.failures >= 3:
            line(f"\n✗ {child.name} 无法启动 / does not start. {child.log}:\n{_tail(child.log)}")
            return False
        wait = min(30, 2 ** (child.failures - 1))
        line(f"! {child.name} 意外退出（{code}），{wait} 秒后重新启动 / ended, starting again in {wait} s; {child.log}")
        child.process, child.next_start = None, now + wait
        return True

    def _stop_all(self) -> None:
        line("· 正在停止 / stopping …")
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, until - time.monotonic()))
            _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])

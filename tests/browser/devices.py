"""A phone whose browser is killed: a process of its own with a profile on the disk, and a clock that is wrong all the while.

It dies by SIGKILL, as a phone's system kills: no page is told, nothing is closed, and only what the disk holds is left.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AHEAD = 37 * 60_000  # the phone's clock, in milliseconds
WRONG_CLOCK = f"(() => {{ const told = Date.now; Date.now = () => told() + {AHEAD}; }})()"


@dataclass
class Phone:
    """A browser of its own whose profile outlives it. ``begin`` starts a process, ``kill`` ends it as a system does."""

    begin_context: Callable[[], Any]
    profile: Path
    contexts: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def begin(self) -> Page:
        context = self.begin_context()
        context.add_init_script(WRONG_CLOCK)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.contexts.append(context)
        return context.pages[0] if context.pages else context.new_page()

    def process(self) -> int:
        """The browser that runs on this profile; its renderers name a type, the browser itself none."""
        mark = f"--user-data-dir={self.profile}".encode()
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if mark in words and not any(word.startswith(b"--type=") for word in words):
                return int(entry.name)
        raise AssertionError("the browser does not run")

    def kill(self) -> None:
        browser = self.process()
        assert os.getpgid(browser) == browser != os.getpgid(0)  # its group is its own
        os.killpg(browser, signal.SIGKILL)
        while Path(f"/proc/{browser}/cmdline").exists() and Path(f"/proc/{browser}/cmdline").read_bytes():
            time.sleep(0.02)

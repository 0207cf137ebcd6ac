"""How the commands of the Makefile speak: one line a step with its time, and a failure that says what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

sys.stdout.reconfigure(line_buffering=True, encoding="utf-8", errors="replace")  # type: ignore[union-attr]


class Stop(Exception):
    """The command cannot go on; the message says why and what to do."""


def line(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """``· text …`` and, when it took a noticeable time, how long."""
    began = time.monotonic()
    line(f"· {text} …")
    yield
    took = time.monotonic() - began
    if took >= 1:
        line(f"  {took:.0f} s")


def run_as_main(main: object) -> None:
    """Run ``main()``; a ``Stop`` is printed without a trace and exits with 1."""
    try:
        sys.exit(main())  # type: ignore[operator]
    except Stop as stop:
        line(f"\n✗ {stop}")
        sys.exit(1)
    except KeyboardInterrupt:
        line("\n已停止 / stopped")
        sys.exit(130)

"""``make test``: everything, from a fresh clone. Fetches what it needs, starts its own servers, always stops them.

Gates, the suite on SQLite, the suite on PostgreSQL and Redis, workers killed in the middle, journeys in a real browser.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import environment
import servers
from check import clean_env, run_gates
from environment import PYTHON, ROOT
from say import Stop, line, run_as_main

PLAIN = "not browser and not worker"


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped then, too
    began = time.monotonic()
    environment.check_python()
    environment.system_packages(environment.TEST_PACKAGES)
    environment.install("dev")
    if subprocess.run([str(PYTHON), "deploy/local/messages.py", "compile"], cwd=ROOT, env=clean_env(), check=False).returncode:
        raise Stop("译文目录无法编译 / the catalogues do not compile")
    results = [("gates", not run_gates(), time.monotonic() - began, "")]
    with servers.postgres() as database, servers.redis() as redis:
        scale = {"DATABASE_URL": database, "REDIS_URL": redis}
        both = {"LMS_TEST_DATABASE_URL": database, "LMS_TEST_REDIS_URL": redis}
        results.append(phase("SQLite", PLAIN, "-n", "2"))
        results.append(phase("PostgreSQL + Redis", PLAIN, "-n", "2", "--only-database", **scale))
        results.append(phase("workers", "worker", "-n", "2", **both))
        results.append(phase("browser", "browser"))
    line("")
    for name, passed, took, closing in results:
        line(f"{'✓' if passed else '✗'} {name:<20} {took:5.0f} s   {closing}")
    passed = all(each[1] for each in results)
    line(f"{'✓' if passed else '✗'} {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


def phase(name: str, marks: str, *args: str, **env: str) -> tuple[str, bool, float, str]:
    """One run of pytest; its output goes by, its closing line is kept for the summary."""
    line(f"\n== {name}")
    began = time.monotonic()
    command = [str(PYTHON), "-m", "pytest", "-m", marks, *args, *sys.argv[1:]]
    running = subprocess.Popen(command, cwd=ROOT, env=clean_env(**env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert running.stdout is not None
    closing = ""
    for text in running.stdout:
        sys.stdout.write(text)
        if text.strip():
            closing = text.strip().strip("= ")
    code = running.wait()
    nothing_asked = code == 5 and len(sys.argv) > 1  # the named tests have none of these marks
    return name, code == 0 or nothing_asked, time.monotonic() - began, closing


if __name__ == "__main__":
    run_as_main(main)

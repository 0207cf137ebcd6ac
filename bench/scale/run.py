"""``make bench-scale``: a province of 100,000 people with one million lines, then ten, on a scratch PostgreSQL; as ratios.

``make bench-scale ARGS="--people 100000 --lines 1000000 --then 10000000"`` writes ``bench/results/scale-<date>.json`` and ``.md``.
Everything is measured in one run on one database; every answer of ours is first held against hand-written SQL. Ten million
lines take 25 GB and an hour or more; the cluster is thrown away.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "deploy" / "local")]
# what an office would give a machine of this size
POSTGRES = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure the ledger at the size of a province")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--then", type=int, default=0, help="more lines on top, and everything measured again")
    parser.add_argument("--parts", default="", help="only these, with commas between: pages, opened, as_of, approvals")
    parser.add_argument(
        "--partitions", choices=("none", "first", "last"), default="first", help="at which size layouts are compared"
    )
    parser.add_argument("--intake", type=int, default=1_000_000, help="lines put in by COPY and by our bulk path (0: none)")
    parser.add_argument("--database", default="", help="postgres://… of a scratch database to go on with, instead of a new cluster")
    parser.add_argument("--out", default="", help="write results under this name instead of bench/results/scale-<date>")
    return parser.parse_args()


def main() -> int:
    import servers

    wanted = arguments()
    with ExitStack() as running:
        database = wanted.database or running.enter_context(servers.postgres(**POSTGRES))
        os.environ |= {
            "LMS_VAR_DIR": running.enter_context(tempfile.TemporaryDirectory(prefix="lms-scale-")),
            "LMS_WORLD": "bench",
            "DJANGO_SETTINGS_MODULE": "bench.scale.settings",
            "DATABASE_URL": database,
            "REDIS_URL": running.enter_context(servers.redis()),
        }
        measure(wanted)
    return 0


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def command(*args: str) -> dict[str, Any]:
    """One command as its own process: seconds, and how much memory it had at most."""
    say(" ".join(args))
    began, peak = time.monotonic(), 0
    process = subprocess.Popen([sys.executable, "manage.py", *args], cwd=ROOT)
    while process.poll() is None:
        peak = max(peak, _peak_of(process.pid))
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"{args[0]} failed")
    return {"seconds": round(time.monotonic() - began, 1), "peak_mb": peak // 1024}


def _peak_of(pid: int) -> int:
    """Kilobytes. What ``wait4`` says of a child begins at what its parent had when it was started."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # over in between
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def measure(wanted: argparse.Namespace) -> None:
    command("migrate", "--verbosity=0")
    import django

    django.setup()
    import lms.celery  # noqa: F401

    results: dict[str, Any] = {"machine": _machine(), "people": wanted.people, "sizes": []}
    past = 0
    for turn, lines in enumerate(filter(None, (wanted.lines, wanted.then))):
        from bench.scale import intake, partitions, refreshing
        from bench.scale.measures import OF_SUMMARIES, PARTS, Province

        parts = wanted.parts.split(",") if wanted.parts else PARTS
        size: dict[str, Any] = {"lines": lines, "measured": []}
        results["sizes"].append(size)
        size["seeded"] = command("seed_scale", "--people", str(wanted.people), "--lines", str(lines))
        if OF_SUMMARIES & set(parts):
            size["rebuilt"] = command("rebuild_summaries")
        _settle()
        size["tables"] = tables()
        past = past or _position_of_share(0.8)
        province = Province(month=202403 + turn, past=past, say=say)
        for one in province.measured(parts):
            size["measured"].append(one.as_dict())
            write(results, wanted.out)
        if OF_SUMMARIES & set(parts):
            size["refreshed"] = refreshing.measure(say)
            size["verified"] = command("ledger_verify")
            write(results, wanted.out)
        last = turn == bool(wanted.then)
        if wanted.intake and turn == 0:
            size["intake"] = [one.as_dict() for one in intake.measure(wanted.intake, say)]
            write(results, wanted.out)
        if (wanted.partitions == "first" and turn == 0) or (wanted.partitions == "last" and last):
            size["layouts"] = partitions.measure(province, say)
            write(results, wanted.out)
    say("done")


def _machine() -> str:
    return (
        f"{date.today()} · Python {platform.python_version()} · {os.cpu_count()} cores · PostgreSQL {_asked('SHOW server_version')}"
    )


def _asked(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _settle() -> None:
    """What autovacuum does within the hour, before anything is timed."""
    from django.db import connection

    say("VACUUM ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _position_of_share(share: float) -> int:
    return int(_asked(f"SELECT percentile_disc({share}) WITHIN GROUP (ORDER BY position) FROM ledger_line"))


def tables() -> dict[str, dict[str, int]]:
    """Rows and bytes of the ledger and its summaries."""
    found = {}
    for name in ("ledger_line", "ledger_countedunit", "ledger_nodetotal", "ledger_personcount"):
        rows, heap, indexes = (
            _asked(f"SELECT count(*) FROM {name}"),
            _asked(f"SELECT pg_table_size('{name}')"),
            _asked(f"SELECT pg_indexes_size('{name}')"),
        )
        found[name] = {"rows": rows, "table_bytes": heap, "index_bytes": indexes}
    return found


def write(results: dict[str, Any], out: str) -> None:
    from bench.scale.telling import markdown

    name = Path(out) if out else HERE.parent / "results" / f"scale-{date.today()}"
    name.parent.mkdir(exist_ok=True)
    Path(f"{name}.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    text = markdown(results)
    Path(f"{name}.md").write_text(text)


if __name__ == "__main__":
    sys.exit(main())

"""``make bench``: every case of ``bench/cases`` in one process, as ratios, into ``bench/results/``.

``make bench ARGS="lesson_page autosave"`` runs the named ones and writes nothing. ``BENCH_DATABASE_URL`` names an empty
PostgreSQL to run them on; "× in CPU" then tells of this process alone.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))


def main() -> int:
    wanted = sys.argv[1:]
    known = sorted(path.stem for path in (HERE / "cases").glob("*.py") if path.stem != "__init__")
    unknown = set(wanted) - set(known)
    if unknown:
        print(f"no case named {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        os.environ |= {"LMS_VAR_DIR": folder, "LMS_WORLD": "bench", "DJANGO_SETTINGS_MODULE": "bench.settings"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        return run(wanted or known, write=not wanted)


def run(names: list[str], *, write: bool) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    import lms.celery  # noqa: F401
    from bench.frame import measure, table
    from bench.world import Bench

    _database()
    call_command("createcachetable", verbosity=0)
    bench, results, failed = Bench(), [], []
    for name in names:
        case = import_module(f"bench.cases.{name}")
        print(f"· {name} …", flush=True)
        try:
            results.append(measure(name, case.FLOOR, case.TARGET, case.prepare(bench)))
        except Exception:  # the other cases still tell their figures
            traceback.print_exc()
            failed.append(name)
    engine = connection.Database.__name__.partition(".")[0]
    machine = f"{timezone.localdate()} · Python {platform.python_version()} · {os.cpu_count()} cores · {engine} · medians"
    text = table(results, machine)
    print("\n" + text)
    if failed:
        print(f"✗ {', '.join(failed)}", file=sys.stderr)
        return 1
    if write:
        folder = HERE / "results"
        folder.mkdir(exist_ok=True)
        rows = [result.as_dict() for result in results]
        (folder / f"{timezone.localdate()}.json").write_text(
            json.dumps({"machine": machine, "cases": rows}, ensure_ascii=False, indent=1)
        )
        (folder / "latest.md").write_text(f"# Bench\n\n{text}")
    return 0


def _database() -> None:
    """The suite's migrated template where there is one, else a migration of its own."""
    from django.conf import settings
    from django.core.management import call_command

    from tests.conftest import TEMPLATES, _migrations_hash

    template = TEMPLATES / f"{_migrations_hash()}.sqlite3"
    if template.exists() and not os.environ.get("BENCH_DATABASE_URL"):
        shutil.copyfile(template, settings.DATABASES["default"]["NAME"])
        return
    print("· migrating a scratch database …", flush=True)
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())

"""``make bench-load ARGS="--candidates 500 --minutes 3"``: a sitting under load while the server's processes are killed.

Ends with 0 when every confirmed answer is in the database and everybody was marked once, with 1 otherwise. The figures go to
``bench/results/load-<date>.md`` and ``.json``; ``--quiet`` writes nothing and prints the figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))


def main() -> int:
    asked = _asked()
    from bench.load import nodes

    with tempfile.TemporaryDirectory(prefix="lms-load-") as folder, nodes.shape(Path(folder), asked.like) as (cluster, web):
        import django

        django.setup()
        from bench.load import judge, world

        _say(asked, f"· {asked.candidates} candidates take their seats …")
        hall = world.build(asked.candidates, is_migrated=bool(asked.like))
        cluster.harden()
        web.start()
        web.wait()
        run = asyncio.run(_sit(asked, hall, cluster, web))
        cluster.kill()  # once more, before anything is read
        cluster.start()
        verdict = judge.judge(cluster.url, hall, run["candidates"])
        if not judge.is_awake(cluster.url, hall, run["candidates"]):
            verdict.faults.append("the judge believed a false witness")
        if asked.keep_log:
            Path(asked.keep_log).write_bytes(web.log.read_bytes())
    return _report(asked, run, verdict)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="a sitting under load while processes are killed")
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=3.0, help="from when the last one has entered until the last hands in")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two answers of a candidate, on average")
    parser.add_argument("--arrive", type=float, default=20.0, help="seconds within which all of them come")
    parser.add_argument("--kill-every", type=float, default=6.0, help="seconds between two kills of a worker, on average; 0: none")
    parser.add_argument("--database-at", default="0.45,0.85", help="when the database is killed, as shares of the time")
    parser.add_argument("--master-at", default="0.65", help="when the whole web server is killed")
    parser.add_argument("--bare", type=float, default=0.1, help="share of answers followed by a bare update, the floor")
    parser.add_argument("--seed", type=int, default=20261130)
    parser.add_argument("--like", help="a migrated database to copy; without it a fresh one is migrated")
    parser.add_argument("--keep-log", help="where to leave the web server's log")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


async def _sit(asked: argparse.Namespace, hall: Any, cluster: Any, web: Any) -> dict[str, Any]:
    from bench.load.candidates import Candidate, Measured, watch_own_clock
    from bench.load.wire import Line

    lots, measured, line = random.Random(asked.seed), Measured(), Line(web.port)
    people = [Candidate(hall, session, line, measured, random.Random(lots.random())) for session in hall.sessions]
    ends: list[float] = []  # known once the last one has entered
    leaves = [lots.uniform(0.7, 1.0) * asked.minutes * 60 for _ in people]

    async def come(index: int) -> None:
        await asyncio.sleep(lots.uniform(0, asked.arrive))
        await people[index].sit(asked.every, lambda: ends[0] + leaves[index] if ends else None, asked.bare)

    began, busy = time.monotonic(), os.getloadavg()[0]  # how busy others keep the machine before anything begins
    clock = asyncio.create_task(watch_own_clock(measured))
    kills: Counter[str] = Counter()
    killer = asyncio.create_task(_kill_now_and_then(asked, lots, web, kills))
    sitting = asyncio.gather(*(come(index) for index in range(len(people))))
    try:
        while measured.entered < len(people) and not sitting.done():
            await asyncio.sleep(0.1)
        entered = time.monotonic()
        ends.append(entered)
        _say(asked, f"· all have entered after {entered - began:.0f} s; the database and the web server go …")
        blows = asyncio.create_task(_blows(asked, cluster, web, kills))
        await asyncio.gather(sitting, blows)  # a server that does not come up again ends the run
    finally:
        killer.cancel()
        clock.cancel()
        line.close()
    return {"candidates": people, "measured": measured, "kills": kills, "seconds": time.monotonic() - began, "busy": busy}


async def _kill_now_and_then(asked: argparse.Namespace, lots: random.Random, web: Any, kills: Counter[str]) -> None:
    """A random worker, every few seconds, from the first candidate to the last."""
    while asked.kill_every:
        await asyncio.sleep(lots.uniform(0.5, 1.5) * asked.kill_every)
        kills["web worker"] += await asyncio.to_thread(web.kill_one, lots)


async def _blows(asked: argparse.Namespace, cluster: Any, web: Any, kills: Counter[str]) -> None:
    """The database, and the web server as a whole, each at its time and up again at once."""
    began = time.monotonic()
    plan = [(float(at), "database") for at in asked.database_at.split(",") if at]
    plan += [(float(at), "web server") for at in asked.master_at.split(",") if at]
    for share, what in sorted(plan):
        await asyncio.sleep(max(0.0, began + share * asked.minutes * 60 - time.monotonic()))
        if what == "database":
            await asyncio.to_thread(cluster.kill)
            await asyncio.to_thread(cluster.start)
        else:
            await asyncio.to_thread(web.kill)
            await asyncio.to_thread(web.start)
            await asyncio.to_thread(web.wait)
        kills[what] += 1


def _report(asked: argparse.Namespace, run: dict[str, Any], verdict: Any) -> int:
    from bench.load import report

    told = report.told(asked, run, verdict)
    if asked.quiet:
        print(json.dumps(told, ensure_ascii=False))
    else:
        text = report.table(told)
        print(f"\n{text}")
        report.write(HERE.parent / "results", told, text)
    faults = [*verdict.faults, *run["measured"].wrong]
    for fault in faults[:20]:
        print(f"✗ {fault}", file=sys.stderr)
    return 1 if faults else 0


def _say(asked: argparse.Namespace, text: str) -> None:
    if not asked.quiet:
        print(text, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped then, too
    os.chdir(HERE.parent.parent)
    sys.exit(main())

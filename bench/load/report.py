"""The figures of a load run: as numbers, as a Markdown table, as files."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.load.nodes import THREADS, WORKERS

ORDER = [
    "autosave",
    "bare update",
    "answer given until confirmed",
    "sitting page",
    "start",
    "attempt page",
    "window",
    "look over",
    "hand in",
    "result",
]


def at(seconds: Sequence[float], share: float) -> float:
    """The nearest-rank percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


def told(asked: argparse.Namespace, run: dict[str, Any], verdict: Any) -> dict[str, Any]:
    measured, people = run["measured"], run["candidates"]
    return {
        "machine": f"{dt.date.today()} · Python {platform.python_version()} · {os.cpu_count()} cores, clients included · "
        f"load {run['busy']:.1f} · "
        f"PostgreSQL with fsync · gunicorn {WORKERS} workers × {THREADS} threads",
        "candidates": len(people),
        "handed_in": sum(one.handed_in for one in people),
        "seconds": round(run["seconds"]),
        "every": asked.every,
        "kills": dict(run["kills"]),
        "answers_sent": sum(len(one.sent) for one in people),
        "answers_confirmed": verdict.answers_confirmed,
        "lost": verdict.answers_lost,
        "double_marks": verdict.double_marks,
        "faults": len(verdict.faults) + len(measured.wrong),
        "troubles": dict(measured.troubles.most_common()),
        "own_clock_p99_ms": round(at(measured.lag, 0.99), 1),
        "requests": {
            what: {
                "count": len(measured.seconds[what]),
                "p50_ms": round(at(measured.seconds[what], 0.5), 1),
                "p99_ms": round(at(measured.seconds[what], 0.99), 1),
                "max_ms": round(at(measured.seconds[what], 1.0), 1),
            }
            for what in ORDER
            if what in measured.seconds
        },
    }


def table(told: dict[str, Any]) -> str:
    kills = ", ".join(f"{count} × {what}" for what, count in told["kills"].items())
    rows = [
        f"{told['machine']}\n",
        f"{told['candidates']} candidates, {told['handed_in']} handed in, {told['seconds']} s, an answer every "
        f"{told['every']:g} s; killed: {kills}.\n",
        f"**{told['answers_confirmed']} items confirmed ({told['answers_sent']} answers sent): {told['lost']} lost. "
        f"{told['double_marks']} marked twice. {told['faults']} faults.**\n",
        "| Request | Count | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|",
    ]
    for what, figures in told["requests"].items():
        rows.append(
            f"| {what} | {figures['count']} | {figures['p50_ms']:.0f} | {figures['p99_ms']:.0f} | {figures['max_ms']:.0f} |"
        )
    if {"autosave", "bare update"} <= told["requests"].keys():
        ours, bare = told["requests"]["autosave"], told["requests"]["bare update"]
        rows.append(
            f"\nAn autosave against the bare update beside it: p50 × {ours['p50_ms'] / bare['p50_ms']:.2f}, "
            f"p99 × {ours['p99_ms'] / bare['p99_ms']:.2f}."
        )
    troubles = "; ".join(f"{count} × {what}" for what, count in told["troubles"].items()) or "none"
    rows.append(f"\nTried again: {troubles}. The bench's own clock rang up to {told['own_clock_p99_ms']:.0f} ms late (p99).")
    return "\n".join(rows) + "\n"


def write(folder: Path, told: dict[str, Any], text: str) -> None:
    folder.mkdir(exist_ok=True)
    name = f"load-{dt.date.today()}"
    (folder / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1))
    (folder / f"{name}.md").write_text(f"# A sitting under load\n\n{text}")

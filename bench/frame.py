"""How a case is measured: ours and its floor, one after the other in each round of the same run; medians; their ratio.

Bare seconds of a shared machine say nothing, a ratio within one run does. A case is a file in ``bench/cases``:
``FLOOR`` (what it is compared with), ``TARGET`` (the ratio to reach) and ``prepare(world) -> Pair``.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import brotli
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

Work = Callable[[], Any]


@dataclass
class Pair:
    """``ours`` and ``floor`` do one unit of work each. ``page``: the address whose weight and queries are also told."""

    ours: Work
    floor: Work
    page: str | None = None
    client: Client | None = None
    rounds: int = 30
    note: str = ""


@dataclass
class Result:
    name: str
    floor: str
    target: float
    ratio: float
    ours_ms: float
    floor_ms: float
    cpu_ratio: float  # of this process's own work: tells how far a busy machine has bent the other one
    rounds: int
    queries: int | None = None
    floor_queries: int | None = None
    page_bytes: int | None = None
    first_view_bytes: int | None = None
    first_view_requests: int | None = None
    note: str = ""

    @property
    def reached(self) -> bool:
        return self.ratio <= self.target

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "reached": self.reached}


def measure(name: str, floor: str, target: float, pair: Pair) -> Result:
    """Warm both up, count queries once, then time them in turn, the first of a round alternating."""
    queries = _queries(pair.ours, long=pair.rounds == 1)
    floor_queries = _queries(pair.floor, long=pair.rounds == 1)
    times: dict[str, list[float]] = {"ours": [], "floor": []}
    cpu: dict[str, list[float]] = {"ours": [], "floor": []}
    works = {"ours": pair.ours, "floor": pair.floor}
    for turn in range(pair.rounds):
        for which in ("ours", "floor") if turn % 2 else ("floor", "ours"):
            began, worked = time.perf_counter(), time.process_time()
            works[which]()
            times[which].append(time.perf_counter() - began)
            cpu[which].append(time.process_time() - worked)
    ours, bare = statistics.median(times["ours"]), statistics.median(times["floor"])
    worked = statistics.median(cpu["ours"]) / max(statistics.median(cpu["floor"]), 1e-6)
    result = Result(
        name, floor, target, ours / bare, ours * 1000, bare * 1000, worked, pair.rounds, queries, floor_queries, note=pair.note
    )
    if pair.page and pair.client:
        weight = first_view(pair.client, pair.page)
        result.page_bytes, result.first_view_bytes, result.first_view_requests = weight.page, weight.total, weight.requests
    return result


def _queries(work: Work, *, long: bool) -> int:
    """Counted when warm; work of minutes is warmed up by being counted."""
    if not long:
        work()
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


@dataclass
class Weight:
    page: int
    total: int
    requests: int
    parts: dict[str, int] = field(default_factory=dict)


ASSET = re.compile(r"""<(?:link[^>]+?href|script[^>]+?src|img[^>]+?src|source[^>]+?src|use[^>]+?href)=["']([^"'#]+)""", re.I)
STYLE_ASSET = re.compile(r"""url\(["']?([^"')#]+)""")
IGNORED = re.compile(r'rel=["\'](?:canonical|alternate|next|prev)')


def first_view(client: Client, address: str) -> Weight:
    """What a browser with an empty cache fetches for one page: the page, and each style, script and picture it names, as
    nginx or WhiteNoise send them (brotli where it helps)."""
    body = client.get(address).content
    html = "\n".join(line for line in body.decode().split("<") if line and not IGNORED.search(line))
    html = "<" + html.replace("\n", "\n<")
    weight = Weight(page=len(body), total=_wire(address, body), requests=1)
    waiting, seen = [m for m in ASSET.findall(html)], set()
    while waiting:
        url = waiting.pop()
        if url in seen or url.startswith("data:"):
            continue
        seen.add(url)
        content = _fetch(client, url)
        weight.parts[url] = _wire(url, content)
        weight.total += weight.parts[url]
        weight.requests += 1
        if url.split("?")[0].endswith(".css"):
            base = url.rpartition("/")[0]
            waiting += [_join(base, ref) for ref in STYLE_ASSET.findall(content.decode()) if not ref.startswith("data:")]
    return weight


def _fetch(client: Client, url: str) -> bytes:
    if url.startswith("/static/"):
        found = finders.find(url.removeprefix("/static/").split("?")[0])
        if not found:
            raise RuntimeError(f"the page names {url}, which does not exist")
        with open(found, "rb") as handle:  # noqa: PTH123
            return handle.read()
    answer = client.get(url)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _join(base: str, ref: str) -> str:
    while ref.startswith("../"):
        base, ref = base.rpartition("/")[0], ref[3:]
    return ref if ref.startswith("/") else f"{base}/{ref}"


def _wire(url: str, content: bytes) -> int:
    """Bytes sent: text is compressed, pictures and fonts are not."""
    if re.search(r"\.(png|jpe?g|webp|avif|gif|woff2?)$", url.split("?")[0]):
        return len(content)
    return min(len(content), len(brotli.compress(content, quality=9)))


def table(results: list[Result], machine: str) -> str:
    """The results as a Markdown table."""
    head = (
        "| Case | × floor | × in CPU | Target | Ours ms | Floor ms | Queries (floor) | First view | Floor |\n" + "|---" * 9 + "|\n"
    )
    rows = []
    for r in results:
        weight = f"{r.first_view_bytes / 1000:.0f} kB, {r.first_view_requests} requests" if r.first_view_bytes else ""
        mark = "✓" if r.reached else "✗"
        queries = "" if r.queries is None else f"{r.queries} ({r.floor_queries})"
        told = f"{r.floor}; {r.note}" if r.note else r.floor
        cells = [
            r.name,
            f"{r.ratio:.2f} {mark}",
            f"{r.cpu_ratio:.2f}",
            f"≤ {r.target:g}",
            f"{r.ours_ms:.2f}",
            f"{r.floor_ms:.2f}",
            queries,
            weight,
            told,
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return f"{machine}\n\n{head}" + "\n".join(rows) + "\n"

"""Candidates: each does what the attempt page's script does (``exams/static/exams/attempt.js``), and remembers what it was told.

Every answer stands in a journal until the server has confirmed it; it is sent again with the same sequence number after a pause
that doubles; a newer answer to the item takes its place with a higher one. One hands in when the journal is empty, and clicks
twice.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.load.wire import Broken, Browser, Line, Reply
from bench.load.world import Asked, Hall

KNOWN = re.compile(r'<script id="exam-known" type="application/json">(.*?)</script>', re.S)
TYPING, FIRST_PAUSE, LONGEST_PAUSE = 0.25, 1.0, 15.0  # seconds, as in the script


@dataclass
class Measured:
    """Seconds by kind of request, what went wrong, and whether everybody is in."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)  # what a candidate saw that must not be
    entered: int = 0
    lag: list[float] = field(default_factory=list)  # how late the bench's own clock rings: its part in every figure

    def took(self, what: str, since: float) -> None:
        self.seconds.setdefault(what, []).append(time.perf_counter() - since)


@dataclass(slots=True)
class Entry:
    sequence: int
    answer: str
    at: int
    since: float


class Candidate:
    """One sitter. ``sent`` holds every answer ever put on the wire, ``told`` the highest sequence the server confirmed."""

    def __init__(self, hall: Hall, session: str, line: Line, measured: Measured, lots: random.Random) -> None:
        self.hall, self.measured, self.lots = hall, measured, lots
        self.browser = Browser(line, session)
        self.attempt = ""
        self.window = f"{lots.getrandbits(96):024x}"
        self.journal: dict[int, Entry] = {}
        self.standing: dict[int, int] = {}
        self.sent: dict[tuple[int, int], str] = {}
        self.told: dict[int, int] = {}
        self.wake = asyncio.Event()
        self.is_over = False
        self.handed_in = 0

    async def enter(self) -> None:
        """The sitting's page, the click on begin, the attempt's page, and the window that writes."""
        sitting = f"/exams/sittings/{self.hall.sitting}/"
        await self._insist("sitting page", lambda: self.browser.get(sitting), 200)
        begun = await self._insist("start", lambda: self.browser.post(f"{sitting}start/"), 302)
        self.attempt = begun.location
        await self.open_page()
        self.measured.entered += 1

    async def open_page(self) -> None:
        """Load, or load again: the server must know all that it has ever confirmed."""
        page = await self._insist("attempt page", lambda: self.browser.get(self.attempt), 200)
        found = KNOWN.search(page.body.decode())
        assert found is not None
        self._compare({int(n): (row[0], row[1]) for n, row in json.loads(found[1])["answers"].items()})
        claim = {"window": self.window, "device": self.window[:12]}
        taken = await self._insist("window", lambda: self.browser.post(f"{self.attempt}window/", claim), 200)
        if taken.json()["state"] != "open":
            self.measured.wrong.append(f"{self.attempt} the window is {taken.json()['state']}")

    async def sit(self, every: float, until: Callable[[], float | None], bare: float) -> None:
        """Answer about ``every`` seconds until the time that ``until`` tells once it is known; then hand in, twice."""
        await self.enter()
        sending = asyncio.create_task(self._keep_sending())
        reload_at = self.lots.randint(3, 12) if self.lots.random() < 0.1 else 0
        while (end := until()) is None or time.monotonic() < end:
            await asyncio.sleep(self.lots.uniform(0.5, 1.5) * every)
            self._answer(self.lots.choice(self.hall.items))
            if self.lots.random() < bare:
                await self._bare()
            reload_at -= 1
            if reload_at == 0 and not self.journal:
                await self.open_page()
        self.is_over = True
        self.wake.set()
        await sending
        await self._insist("look over", lambda: self.browser.get(f"{self.attempt}submit/"), 200)
        first, second = await asyncio.gather(self._hand_in(), self._hand_in())  # a double click
        if not (first == second == f"{self.attempt}result/"):
            self.measured.wrong.append(f"{self.attempt} handed in and led to {first} and {second}")
        await self._insist("result", lambda: self.browser.get(f"{self.attempt}result/"), 200)
        self.handed_in = 1

    # --- the journal

    def _answer(self, item: Asked) -> None:
        count = self.lots.randint(1, 4) if item.is_multiple else 1
        answer = "".join(sorted(self.lots.sample(item.letters, count)))
        if self.lots.random() < 0.6:  # otherwise hardly anybody would earn a point
            answer = "".join(sorted(item.keys))
        now, before = int(time.time() * 1000), self.journal.get(item.number)
        sequence = max(self.standing.get(item.number, 0) + 1, before.sequence + 1 if before else 0, now)
        self.journal[item.number] = Entry(sequence, answer, now, time.perf_counter())
        self.wake.set()

    async def _keep_sending(self) -> None:
        pause = FIRST_PAUSE
        while not self.is_over or self.journal:
            if not self.journal:
                await self.wake.wait()
            self.wake.clear()
            await asyncio.sleep(0 if self.is_over else TYPING)
            if not self.journal:
                continue
            try:
                await self._send()
                pause = FIRST_PAUSE
            except Broken as error:
                self.measured.troubles[f"autosave: {error}"] += 1
                try:
                    await asyncio.wait_for(self.wake.wait(), pause)
                except TimeoutError:
                    pass
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _send(self) -> None:
        batch = dict(list(self.journal.items())[:100])
        self.sent |= {(number, entry.sequence): entry.answer for number, entry in batch.items()}
        rows = [[number, entry.sequence, entry.answer, entry.at, 0] for number, entry in batch.items()]
        began = time.perf_counter()
        reply = await self.browser.post(f"{self.attempt}answers/", sent={"w": self.window, "a": rows})
        told = reply.json() if reply.status == 200 else {}
        if told.get("state") != "open" or told["refused"]:
            self.measured.wrong.append(f"{self.attempt} an autosave was answered {reply.status} {reply.body[:200]!r}")
            raise Broken(str(reply.status))
        self.measured.took("autosave", began)
        for number, sequence in ((int(n), s) for n, s in told["saved"].items()):
            self.told[number] = max(self.told.get(number, 0), sequence)
            self.standing[number] = max(self.standing.get(number, 0), sequence)
            entry = self.journal.get(number)
            if entry is not None and entry.sequence <= sequence:
                del self.journal[number]
                self.measured.took("answer given until confirmed", entry.since)

    def _compare(self, known: dict[int, tuple[int, str]]) -> None:
        """The server may hold what it could not confirm in time; never less, and never anything else."""
        for number, confirmed in self.told.items():
            if known.get(number, (0, ""))[0] < confirmed:
                self.measured.wrong.append(f"{self.attempt} item {number}: confirmed {confirmed}, shown {known.get(number)}")
        for number, (sequence, answer) in known.items():
            if self.sent.get((number, sequence)) != answer:
                self.measured.wrong.append(f"{self.attempt} item {number}: {answer} was never sent as {sequence}")
            self.standing[number] = sequence

    # --- the rest

    async def _hand_in(self) -> str:
        return (await self._insist("hand in", lambda: self.browser.post(f"{self.attempt}submit/"), 302)).location

    async def _bare(self) -> None:
        """The floor, in the same run and under the same load: a signed-in view that changes one row."""
        began = time.perf_counter()
        try:
            reply = await self.browser.post("/bench/update/", {"value": int(time.time() * 1000)})
        except Broken as error:
            self.measured.troubles[f"bare update: {error}"] += 1
            return
        assert reply.json() == {"saved": 1}, reply.body[:200]
        self.measured.took("bare update", began)

    async def _insist(self, what: str, ask: Callable[[], Awaitable[Reply]], status: int) -> Reply:
        """As a person does: click again until the page comes."""
        while True:
            began = time.perf_counter()
            try:
                reply = await ask()
            except Broken as error:
                self.measured.troubles[f"{what}: {error}"] += 1
                await asyncio.sleep(self.lots.uniform(1, 3))
                continue
            if reply.status != status:
                raise AssertionError(f"{what}: {reply.status} {reply.location} {reply.body[-300:]!r}")
            self.measured.took(what, began)
            return reply


async def watch_own_clock(measured: Measured) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.1)
        measured.lag.append(time.perf_counter() - began - 0.1)

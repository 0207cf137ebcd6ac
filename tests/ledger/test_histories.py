"""Any history at all: every cell of every cut equals a slow recount in pandas, at its end and as of a moment within it.

Imports, corrections, merges and their undoing, persons who move, divisions that change, locks and what comes late. Additive
parents equal the sum of their children in the boundaries of then and of now; persons equal a recount of distinct people at
every node; what was reported at a position is reported at it for ever, byte for byte. ``HISTORIES=500`` tries longer.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections import Counter

import pandas as pd
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from lms.core import positions
from lms.ledger import selectors, services
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import Line
from lms.ledger.verifying import verify
from lms.places.changing import Heir, change_division
from lms.places.models import Division, DivisionChange
from lms.programmes import services as programmes
from lms.reports import canonical
from lms.reports.breakdown import breakdown
from lms.reports.dimensions import ALL
from tests.factories import ledger as book
from tests.factories.world import World
from tests.ledger import recount
from tests.ledger.test_summaries import ACTS, History, days, small

START, END = dt.date(2022, 1, 1), dt.date(2022, 12, 31)
MORE = st.one_of(
    ACTS,
    ACTS,
    ACTS,
    st.tuples(st.just("import_roster"), small, small, st.lists(small, min_size=1, max_size=4, unique=True), small),
    st.tuples(st.just("move"), small, small),
    st.tuples(st.just("change"), st.integers(0, 3), days),
    st.tuples(st.just("hold_funded"), small, days, small),
    st.tuples(st.just("report")),
)


class LongHistory(History):
    """What ``History`` does, and what offices, mayors and cabinets do. ``reports`` keeps what was reported on the way."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.categories = [
            None,
            *(programmes.create_category(division=self.world.province, code=f"c{n}", name=f"类{n}", by=book.BY) for n in range(2)),
        ]
        self.changes = 0
        self.reports: list[tuple[int, str, str]] = []
        for occasion in range(3):  # something to count, whatever follows
            for who in range(4):
                self.attend(who, occasion, who % 2, 180, (who + occasion) % 4)

    def import_roster(self, occasion, slot, people, category):
        """A whole sheet at once, in one posting."""
        if (planned := self.slot_of(occasion, slot)) is None:
            return False
        drafts = [
            book.draft(
                Kind.ATTENDED,
                planned.posted_on,
                occasion_label=book.CLASS,
                occasion=planned.occasion,
                slot=planned.slot,
                person=self.cast[who],
                minutes=planned.minutes,
                mode=Mode(planned.mode),
                category=self.categories[category % 3],
            )
            for who in people
        ]
        with transaction.atomic():
            services.post(drafts, by=book.BY)
        return None

    def move(self, who, where):
        """Moved house: what they did stays where it was."""
        self.cast[who].division = self.places[where]
        self.cast[who].save(update_fields=["division"])

    def change(self, which, day):
        """The county is recoded, moved to the next prefecture, split, or taken in by its neighbour; whoever lies there goes on
        under the new row."""
        w, n = self.world, self.changes
        before, neighbour = (Division.objects.select_related("parent").get(pk=self.places[place].pk) for place in (1, 2))
        if (which == 2 and n) or (which == 3 and before == neighbour):
            return False
        heirs = {
            0: [Heir(f"53068{n}", "鲁甸市", w.prefecture)],
            1: [Heir(f"53058{n}", "鲁甸县", w.other_prefecture)],
            2: [Heir("530671", "南鲁县", w.prefecture), Heir("530672", "北鲁县", w.other_prefecture)],
            3: [Heir(neighbour.code, neighbour.name, neighbour.parent)],
        }[which]
        made = change_division(before=before, heirs=heirs, happened_on=day, source="测试", by=w.system)
        self.changes += 1
        self.places[1] = made[0]
        self.done[f"change:{which}"] += 1
        return None

    def hold_funded(self, occasion, day, funder):
        tags = [("funder", f"f{funder}"), ("topic", f"t{funder % 2}")]
        book.line(
            Kind.HELD,
            day,
            division=self.places[occasion],
            topic="class",
            occasion=self.occasions[occasion],
            occasion_label=book.CLASS,
            mode=Mode.FACE_TO_FACE,
            tags=tags,
        )

    def report(self):
        position = positions.closed()
        for code, by in (("5306", "division"), ("53", "sex"), ("5306", "category")):
            self.reports.append((position, f"{code}:{by}", told(self.world.divisions[code], by, position)))


def told(place, by, position):
    basis = selectors.default_basis(END)
    found = breakdown(division=place, start=START, end=END, basis=basis, position=position, by=by)
    return canonical.as_json(found) + canonical.as_csv(found)


def cut(place, by, position, **more):
    basis = selectors.default_basis(END)
    return breakdown(division=place, start=START, end=END, basis=basis, position=position, by=by, **more)


def units_at(position: int) -> pd.DataFrame:
    lines = recount.frame(position)
    units = recount.person_times(lines)
    tags = recount.occasion_tags(position)
    for name in ("funder", "topic"):
        units[name] = [tags.get((occasion, name), "") for occasion in units["occasion"]]
    return units[[START <= day <= END for day in units["day"]]] if len(units) else units


def check_cuts(places, position: int) -> None:
    """Every dimension of each place against the recount, and the rows against their total."""
    units = units_at(position)
    names = recount.category_codes()
    for place in places:
        mine = units[units["path"].str.startswith(place.path)] if len(units) else units
        for by in ALL:
            found = cut(place, by, position)
            assert sum(row.person_times for row in found.rows) == found.total.person_times == len(mine), (place.code, by)
            assert found.total.persons == mine["human"].nunique(), (place.code, by)
            assert sum(row.minutes for row in found.rows) == found.total.minutes
            if by in ("division", "programme"):
                continue
            column = {"month": [f"{day:%Y%m}" for day in mine["day"]], "category": [names[c] for c in mine["category"]]}
            keys = list(column.get(by, mine.get(by, [])))
            by_key = pd.DataFrame({"key": keys, "human": list(mine["human"])}).groupby("key")["human"]
            expected = by_key.agg(["size", "nunique"])
            got = {row.key: (row.person_times, row.persons) for row in found.rows if row.person_times}
            assert got == {key: (size, distinct) for key, size, distinct in expected.itertuples()}, (place.code, by)


def check_boundaries(world, position: int) -> None:
    """In the boundaries of now: each unit lies where its division lies today, or in what holds all that it became."""
    units = units_at(position)
    where = recount.paths_now(position, END)
    lines = recount.frame(position)
    learning = lines[lines["kind"].isin(["attended", "studied"])]
    shown = [where.get(division, path) for division, path in zip(units["division"], units["path"], strict=True)]
    for place in (world.province, world.prefecture, world.other_prefecture):
        mine = units[[path.startswith(place.path) for path in shown]] if len(units) else units
        found = cut(place, "division", position, boundaries_on=END)
        assert (found.total.person_times, found.total.persons) == (len(mine), mine["human"].nunique())
        assert found.total.minutes == sum(
            row["minutes"]
            for row in learning.to_dict("records")
            if where.get(row["division_id"], row["division__path"]).startswith(place.path) and START <= row["posted_on"] <= END
        )
        assert sum(row.person_times for row in found.rows) == found.total.person_times


def check_late(world, position: int) -> None:
    """As now known: January with what happened in January and was posted later."""
    first, last = dt.date(2022, 1, 1), dt.date(2022, 1, 31)
    lines = recount.frame(position)
    happened = [recount.local_day(moment) for moment in lines["happened_to"]]
    pairs = zip(lines["posted_on"], happened, strict=True)
    lines["posted_on"] = [h if posted > last and first <= h <= last else posted for posted, h in pairs]
    learning = lines[lines["kind"].isin(["attended", "studied"])]
    inside = learning[[first <= day <= last for day in learning["posted_on"]]] if len(learning) else learning
    basis = selectors.default_basis(END)
    found = breakdown(division=world.nation, start=first, end=last, basis=basis, position=position, late=True)
    assert found.total.minutes == inside["minutes"].sum()


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=int(os.environ.get("HISTORIES", "8")),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    before=st.lists(MORE, min_size=8, max_size=25),
    change=st.tuples(st.integers(0, 3), days),
    after=st.lists(MORE, min_size=8, max_size=25),
)
def test_any_history_is_told_as_a_recount_tells_it(world, before, change, after):
    for verb, count in live_through(world, before, change, after).items():
        if count:
            event(verb)


def live_through(world, before, change, after) -> Counter[str]:
    """Perform a history and check it; returns which acts it held."""
    with transaction.atomic():
        history = LongHistory(world)
        for verb, *args in before:
            history.act(verb, *args)
        history.report()
        middle = positions.closed()
        history.act("change", *change)  # learnt after the report, and often dated before it
        for verb, *args in after:
            history.act(verb, *args)
        history.report()
        now = positions.closed()
        check_cuts([world.nation, world.province, world.prefecture], now)
        check_cuts([world.nation], middle)
        check_boundaries(history.world, now)
        check_late(history.world, now)
        for position, what, text in history.reports:
            code, by = what.split(":")
            assert told(history.world.divisions[code], by, position) == text, what
        services.refresh_summaries()
        assert [fault.where for fault in verify().faults if not fault.where.startswith(("heads", "chain"))] == []
        late = Line.objects.filter(sign=1).values_list("happened_to", "posted_on")
        history.done["late"] = sum(timezone.localdate(happened) < posted for happened, posted in late)
        transaction.set_rollback(True)
    return history.done


JANUARY, MARCH = dt.date(2022, 1, 20), dt.date(2022, 3, 1)
EVERYDAY = [
    ("plan", 3, JANUARY, 90, "online", None),
    ("attend", 3, 3, 0, 90, 1),
    ("complete", 0, 1, JANUARY),
    ("study", 1, 2, JANUARY, 60),
    ("hold", 2, JANUARY),
    ("hold_funded", 0, JANUARY, 1),
    ("license", 0, JANUARY, 70),
    ("heads", 1, JANUARY, 3),
    ("import_roster", 1, 0, [0, 1, 2, 3], 1),
    ("merge", 0, 1),
    ("move", 2, 3),
    ("reverse", 9),
    ("report",),
    ("refresh",),
    ("lock", 1, 202201),
    ("attend", 2, 0, 1, 90, 1),  # late: the county's January is locked
    ("identify", 3, 0, 1, 0),
]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "change, after",
    [
        ((0, dt.date(2022, 2, 1)), [("unmerge", 0), ("change", 1, MARCH), ("change", 3, dt.date(2022, 4, 1)), ("report",)]),
        ((2, dt.date(2022, 2, 1)), [("unmerge", 0), ("import_roster", 0, 1, [0, 3], 2), ("report",)]),
    ],
    ids=["recoded, moved, merged", "split"],
)
def test_a_history_that_holds_every_kind_of_act(world, change, after):
    """What chance draws is told by ``--hypothesis-show-statistics``; these hold everything at once, in each run."""
    done = live_through(world, EVERYDAY, change, after)
    wanted = {verb for verb, *_args in (*EVERYDAY, *after)} | {
        f"change:{which}" for verb, *args in after if verb == "change" for which in args[:1]
    }
    assert not wanted - set(done), "refused, or nothing to act on"
    assert done["late"]


def test_the_histories_change_divisions(world):
    """The door used above does what the histories need."""
    history = LongHistory(world)
    history.change(1, dt.date(2022, 2, 1))
    assert DivisionChange.objects.exists()
    assert history.places[1].path == "/53/5305/530580/"
    assert uuid.UUID(str(history.places[1].uuid))

"""The summaries equal the fold and a slow recount, whatever the history: plans, attendance, reversals, merges, late lines."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from lms.core import positions
from lms.core.errors import LmsError
from lms.ledger import selectors, services
from lms.ledger.kinds import Kind, Mode
from lms.ledger.models import CountedUnit, CountingBasis, Line, NodeTotal, PersonCount
from lms.people import services as people
from lms.people.models import Merge
from tests.factories import ledger as book
from tests.factories.world import World, make_person
from tests.ledger import recount

small = st.integers(0, 3)
days = st.integers(0, 120).map(lambda n: dt.date(2022, 1, 1) + dt.timedelta(days=n))
minutes = st.sampled_from([0, 30, 60, 90, 180])
ACTS = st.one_of(
    st.tuples(st.just("plan"), small, days, minutes, st.sampled_from(["face_to_face", "online"]), st.sampled_from([None, 50, 100])),
    st.tuples(st.just("attend"), small, small, small, minutes, small),
    st.tuples(st.just("attend"), small, small, small, minutes, small),
    st.tuples(st.just("complete"), small, small, days),
    st.tuples(st.just("study"), small, small, days, minutes),
    st.tuples(st.just("hold"), small, days),
    st.tuples(st.just("heads"), small, days, st.integers(1, 9)),
    st.tuples(st.just("identify"), small, small, small, small),
    st.tuples(st.just("license"), small, days, st.sampled_from([None, 20, 70])),
    st.tuples(st.just("reverse"), st.integers(0, 200)),
    st.tuples(st.just("merge"), small, small),
    st.tuples(st.just("unmerge"), small),
    st.tuples(st.just("lock"), small, st.integers(202201, 202204)),
    st.tuples(st.just("refresh")),
)


class History:
    """Performs acts on a small cast; an act that the rooms refuse is left out."""

    def __init__(self, world: World) -> None:
        """``world`` is one for all examples: each of them is undone."""
        self.world = w = world
        self.places = [w.township, w.county, w.other_county, w.foreign_county]
        sides = [("1", "01", "21", 1990), ("2", "05", "31", 1971), ("2", "01", "", 1961), ("0", "", "", None)]
        self.cast = [
            make_person(
                self.places[n],
                name=f"某人{n}",
                sex=sex,
                ethnic_group=ethnic_group,
                education=education,
                birth_date=born and dt.date(born, 6, 1),
            )
            for n, (sex, ethnic_group, education, born) in enumerate(sides)
        ]
        self.occasions = [uuid.uuid4() for _ in range(4)]
        self.courses = [uuid.uuid4() for _ in range(4)]
        self.slots: dict[int, list[Line]] = {n: [] for n in range(4)}
        self.done: Counter[str] = Counter()  # acts that were not refused and found something to act on
        for occasion in range(3):  # something to come to, whatever follows
            for day in (5, 6):
                self.plan(occasion, dt.date(2022, 1 + occasion, day), 180, "face_to_face", 50)
        self.heads(1, dt.date(2022, 1, 5), 3)

    def act(self, verb: str, *args: object) -> None:
        try:
            with transaction.atomic():
                done = getattr(self, verb)(*args)
        except LmsError:
            return
        if done is not False:
            self.done[verb] += 1

    def plan(self, occasion, day, length, mode, floor):
        facts = {} if floor is None else {"floor_percent": floor}
        self.slots[occasion].append(
            book.scheduled(self.occasions[occasion], day, self.places[occasion], minutes=length, mode=Mode(mode), facts=facts)
        )

    def slot_of(self, occasion: int, slot: int) -> Line | None:
        planned = self.slots[occasion]
        return planned[slot % len(planned)] if planned else None

    def attend(self, who, occasion, slot, length, where):
        if (planned := self.slot_of(occasion, slot)) is None:
            return False
        book.attended(self.cast[who], planned, minutes=length, division=self.places[where])
        return None

    def complete(self, who, course, day):
        book.completed_course(self.cast[who], self.courses[course], day)

    def study(self, who, course, day, length):
        book.studied(self.cast[who], self.courses[course], self.courses[0], day, length)

    def hold(self, where, day):
        book.line(Kind.HELD, day, division=self.places[where], topic="class", occasion=uuid.uuid4(), mode=Mode.FACE_TO_FACE)

    def heads(self, where, day, count):
        book.line(Kind.HEADCOUNT, day, division=self.places[where], quantity=count)

    def identify(self, who, occasion, slot, number):
        """One of the heads counted without names has one: a head less, an attendance more, in one transaction."""
        counted = list(Line.objects.standing().filter(kind=Kind.HEADCOUNT).order_by("position"))
        if not counted or (planned := self.slot_of(occasion, slot)) is None:
            return False
        heads = counted[number % len(counted)]
        services.reverse(heads, reason="认定", by=book.BY)
        if heads.quantity > 1:
            day = timezone.localdate(heads.happened_to)
            book.line(Kind.HEADCOUNT, day, division=heads.division, quantity=heads.quantity - 1)
        book.attended(self.cast[who], planned, division=heads.division)
        return None

    def license(self, who, day, lasts):
        facts = {} if lasts is None else {"valid_to": (day + dt.timedelta(days=lasts)).isoformat()}
        book.line(Kind.REGISTERED if lasts else Kind.LICENSED, day, person=self.cast[who], facts=facts)

    def reverse(self, number):
        lines = list(Line.objects.standing().exclude(kind="scheduled", occasion__isnull=True).order_by("position"))
        if not lines:
            return False
        services.reverse(lines[number % len(lines)], reason="更正", by=book.BY)
        return None

    def merge(self, one, other):
        people.merge(kept=self.cast[one], duplicate=self.cast[other], reason="同一人", by=book.BY)

    def unmerge(self, number):
        links = list(Merge.objects.filter(undoes__isnull=True).order_by("pk"))
        if not links:
            return False
        people.unmerge(merge=links[number % len(links)], reason="不是同一人", by=book.BY)
        return None

    def lock(self, where, period):
        services.lock_period(division=self.places[where], period=period, by=book.BY)

    def refresh(self):
        services.refresh_summaries()


def stored() -> tuple[dict, dict, set]:
    totals = {(t.measure, t.node, t.month, t.dimension, t.code): t.total for t in NodeTotal.objects.all()}
    persons = {(p.measure, p.node, p.span, p.dimension, p.code): p.persons for p in PersonCount.objects.all()}
    units = {(u.measure, u.person, u.occasion, u.slot, u.counted_on, u.path, u.mode, u.line) for u in CountedUnit.objects.all()}
    assert 0 not in totals.values() and 0 not in persons.values()
    return totals, persons, units


def of(totals: dict, measure: str) -> dict[tuple, int]:
    """(node, month, dimension, code) → total of one measure."""
    return {key: total for (name, *key), total in totals.items() if name == measure for key in [tuple(key)]}


def check_against_recount() -> None:
    totals, persons, _units = stored()
    lines = recount.frame()
    for code, units in (("class", recount.person_times(lines)), ("half_day", recount.half_days(lines))):
        measure = f"basis:{CountingBasis.objects.get(code=code).pk}"
        assert of(totals, measure) == recount.totals_at_every_node(units, recount.DIMENSIONS)
        mine = {key[1:]: count for key, count in persons.items() if key[0] == measure}
        assert mine == recount.distinct_at_every_node(units)
    acts = recount.acts(lines)
    learning = acts[acts.kind.isin(["attended", "studied"])]
    for measure, column in (("minutes", "minutes"), ("hundredths", "hour_hundredths")):
        assert of(totals, measure) == recount.totals_at_every_node(learning, recount.DIMENSIONS, of=column)
    for measure, counted in (
        ("classes", acts[(acts.kind == "held") & (acts.topic == "class")]),
        ("planned", acts[acts.kind == "scheduled"]),
        ("unnamed", acts[acts.kind == "headcount"]),
    ):
        assert of(totals, measure) == recount.totals_at_every_node(counted, ("mode", "category", "programme"), of="quantity")
    for measure, kind in (("licence", "licensed"), ("registration", "registered")):
        for node in ("/", "/53/", "/53/5306/530621/", "/51/"):
            for month, end in ((202201, dt.date(2022, 1, 31)), (202203, dt.date(2022, 3, 31)), (202205, dt.date(2022, 5, 31))):
                change = [
                    count
                    for (name, where, span, dimension, _code), count in persons.items()
                    if (name, where, dimension) == (measure, node, "stock") and int(span) <= month
                ]
                assert sum(change) == recount.stock_on(lines, kind, node, end)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=12, max_size=40))
def test_summaries_equal_fold_and_recount(world, acts):
    with transaction.atomic():
        history = History(world)
        for verb, *args in acts:
            history.act(verb, *args)
        services.refresh_summaries()
        refreshed = stored()
        check_against_recount()
        services.rebuild_summaries()
        assert stored() == refreshed
        position = positions.closed()
        for place in (history.world.nation, history.world.county, history.world.prefecture):
            scope = selectors.Scope.of(place, dt.date(2022, 1, 1), dt.date(2022, 12, 31), as_of=position)
            units = CountedUnit.objects.filter(
                measure=selectors.measure_of(selectors.default_basis()),
                path__startswith=place.path,
                counted_on__range=(scope.start, scope.end),
            )
            assert selectors.person_times(scope) == units.count()
            assert selectors.persons(scope) == units.values("person").distinct().count()
        transaction.set_rollback(True)
    for verb in history.done:
        event(verb)


@pytest.mark.django_db
def test_refresh_is_left_to_the_scheduler_when_far_behind(world):
    for _ in range(3):
        book.line(Kind.HEADCOUNT, dt.date(2022, 1, 1), division=world.county, quantity=2)
    assert services.refresh_summaries(at_most=2).lag == 3
    assert not NodeTotal.objects.exists()
    assert services.refresh_summaries(at_most=1000).lag == 0
    assert NodeTotal.objects.get(node=world.nation.path, dimension="mode").total == 6


@pytest.mark.django_db
def test_basis_stated_later_counts_what_stood_before(world):
    book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), dt.date(2022, 1, 3), world.county), minutes=10)
    services.refresh_summaries()
    basis = services.create_basis(
        code="any",
        name="到场即计",
        description="到场一次即计",
        kinds=[{"kind": "attended", "occasion": "courses.trainingclass"}],
        source="测试",
        by=book.BY,
    )
    services.refresh_summaries()
    assert NodeTotal.objects.get(measure=selectors.measure_of(basis), node=world.county.path, dimension="mode").total == 1


@pytest.mark.django_db
def test_totals_that_come_to_nothing_leave_no_row(world):
    planned = book.scheduled(uuid.uuid4(), dt.date(2022, 1, 3), world.county)
    line = book.attended(make_person(world.county), planned)
    book.line(Kind.HEADCOUNT, dt.date(2022, 1, 3), division=world.county, quantity=2)
    services.refresh_summaries()
    assert NodeTotal.objects.filter(dimension="sex").exists() and PersonCount.objects.exists()
    services.reverse(line, reason="更正", by=book.BY)
    services.reverse(planned, reason="更正", by=book.BY)
    services.refresh_summaries()
    assert set(NodeTotal.objects.values_list("measure", "total")) == {("unnamed", 2)}
    assert not PersonCount.objects.exists() and not CountedUnit.objects.exists()

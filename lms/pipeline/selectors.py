"""Reads of the pipeline: the funnel of a division on a day, whom each number stands for, and the proof of each stage."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from lms.ledger.models import Line
from lms.people import selectors as people
from lms.people.models import Person
from lms.pipeline.models import Conversion, Cursor, StageSpell
from lms.pipeline.states import SIDE_EXITS, Aspect, Stage
from lms.places import selectors as places
from lms.places.models import Division


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a funnel: who is in it on the day, who ever came into it by then, who left it by a side exit and is out."""

    stage: Stage
    now: int
    ever: int
    out: int

    @property
    def label(self) -> str:
        return str(self.stage.label)


@dataclass(frozen=True, slots=True)
class Funnel:
    division: Division
    on: dt.date
    position: int
    steps: tuple[Step, ...]
    enrolled: int  # in a cultivation programme on the day, supervised or not
    enrolled_licensed: int  # of those, licensed on the day: shown, not assumed
    unsupervised: int  # of those, without a countersigned supervision
    converted: int  # conversions of the day's year, up to the day

    @property
    def widest(self) -> int:
        return max((step.now for step in self.steps), default=0)

    def step(self, stage: int) -> Step:
        return self.steps[stage]


def facts_of(found: Funnel) -> dict[str, Any]:
    """The funnel as plain values, for commands and other systems."""
    return {
        "division": found.division.code,
        "name": str(found.division),
        "on": found.on.isoformat(),
        "position": found.position,
        "unit": "persons",
        "stages": [
            {"stage": s.stage.value, "name": s.label, "now": s.now, "ever": s.ever, "out_by_side_exit": s.out} for s in found.steps
        ],
        "enrolled_in_cultivation": found.enrolled,
        "enrolled_and_licensed": found.enrolled_licensed,
        "enrolled_without_supervision": found.unsupervised,
        "converted_this_year": found.converted,
    }


def spells_in(division: Division) -> QuerySet[StageSpell]:
    rows = StageSpell.objects.all()
    return rows if division.path == "/" else rows.filter(division__path__startswith=division.path)


def on_day(rows: QuerySet[StageSpell], on: dt.date) -> QuerySet[StageSpell]:
    return rows.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def funnel(division: Division, on: dt.date) -> Funnel:
    """The numbers of a division and all below it on a day. Persons, each once a stage; stages are not added to each other."""
    inside = spells_in(division)
    main = inside.filter(aspect=Aspect.MAIN)
    now = _by_stage(on_day(main, on))
    ever = _by_stage(main.filter(starts_on__lte=on))
    out = {stage: members(division, on, stage=stage, which="out").count() for stage in (1, 3, 5, 7, 8)}
    return Funnel(
        division=division,
        on=on,
        position=position(),
        steps=tuple(Step(stage, now.get(stage, 0), ever.get(stage, 0), out.get(stage, 0)) for stage in Stage),
        enrolled=members(division, on, which="enrolled").count(),
        enrolled_licensed=members(division, on, which="enrolled_licensed").count(),
        unsupervised=members(division, on, which="unsupervised").count(),
        converted=conversions(division, on.replace(month=1, day=1), on).count(),
    )


def position() -> int:
    """Up to which ledger position the numbers are current."""
    cursor = Cursor.objects.first()
    return cursor.position if cursor else 0


def _by_stage(rows: QuerySet[StageSpell]) -> dict[int, int]:
    return dict(rows.order_by().values("stage").annotate(n=Count("person_id", distinct=True)).values_list("stage", "n"))


def by_child(division: Division, on: dt.date) -> list[tuple[Division, dict[int, int]]]:
    """Each child division with its persons by stage on the day, in one query a level of code. A parent is at most their sum."""
    children = list(places.children_of(division, on=on))
    found: dict[str, dict[int, int]] = {}
    for length in {len(child.path) for child in children}:
        inside = on_day(spells_in(division).filter(aspect=Aspect.MAIN), on).annotate(at=Substr("division__path", 1, length))
        rows = inside.order_by().values("at", "stage").annotate(n=Count("person_id", distinct=True))
        for at, stage, n in rows.values_list("at", "stage", "n"):
            found.setdefault(at, {})[stage] = n
    return [(child, found.get(child.path, {})) for child in children]


def members(division: Division, on: dt.date, *, stage: int | None = None, which: str = "now") -> QuerySet[Person]:
    """The persons behind a number: as many rows as the number says.

    ``which``: now, ever, out (left by a side exit and not in it on the day), enrolled, enrolled_licensed, unsupervised.
    """
    mine = StageSpell.objects.filter(person=OuterRef("pk"))
    if division.path != "/":
        mine = mine.filter(division__path__startswith=division.path)
    main = mine.filter(aspect=Aspect.MAIN)
    everybody = Person.objects.all()
    if which in ("enrolled", "enrolled_licensed", "unsupervised"):
        found = everybody.filter(Exists(on_day(mine.filter(aspect=Aspect.ENROLLED), on)))
        if which == "enrolled_licensed":
            return found.filter(Exists(on_day(main.filter(stage=Stage.LICENSED), on)))
        if which == "unsupervised":
            return found.filter(~Exists(on_day(main.filter(stage=Stage.CULTIVATED), on)))
        return found
    of_stage = main.filter(stage=-1 if stage is None else stage)
    if which == "ever":
        return everybody.filter(Exists(of_stage.filter(starts_on__lte=on)))
    if which == "out":
        left = of_stage.filter(ends_on__lt=on, way_out__in=SIDE_EXITS)
        return everybody.filter(Exists(left), ~Exists(on_day(of_stage, on)))
    return everybody.filter(Exists(on_day(of_stage, on)))


def conversions(division: Division, start: dt.date, end: dt.date) -> QuerySet[Conversion]:
    """转化 of a span, both days included."""
    rows = Conversion.objects.filter(happened_on__gte=start, happened_on__lte=end)
    rows = rows if division.path == "/" else rows.filter(division__path__startswith=division.path)
    return rows.select_related("person__division", "division").order_by("happened_on", "pk")


# -- who can be moved one step ---------------------------------------------------------------------------------------------------

WORKLIST = ("untrained", "unsupervised", "eligible", "lapsing", "unregistered", "expiring", "short")


def worklist(division: Division, on: dt.date, what: str) -> QuerySet[Person]:
    """People one act away from the next stage, or about to fall out of the one they are in."""
    mine = StageSpell.objects.filter(person=OuterRef("pk"), aspect=Aspect.MAIN)
    if division.path != "/":
        mine = mine.filter(division__path__startswith=division.path)

    def now(*stages: int) -> Exists:
        return Exists(on_day(mine.filter(stage__in=stages), on))

    soon = on + dt.timedelta(days=90)
    everybody = Person.objects.filter(erased_at__isnull=True)
    if what == "untrained":
        return everybody.filter(now(Stage.ON_BOOKS, Stage.IN_DUTIES), ~now(Stage.TRAINED))
    if what == "unsupervised":
        return members(division, on, which="unsupervised")
    if what == "eligible":
        return everybody.filter(now(Stage.ELIGIBLE), ~now(Stage.REGISTERED_FOR_EXAM, Stage.LICENSED))
    if what == "lapsing":
        until = mine.filter(stage=Stage.REGISTERED_FOR_EXAM, way_out="window_lapsed", ends_on__gte=on)
        return everybody.filter(Exists(until.filter(starts_on__lte=on, ends_on__lte=dt.date(on.year, 12, 31))))
    if what == "unregistered":
        return everybody.filter(now(Stage.LICENSED), ~now(Stage.REGISTERED))
    ending = mine.filter(stage=Stage.REGISTERED, starts_on__lte=on, ends_on__gte=on)
    if what == "expiring":
        return everybody.filter(Exists(ending.filter(ends_on__lte=soon)))
    if what == "short":
        within_year = ending.filter(ends_on__lte=on + dt.timedelta(days=365))
        return everybody.filter(Exists(within_year), ~now(Stage.EDUCATION_MET))
    return everybody.none()


# -- one person --------------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class PersonStage:
    """One stage of one person with its spells and the lines that prove them."""

    stage: Stage
    spells: list[StageSpell]
    proof: list[Line]
    on: dt.date

    @property
    def state(self) -> str:
        """now, past, later or none."""
        if any(s.starts_on <= self.on and (s.ends_on is None or s.ends_on >= self.on) for s in self.spells):
            return "now"
        if any(s.starts_on <= self.on for s in self.spells):
            return "past"
        return "later" if self.spells else "none"

    @property
    def since(self) -> dt.date | None:
        return min((s.starts_on for s in self.spells), default=None)

    @property
    def last(self) -> StageSpell | None:
        return max(self.spells, key=lambda s: (s.starts_on, s.pk), default=None)


def stages_of(person: Person, on: dt.date) -> list[PersonStage]:
    """Every stage of somebody with its evidence; three queries."""
    spells = list(
        StageSpell.objects.filter(person_id__in=people.ids_of(person) | {person.pk}, aspect=Aspect.MAIN).select_related("division")
    )
    wanted = {line for spell in spells for line in spell.evidence}
    lines = {str(line.uuid): line for line in lines_by_uuid(wanted)}
    found = []
    for stage in Stage:
        mine = [s for s in spells if s.stage == stage]
        proof = {line: lines[line] for spell in mine for line in spell.evidence if line in lines}
        found.append(PersonStage(stage, mine, sorted(proof.values(), key=lambda x: (x.happened_to, x.position)), on))
    return found


def lines_by_uuid(wanted: Iterable[str]) -> QuerySet[Line]:
    keys = [uuids.UUID(text) for text in wanted]
    return Line.objects.filter(uuid__in=keys[:2000]).select_related("division", "programme", "organisation", "post")


def conversion_of(person: Person) -> Conversion | None:
    return Conversion.objects.filter(person_id__in=people.ids_of(person) | {person.pk}).select_related("division").first()


def with_stage(page: Iterable[Person], on: dt.date) -> list[tuple[Person, Any]]:
    """Each person of a page with the highest stage they are in on the day; one query for the page."""
    shown = list(page)
    highest: dict[int, int] = {}
    rows = on_day(StageSpell.objects.filter(person_id__in=[p.pk for p in shown], aspect=Aspect.MAIN), on)
    for person, stage in rows.values_list("person_id", "stage"):
        highest[person] = max(stage, highest.get(person, -1))
    return [(p, Stage(highest[p.pk]) if p.pk in highest else None) for p in shown]

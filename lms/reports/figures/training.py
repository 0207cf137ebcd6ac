"""Figures of training: person-times, persons trained, classes, sessions, events, cases, hours, categories."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from lms.ledger import selectors
from lms.ledger.kinds import LEARNING, MODE_LABELS, Kind
from lms.ledger.models import HourScheme, Line
from lms.programmes.models import Category
from lms.reports.figures.registry import Answer, Ask, figure, line_uuids, of_people

CLASS = "courses.trainingclass"


@figure(
    "person_times",
    title=_("培训人次"),
    unit="person_times",
    meaning=_("按所选统计口径计数的人次，只计具名的；未具名人数另列。可按方式和对象类别取一部分。"),
    kinds=(Kind.ATTENDED, Kind.COMPLETED),
    arguments=(MODE_LABELS, None),
    by_basis=True,
)
def person_times(ask: Ask) -> Answer:
    units = selectors.counted(ask.scope, ask.basis)
    if ask.arguments:
        units = [u for u in units if u.mode == ask.arguments[0]]
    if len(ask.arguments) > 1:
        wanted = set(Category.objects.filter(code=ask.arguments[1]).values_list("pk", flat=True))
        units = [u for u in units if u.category in wanted]
    detail = {"persons": selectors.distinct(units)}
    if not ask.arguments:
        detail["unnamed"] = selectors.unnamed(ask.scope)
    return Answer(value=len(units), lines=line_uuids(u.line for u in units), detail=detail)


@figure(
    "persons_trained",
    title=_("培训人数"),
    unit="persons",
    meaning=_("时期内按所选统计口径至少计 1 人次的人，每人只计一次；合并的人员按截至时点所知算作一人。"),
    kinds=(Kind.ATTENDED, Kind.COMPLETED),
    by_basis=True,
)
def persons_trained(ask: Ask) -> Answer:
    units = selectors.counted(ask.scope, ask.basis)
    first: dict[int, int] = {}
    for unit in sorted(units, key=lambda u: (u.counted_on, u.line)):
        first.setdefault(unit.person, unit.line)
    return of_people(first, detail={"person_times": len(units)})


@figure(
    "classes",
    title=_("班次"),
    unit="classes",
    meaning=_("时期内办结的培训班次。"),
    kinds=(Kind.HELD,),
)
def classes(ask: Ask) -> Answer:
    return _quantities(ask, Kind.HELD, topic="class")


@figure(
    "sessions",
    title=_("课次"),
    unit="sessions",
    meaning=_("时期内举办的课次（半天），可按方式取一部分。课次不是班次，也不是场次。"),
    kinds=(Kind.HELD,),
    arguments=(MODE_LABELS,),
)
def sessions(ask: Ask) -> Answer:
    more = {"mode": ask.arguments[0]} if ask.arguments else {}
    return _quantities(ask, Kind.HELD, topic="session", **more)


@figure(
    "events",
    title=_("场次"),
    unit="events",
    meaning=_("时期内举办的某一类活动（县际交流、成果展示等）的场次。"),
    kinds=(Kind.HELD,),
    arguments=(None,),
    required=1,
)
def events(ask: Ask) -> Answer:
    return _quantities(ask, Kind.HELD, topic=f"event:{ask.arguments[0]}")


@figure(
    "cases_shared",
    title=_("分享案例"),
    unit="cases",
    meaning=_("时期内活动中分享的案例数。"),
    kinds=(Kind.CASES_SHARED,),
)
def cases_shared(ask: Ask) -> Answer:
    return _quantities(ask, Kind.CASES_SHARED)


@figure(
    "unnamed",
    title=_("未具名人数"),
    unit="person_times",
    meaning=_("只有人数、没有名单的人次，含期初数；以后具名时相应冲减，不会多计。"),
    kinds=(Kind.HEADCOUNT,),
)
def unnamed(ask: Ask) -> Answer:
    return _quantities(ask, Kind.HEADCOUNT)


@figure(
    "credit_hours",
    title=_("学时"),
    unit="hundredths_of_credit_hours",
    meaning=_("出勤和线上学习的分钟按入账时所在地的折算办法折成的学时，以百分之一学时计；已折算的不重算。"),
    kinds=LEARNING,
    arguments=(MODE_LABELS,),
)
def credit_hours(ask: Ask) -> Answer:
    answer = _learnt(ask, "hour_hundredths")
    schemes = HourScheme.objects.filter(pk__in=_lines(ask).filter(kind__in=LEARNING).values("hour_scheme"))
    return replace(
        answer, detail={"credit_hours": _two(answer.value, 100), "schemes": sorted(schemes.values_list("code", flat=True))}
    )


@figure(
    "learning_minutes",
    title=_("小时"),
    unit="minutes",
    meaning=_("出勤和线上学习的时长，以分钟计；六十分钟为一小时，不折算。"),
    kinds=LEARNING,
    arguments=(MODE_LABELS,),
)
def learning_minutes(ask: Ask) -> Answer:
    answer = _learnt(ask, "minutes")
    return replace(answer, detail={"clock_hours": _two(answer.value, 60)})


@figure(
    "categories_in_use",
    title=_("培训对象类别"),
    unit="categories",
    meaning=_("时期内在班次报名或出勤中用到的对象类别数；类别属于报名，不属于人。"),
    kinds=(Kind.ENROLLED, Kind.ATTENDED),
)
def categories_in_use(ask: Ask) -> Answer:
    lines = _lines(ask).filter(kind__in=[Kind.ENROLLED, Kind.ATTENDED], occasion_label=CLASS, category__isnull=False)
    first: dict[int, int] = {}
    for line, category in lines.order_by("position").values_list("pk", "category_id"):
        first.setdefault(category, line)
    return Answer(value=len(first), lines=line_uuids(first[pk] for pk in sorted(first)))


def _lines(ask: Ask):  # type: ignore[no-untyped-def]
    return Line.objects.as_of(ask.position).within(ask.division).posted(ask.start, ask.end)


def _quantities(ask: Ask, kind: str, **conditions: str) -> Answer:
    rows = list(_lines(ask).filter(kind=kind, **conditions).order_by("position").values_list("uuid", "quantity"))
    return Answer(value=sum(q for _u, q in rows), lines=[u for u, _q in rows], quantities=[q for _u, q in rows])


def _learnt(ask: Ask, column: str) -> Answer:
    """The lines that are worth something, each with how much."""
    lines = _lines(ask).filter(kind__in=LEARNING, **{f"{column}__gt": 0})
    if ask.arguments:
        lines = lines.filter(mode=ask.arguments[0])
    rows = list(lines.order_by("position").values_list("uuid", column))
    return Answer(value=sum(n for _u, n in rows), lines=[u for u, _n in rows], quantities=[n for _u, n in rows])


def _two(value: int | dict[str, int], unit: int) -> str:
    """Whole units to two places, as people write them."""
    assert isinstance(value, int)
    return str((Decimal(value) / unit).quantize(Decimal("0.01"), ROUND_HALF_UP))

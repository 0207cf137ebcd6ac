"""Figures of people on their way: under cultivation, completed, licensed, in a supervision team, on a station's staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.ledger.querysets import LineQuerySet
from lms.ledger.summaries import lapse_of
from lms.places.models import PostKind
from lms.reports.figures.registry import DAY, Answer, Ask, figure, first_line_by_person, line_uuids, of_people

SUPERVISION_TEAM = ("supervision_team", "local_supervision_team")
CADRES = "cadre"


def _standing(ask: Ask, *kinds: str) -> LineQuerySet:
    return Line.objects.as_of(ask.position).filter(kind__in=kinds, person__isnull=False)


def _until(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def under_cultivation(ask: Ask) -> LineQuerySet:
    """Lines of those whose cultivation began by the end of the period and had not ended before it began."""
    started = _standing(ask, Kind.CULTIVATION_STARTED).within(ask.division).filter(happened_to__lte=_until(ask.end))
    begin = timezone.make_aware(dt.datetime.combine(ask.start or ask.end, dt.time()))
    ended = _standing(ask, Kind.CULTIVATION_ENDED, Kind.CULTIVATION_COMPLETED).filter(happened_to__lt=begin)
    return started.exclude(source_uuid__in=ended.order_by().values("source_uuid"))


def _first(lines: LineQuerySet, position: int) -> dict[int, int]:
    return first_line_by_person(lines.order_by("happened_to", "position").values_list("pk", "person_id"), position)


@figure(
    "cadres_under_cultivation",
    title=_("在培养的基层干部"),
    unit="persons",
    meaning=_("时期内处于培养中的基层干部，每人计一次；对象类别代码以 cadre 开头或未分类别的参加者算作干部。"),
    kinds=(Kind.CULTIVATION_STARTED, Kind.CULTIVATION_ENDED, Kind.CULTIVATION_COMPLETED),
)
def cadres_under_cultivation(ask: Ask) -> Answer:
    return of_people(_cadres(ask))


def _cadres(ask: Ask) -> dict[int, int]:
    lines = under_cultivation(ask)
    return _first(lines.filter(category__isnull=True) | lines.filter(category__code__startswith=CADRES), ask.position)


@figure(
    "licensed_under_cultivation",
    title=_("在培养者中持证的人"),
    unit="persons",
    meaning=_("时期内处于培养中、到期末持有社会工作者职业资格证书的人，不论类别；与在培养干部的重叠另列，两数不可相加。"),
    kinds=(Kind.CULTIVATION_STARTED, Kind.CULTIVATION_ENDED, Kind.CULTIVATION_COMPLETED, Kind.LICENSED),
)
def licensed_under_cultivation(ask: Ask) -> Answer:
    cultivated = _first(under_cultivation(ask), ask.position)
    held = _holders(_standing(ask, Kind.LICENSED), ask)
    both = {person: line for person, line in held.items() if person in cultivated}
    overlap = len(both.keys() & _cadres(ask).keys())
    return of_people(both, detail={"also_cadres_under_cultivation": overlap})


def _holders(lines: LineQuerySet, ask: Ask) -> dict[int, int]:
    rows = (
        lines.filter(happened_to__lte=_until(ask.end)).order_by("happened_to", "position").values_list("pk", "person_id", "facts")
    )
    valid: Iterable[tuple[int, int]] = (
        (pk, person) for pk, person, facts in rows if (lapse := lapse_of(facts)) is None or lapse >= ask.end
    )
    return first_line_by_person(valid, ask.position)


@figure(
    "licensed_stock",
    title=_("持证存量"),
    unit="persons",
    meaning=_("到某日持有社会工作者职业资格证书的人，每人计一次，按取得证书时所在地。"),
    kinds=(Kind.LICENSED,),
    timing=DAY,
)
def licensed_stock(ask: Ask) -> Answer:
    return of_people(_holders(_standing(ask, Kind.LICENSED).within(ask.division), ask))


@figure(
    "licences_gained",
    title=_("新增持证"),
    unit="persons",
    meaning=_("时期内取得证书的人，每人计一次，按取得证书时所在地。"),
    kinds=(Kind.LICENSED,),
)
def licences_gained(ask: Ask) -> Answer:
    lines = _standing(ask, Kind.LICENSED).within(ask.division).posted(ask.start, ask.end)
    return of_people(_first(lines, ask.position))


@figure(
    "registered_stock",
    title=_("登记存量"),
    unit="persons",
    meaning=_("到某日登记在有效期内的人，每人计一次。持证不等于已登记。"),
    kinds=(Kind.REGISTERED,),
    timing=DAY,
)
def registered_stock(ask: Ask) -> Answer:
    return of_people(_holders(_standing(ask, Kind.REGISTERED).within(ask.division), ask))


@figure(
    "supervision_team_members",
    title=_("本土督导培训团队成员"),
    unit="persons",
    meaning=_("到期末已聘入本地督导培训团队的人，每人计一次。"),
    kinds=(Kind.DESIGNATED,),
)
def supervision_team_members(ask: Ask) -> Answer:
    lines = _standing(ask, Kind.DESIGNATED).within(ask.division)
    return of_people(_first(lines.filter(topic__in=SUPERVISION_TEAM, happened_to__lte=_until(ask.end)), ask.position))


@figure(
    "cultivation_completed",
    title=_("培养期满合格"),
    unit="persons",
    meaning=_("时期内培养期满合格的人，每人计一次。"),
    kinds=(Kind.CULTIVATION_COMPLETED,),
)
def cultivation_completed(ask: Ask) -> Answer:
    lines = _standing(ask, Kind.CULTIVATION_COMPLETED).within(ask.division).posted(ask.start, ask.end)
    return of_people(_first(lines, ask.position))


STAFF = {PostKind.HEAD: "head", PostKind.SOCIAL_WORKER: "full_time", PostKind.SUPERVISOR: "supervisors"}


@figure(
    "station_staff",
    title=_("站点在岗人员"),
    unit="persons",
    meaning=_("到某日在社工站各类岗位上在岗的人：负责人、专职社工、督导分别计数，同一类每人计一次。"),
    kinds=(Kind.POST_STARTED, Kind.POST_ENDED),
    timing=DAY,
)
def station_staff(ask: Ask) -> Answer:
    started = _standing(ask, Kind.POST_STARTED).within(ask.division).filter(post__station__isnull=False)
    begin = timezone.make_aware(dt.datetime.combine(ask.end, dt.time()))
    ended = _standing(ask, Kind.POST_ENDED).filter(happened_to__lt=begin)
    present = started.filter(happened_to__lte=_until(ask.end)).exclude(source_uuid__in=ended.order_by().values("source_uuid"))
    value: dict[str, int] = {}
    lines = []
    for kind, name in STAFF.items():
        first = _first(present.filter(post__kind=kind), ask.position)
        value[name] = len(first)
        lines += line_uuids(first[pk] for pk in sorted(first))
    return Answer(value=value, lines=lines)

"""The funnel, whom its numbers stand for, the worklist, and one person's path with its proof."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lms.accounts.roles import REPORTING
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import Missing
from lms.people import selectors as people
from lms.people.models import Person
from lms.pipeline import selectors, services
from lms.pipeline.states import Stage
from lms.places import selectors as places
from lms.places.models import Division

PER_PAGE = 40
AT_ONCE = 300  # people folded while a page is asked for; more are left to the scheduled task
WHICH = {
    "now": gettext_lazy("现有"),
    "ever": gettext_lazy("曾达到"),
    "out": gettext_lazy("已退出"),
    "enrolled": gettext_lazy("已入培养项目"),
    "enrolled_licensed": gettext_lazy("已入培养项目且持证"),
    "unsupervised": gettext_lazy("已入培养项目、尚无双方签字的督导"),
}
TODO = {
    "untrained": (gettext_lazy("在册未参训"), gettext_lazy("安排进培训班或线上课程")),
    "unsupervised": (gettext_lazy("在培养、还没有督导"), gettext_lazy("建立督导协议，并在督导后双方签字")),
    "eligible": (gettext_lazy("够条件、没报考"), gettext_lazy("动员报名本年度资格考试")),
    "lapsing": (gettext_lazy("合格成绩年底失效"), gettext_lazy("提醒补考其余科目")),
    "unregistered": (gettext_lazy("持证、没登记"), gettext_lazy("办理登记")),
    "expiring": (gettext_lazy("登记 90 天内到期"), gettext_lazy("办理再登记")),
    "short": (gettext_lazy("一年内到期、学时不足"), gettext_lazy("补足继续教育学时")),
}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _where(request: HttpRequest) -> tuple[Division, dt.date]:
    """The division and day asked for; the actor's own and today by default. Outside is the same 404 as missing."""
    actor = _actor(request)
    try:
        day = dt.date.fromisoformat(request.GET.get("on", "") or clock.today().isoformat())
    except ValueError:
        raise Http404
    code = request.GET.get("division", "")
    try:
        division = places.division_in_scope(actor, code, *REPORTING, on=day) if code else places.home_of(actor, *REPORTING)
    except Missing:
        raise Http404
    if division is None:
        raise Http404
    return division, day


def _above(actor: Actor, division: Division) -> list[Division]:
    return [d for d in places.ancestors(division) if actor.covers(d.path, *REPORTING)]


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    services.catch_up(most=AT_ONCE)
    division, day = _where(request)
    found = selectors.funnel(division, day)
    below = [
        (child, [counts.get(stage.value, 0) for stage in Stage]) for child, counts in selectors.by_child(division, day) if counts
    ]
    context = {
        "funnel": found,
        "below": below,
        "stages": list(Stage),
        "above": _above(_actor(request), division),
        "behind": services.behind(),
        "todo": [(what, *TODO[what], selectors.worklist(division, day, what).count()) for what in selectors.WORKLIST],
    }
    return render(request, "pipeline/funnel.html", context)


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """The people behind one number of the funnel: as many as it says."""
    division, day = _where(request)
    which = request.GET.get("which", "now")
    if which not in WHICH:
        raise Http404
    stage = _stage(request.GET.get("stage", "")) if which in ("now", "ever", "out") else None
    rows = selectors.members(division, day, stage=stage, which=which)
    title = f"{stage.label} · {WHICH[which]}" if stage is not None else str(WHICH[which])
    return _people(request, rows, division, day, title)


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    services.catch_up(most=AT_ONCE)
    division, day = _where(request)
    what = request.GET.get("what", "")
    if not what:
        todo = [(key, *TODO[key], selectors.worklist(division, day, key).count()) for key in selectors.WORKLIST]
        return render(request, "pipeline/worklist.html", {"todo": todo, "division": division, "day": day})
    if what not in TODO:
        raise Http404
    rows = selectors.worklist(division, day, what)
    return _people(request, rows, division, day, str(TODO[what][0]), advice=str(TODO[what][1]))


@require_safe
def conversions(request: HttpRequest) -> HttpResponse:
    division, day = _where(request)
    rows = selectors.conversions(division, day.replace(month=1, day=1), day)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "pipeline/conversions.html", {"page_obj": page, "division": division, "day": day})


@require_safe
def person(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    actor = _actor(request)
    found = people.people_in(actor).filter(uuid=uuid).first() or _by_stage(actor, uuid)
    if found is None:
        raise Http404
    return _path(request, found, "pipeline/person.html")


def _by_stage(actor: Actor, uuid: uuids.UUID) -> Person | None:
    """Somebody on the books elsewhere who stands, or once stood, in a stage of the actor's divisions."""
    return (
        Person.objects.filter(uuid=uuid, erased_at__isnull=True)
        .filter(pk__in=selectors.StageSpell.objects.filter(actor.q("division__path", *REPORTING)).values("person"))
        .select_related("division", "organisation")
        .first()
    )


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的成长路径: one's own stages with their proof, and what comes next."""
    services.catch_up(most=AT_ONCE)
    me = people.person_of(_actor(request))
    if me is None:
        return render(request, "pipeline/mine.html", {"stages": None})
    return _path(request, me, "pipeline/mine.html")


def _path(request: HttpRequest, who: Person, template: str) -> HttpResponse:
    day = clock.today()
    stages = selectors.stages_of(who, day)
    reached = [s for s in stages if s.state in ("now", "past")]
    following = next((s for s in stages if s.state in ("none", "later") and s.stage > (reached[-1].stage if reached else -1)), None)
    context = {"person": who, "stages": stages, "conversion": selectors.conversion_of(who), "following": following, "day": day}
    return render(request, template, context)


def _people(request: HttpRequest, rows: Any, division: Division, day: dt.date, title: str, *, advice: str = "") -> HttpResponse:
    ordered = rows.select_related("division", "organisation").order_by("division__code", "name", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    shown = selectors.with_stage(page.object_list, day)
    context = {"page_obj": page, "rows": shown, "division": division, "day": day, "title": title, "advice": advice}
    return render(request, "pipeline/members.html", context)


def _stage(text: str) -> Stage:
    try:
        return Stage(int(text))
    except ValueError:
        raise Http404

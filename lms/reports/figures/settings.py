"""Figures of places: stations by tier, posts opened, organisations founded and in service. They open rows, not lines."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.places.boundaries import boundaries_of
from lms.places.models import Organisation, OrganisationKind, OrganisationService, Post, Station, Tier
from lms.places.selectors import open_on
from lms.reports.figures.registry import DAY, Answer, Ask, figure, of_rows

SOCIAL = (OrganisationKind.AGENCY, OrganisationKind.COMMUNITY)


@figure(
    "stations",
    title=_("社工站点"),
    unit="stations",
    meaning=_("到某日开办中的社工站点，可按层级（1—4）取一部分。"),
    timing=DAY,
    arguments=({str(tier.value): tier.label for tier in Tier},),
)
def stations(ask: Ask) -> Answer:
    """A station keeps the division it was opened in; on a day it stands where that division then lay."""
    here = boundaries_of(ask.end, position=ask.position).q(ask.division.path, by="division__path", id_field="division_id")
    rows = Station.objects.filter(here, open_on(ask.end), position__lte=ask.position)
    if ask.arguments:
        rows = rows.filter(tier=int(ask.arguments[0]))
    return of_rows(rows, Station)


@figure(
    "posts_opened",
    title=_("开发社工岗位"),
    unit="posts",
    meaning=_("时期内事业单位新设的社会工作岗位；岗位不是人。"),
)
def posts_opened(ask: Ask) -> Answer:
    rows = Post.objects.filter(
        division__path__startswith=ask.division.path,
        position__lte=ask.position,
        is_social_work=True,
        opened_on__range=(ask.start, ask.end),
        organisation__kind=OrganisationKind.PUBLIC_INSTITUTION,
    )
    return of_rows(rows, Post)


@figure(
    "organisations_founded",
    title=_("培育社会组织"),
    unit="organisations",
    meaning=_("时期内成立的社会工作机构和社区社会组织。"),
    arguments=({kind.value: kind.label for kind in OrganisationKind},),
)
def organisations_founded(ask: Ask) -> Answer:
    rows = Organisation.objects.filter(
        division__path__startswith=ask.division.path,
        position__lte=ask.position,
        founded_on__range=(ask.start, ask.end),
        kind__in=ask.arguments or SOCIAL,
    )
    return of_rows(rows, Organisation)


@figure(
    "organisations_in_service",
    title=_("在地服务队伍"),
    unit="organisations",
    meaning=_("时期内曾在该地开展服务的队伍和机构，每家计一次。"),
)
def organisations_in_service(ask: Ask) -> Answer:
    spells = OrganisationService.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=ask.start),
        division__path__startswith=ask.division.path,
        position__lte=ask.position,
        started_on__lte=ask.end,
    )
    return of_rows(Organisation.objects.filter(pk__in=spells.values("organisation_id")), Organisation)

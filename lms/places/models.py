"""Divisions (versioned), organisations, stations and the posts an organisation opens. No people.

Sources: GB/T 2260 codes as published by the National Bureau of Statistics; see ``data/divisions``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.core.models import Positioned, Record


class Level(models.IntegerChoices):
    NATION = 0, _("全国")
    PROVINCE = 1, _("省级")
    PREFECTURE = 2, _("市级")
    COUNTY = 3, _("县级")
    TOWNSHIP = 4, _("乡级")
    VILLAGE = 5, _("村级")


class Division(Record, Positioned):
    """One administrative division during one validity; a renamed, recoded or moved one is a new row (see DivisionChange).

    ``path`` is the chain of codes from the province down, ``/53/5306/530621/``. ``valid_from`` null means before our
    records, ``valid_to`` (the last valid day) null means today. ``is_statistical`` rows (市辖区, the doubled county of 东莞)
    exist for codes and are hidden from people. Holds no personal data.
    """

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField(choices=Level)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=64, db_index=True)  # scope is asked by prefix
    full_name = models.CharField(max_length=200)  # 云南省昭通市鲁甸县, statistical levels left out
    pinyin = models.CharField(max_length=200, blank=True)  # ludianxian
    initials = models.CharField(max_length=40, blank=True, db_index=True)  # ldx
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    is_statistical = models.BooleanField(default=False)

    class Meta:
        ordering = ("code",)
        indexes = [
            models.Index(fields=["parent", "code"], name="places_division_children"),
            models.Index(fields=["name"], name="places_division_name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["level", "code", "valid_from"], name="places_division_code_per_validity"),
            # one open row per level and code
            models.UniqueConstraint(fields=["level", "code"], condition=Q(valid_to__isnull=True), name="places_division_one_open"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="places_division_validity_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.name


class DivisionChange(Record, Positioned):
    """One step of a change of divisions: ``before`` became (part of) ``after`` on a day. Splits and merges are several rows.

    ``certainty`` says how well the day is known; a change known by its year alone is dated the last day of that year.
    """

    class Kind(models.TextChoices):
        RENAMED = "renamed", _("更名")
        RECODED = "recoded", _("改设（代码变更）")
        MOVED = "moved", _("改变隶属")
        SPLIT = "split", _("析出")
        MERGED = "merged", _("并入")

    class Certainty(models.TextChoices):
        DAY = "day", _("日期确定")
        YEAR = "year", _("仅知年份")

    before = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="changes_out")
    after = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="changes_in")
    happened_on = models.DateField()
    certainty = models.CharField(max_length=4, choices=Certainty, default=Certainty.DAY)
    kind = models.CharField(max_length=16, choices=Kind)
    source = models.CharField(max_length=200)  # the notice or list that says so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["before", "after", "happened_on"], name="places_change_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="places_change_not_itself"),
            models.CheckConstraint(condition=Q(certainty__in=["day", "year"]), name="places_change_certainty_known"),
        ]


class OrganisationKind(models.TextChoices):
    BUREAU = "bureau", _("民政及社会工作部门")
    AGENCY = "agency", _("社会工作服务机构")
    PUBLIC_INSTITUTION = "public_institution", _("事业单位")
    UNIVERSITY = "university", _("高校与培训机构")
    COMMUNITY = "community", _("社区社会组织")
    OUTSIDE_TEAM = "outside_team", _("外来支援队伍")
    OTHER = "other", _("其他")


class Organisation(Record, Positioned):
    """One organisation in a division; closed by ``closed_on``. Holds no personal data.

    A credit code (GB 32100) whose check digit fails is genuine now and then: it is kept with the reason somebody gave.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24, choices=OrganisationKind)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="organisations")
    credit_code = models.CharField(max_length=18, blank=True)
    credit_code_override_reason = models.CharField(max_length=200, blank=True)
    founded_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ("name",)
        indexes = [models.Index(fields=["division", "kind"], name="places_org_division")]
        constraints = [
            models.UniqueConstraint(fields=["division", "name"], name="places_org_once_per_division"),
            models.UniqueConstraint(fields=["credit_code"], condition=~Q(credit_code=""), name="places_org_credit_code_once"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(founded_on__isnull=True) | Q(closed_on__gte=F("founded_on")),
                name="places_org_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationService(Record, Positioned):
    """A team or agency in service in a division from–to (an outside team in Ludian, an operator of a project)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services_in")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="places_service_dates_ordered"
            ),
            models.UniqueConstraint(fields=["organisation", "division", "started_on"], name="places_service_once"),
        ]


class Tier(models.IntegerChoices):
    CITY = 1, _("一级（市级）")
    COUNTY = 2, _("二级（县级）")
    TOWN = 3, _("三级（乡镇、街道）")
    VILLAGE = 4, _("四级（村、社区）")


class Station(Record, Positioned):
    """A social-work station of tier 1–4 with its local label (社工总站, 社工服务站…); closed by ``closed_on``."""

    name = models.CharField(max_length=120)
    tier = models.PositiveSmallIntegerField(choices=Tier)
    label = models.CharField(max_length=40)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="stations")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ("tier", "name")
        indexes = [models.Index(fields=["division", "tier"], name="places_station_division")]
        constraints = [
            models.CheckConstraint(condition=Q(tier__in=[1, 2, 3, 4]), name="places_station_tier_known"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="places_station_dates_ordered"
            ),
            models.UniqueConstraint(fields=["division", "name"], name="places_station_once_per_division"),
        ]

    def __str__(self) -> str:
        return self.name


class StationOperator(Record, Positioned):
    """Who runs a station from–to; the spells of one station do not overlap (refused by the database on both engines)."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="operators")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="operates")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station"], condition=Q(ended_on__isnull=True), name="places_operator_one_open"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")), name="places_operator_dates_ordered"
            ),
        ]


class PostKind(models.TextChoices):
    HEAD = "head", _("站长（负责人）")
    DEPUTY = "deputy", _("副站长")
    SOCIAL_WORKER = "social_worker", _("专职社工")
    SUPERVISOR = "supervisor", _("督导")
    CIVIL_AFFAIRS = "civil_affairs", _("民政工作岗位")
    OTHER = "other", _("其他岗位")


class Post(Record, Positioned):
    """A post (岗位) that an organisation opens, maybe at a station. ``is_social_work`` marks posts with social-work duties."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="posts")
    station = models.ForeignKey(Station, null=True, on_delete=models.PROTECT, related_name="posts")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=PostKind)
    is_social_work = models.BooleanField(default=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(station__isnull=False), name="places_post_belongs_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="places_post_dates_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.title

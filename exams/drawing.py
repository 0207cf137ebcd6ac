"""What a blueprint may draw from, and whether it suffices: the pool with difficulty, wear and rest, the proof in sentences."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from exams import allocation, laws, rules
from exams.allocation import Assignment, Candidate, Cell, Shortfall
from exams.difficulty import Scale, difficulties_of, scale_in_force
from exams.models import Blueprint, BlueprintCell, ItemVersion, Paper, PaperItem, TemplateSection
from exams.selectors import drawable_banks
from exams.states import ItemKind, VersionState
from lms.core import clock
from lms.places.rules import upwards


@dataclass(frozen=True, slots=True)
class Pool:
    """Items that may be drawn now, the version each would be set in, and how many rest because they were used lately."""

    candidates: tuple[Candidate, ...]
    versions: dict[str, int]
    held_back: int
    digest: str


@dataclass(slots=True)
class Proof:
    """Whether the pool fills the blueprint. ``sentences`` are what is wrong; ``if_nobody_rested`` what would lack even then."""

    cells: list[Cell]
    pool: Pool
    assignment: Assignment
    faults: list[str]
    fitting: dict[str, int]
    if_nobody_rested: list[Shortfall] = field(default_factory=list)

    @property
    def is_feasible(self) -> bool:
        return not self.faults and not self.assignment.shortfalls

    @property
    def sentences(self) -> list[str]:
        said = [*self.faults, *(say(gap) for gap in self.assignment.shortfalls)]
        if self.assignment.shortfalls and self.pool.held_back and not self.if_nobody_rested:
            said.append(_("另有 %(count)s 道试题因近期用过暂不抽取；若放宽曝光控制，题量足够。") % {"count": self.pool.held_back})
        return said


def say(gap: Shortfall) -> str:
    """One exact shortfall as a sentence."""
    numbers = "、".join(gap.cells)
    facts = {"rows": numbers, "wanted": gap.wanted, "fitting": gap.fitting, "lacking": gap.lacking}
    if len(gap.cells) == 1:
        return _("第 %(rows)s 行要 %(wanted)s 题，符合条件的只有 %(fitting)s 题，缺 %(lacking)s 题。") % facts
    return _("第 %(rows)s 行合计要 %(wanted)s 题，符合其中任一行的只有 %(fitting)s 题，缺 %(lacking)s 题。") % facts


def prove(blueprint: Blueprint, *, seed: int = 0, copies: int = 1) -> Proof:
    """Match the blueprint with its pool; where it falls short, also without anybody resting."""
    rows = list(blueprint.cells.prefetch_related("chapters"))
    cells = [Cell(str(row.number), row.count) for row in rows]
    everything, held = _candidates(blueprint, rows)
    rested = _pool(everything, held)
    assignment = allocation.assign(cells, rested.candidates, seed=seed, copies=copies)
    fitting = {cell.key: sum(1 for one in rested.candidates if cell.key in one.cells) for cell in cells}
    proof = Proof(cells, rested, assignment, template_faults(blueprint, rows), fitting)
    if assignment.shortfalls and held:
        proof.if_nobody_rested = allocation.assign(cells, _pool(everything, set()).candidates, seed=seed).shortfalls
    return proof


def template_faults(blueprint: Blueprint, rows: Sequence[BlueprintCell]) -> list[str]:
    """Where the lines do not add up to the parts of the template."""
    if not rows:
        return [_("细目表还没有内容。")]
    if blueprint.template is None:
        return []
    sums: dict[tuple[str, int], int] = {}
    for row in rows:
        sums[row.kind, row.points] = sums.get((row.kind, row.points), 0) + row.count
    faults = []
    for part in blueprint.template.sections.all():
        have = sums.pop((part.kind, part.points), 0)
        if have != part.count:
            faults.append(
                _("模板的“%(title)s”应有 %(wanted)s 题、每题 %(points)s 分，细目表合计 %(have)s 题。")
                % {"title": part.title, "wanted": part.count, "points": rules.as_points(part.points), "have": have}
            )
    faults += [
        _("模板没有每题 %(points)s 分的%(kind)s题。") % {"points": rules.as_points(points), "kind": ItemKind(kind).label}
        for kind, points in sums
    ]
    return faults


def _candidates(blueprint: Blueprint, rows: Sequence[BlueprintCell]) -> tuple[list[tuple[Candidate, int]], set[str]]:
    """Every live item that is not stale, with the lines it fits; and the names of those that rest."""
    scale = scale_in_force()
    versions = ItemVersion.objects.filter(
        state=VersionState.LIVE,
        item__bank__in=drawable_banks(blueprint.path),
        item__case__isnull=True,  # a question of a case is set with its case, by hand
        kind__in={row.kind for row in rows},
    ).filter(Q(item__bank__subject=blueprint.subject) | Q(item__bank__subject=""))
    if blueprint.edition_id:
        versions = versions.filter(item__placements__edition_id=blueprint.edition_id)
    if blueprint.law_as_of:  # true of older law: stale until somebody looks at it again
        versions = versions.filter(Q(law_as_of__isnull=True) | Q(law_as_of__gte=blueprint.law_as_of))
    versions = laws.current(versions, blueprint.law_as_of).select_related("item").prefetch_related("item__placements")
    found = list(versions)
    known = difficulties_of([version.item_id for version in found], scale)
    used, resting = _wear(blueprint)
    parts = {(p.kind, p.points): p for p in blueprint.template.sections.all()} if blueprint.template else {}
    wanted = [(row, {chapter.pk for chapter in row.chapters.all()}, parts.get((row.kind, row.points))) for row in rows]
    candidates, held = [], set()
    for version in found:
        chapters = {p.chapter_id for p in version.item.placements.all() if p.edition_id == blueprint.edition_id}
        if not blueprint.edition_id:
            chapters = {p.chapter_id for p in version.item.placements.all()}
        facility = known.get(version.item_id)
        fits = {str(row.number) for row, want, part in wanted if _fits(version, row, want, chapters, facility, part, scale)}
        name = str(version.item.uuid)
        candidates.append((Candidate(name, frozenset(fits), used.get(version.item_id, 0), facility), version.pk))
        if version.item_id in resting:
            held.add(name)
    return candidates, held


def _fits(
    version: ItemVersion,
    row: BlueprintCell,
    wanted: set[int],
    chapters: set[int],
    facility: int | None,
    part: TemplateSection | None,
    scale: Scale,
) -> bool:
    if version.kind != row.kind or (wanted and not wanted & chapters):
        return False
    if version.kind == ItemKind.ESSAY and version.points != row.points:  # its marking points are worth what they are
        return False
    if row.band and (facility is None or scale.band(facility) != row.band):
        return False
    return part is None or not rules.section_faults(
        kind=version.kind,
        options_count=len(version.options),
        keys_count=len(version.keys),
        section_kind=part.kind,
        section_options=part.options_count,
        keys_min=part.keys_min,
        keys_max=part.keys_max,
    )


def _wear(blueprint: Blueprint) -> tuple[dict[int, int], set[int]]:
    """Item → in how many recent papers of the subject it stands; and which of them rest by the blueprint's two limits."""
    reach = Q(division__isnull=True) | Q(division__path__in=upwards(blueprint.path)) | Q(division__path__startswith=blueprint.path)
    papers = Paper.objects.filter(reach, subject=blueprint.subject).order_by("-id")
    since = clock.now() - dt.timedelta(days=blueprint.rate_days)
    recent = set(papers.filter(created_at__gte=since).values_list("pk", flat=True))
    last = set(papers.values_list("pk", flat=True)[: blueprint.rest_papers])
    used: dict[int, int] = {}
    resting: set[int] = set()
    for paper_id, item_id in PaperItem.objects.filter(paper_id__in=recent | last).values_list("paper_id", "item_version__item_id"):
        if paper_id in recent:
            used[item_id] = used.get(item_id, 0) + 1
        if paper_id in last:
            resting.add(item_id)
    if blueprint.max_rate_percent is not None and recent:
        resting |= {item for item, times in used.items() if times * 100 > blueprint.max_rate_percent * len(recent)}
    return used, resting


def _pool(everything: Sequence[tuple[Candidate, int]], held: set[str]) -> Pool:
    kept = sorted((pair for pair in everything if pair[0].name not in held), key=lambda pair: pair[0].name)
    lines = [f"{c.name}:{version}:{c.worn}:{c.facility}:{'+'.join(sorted(c.cells))}" for c, version in kept]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Pool(tuple(c for c, _version in kept), {c.name: version for c, version in kept}, len(held), digest)

"""Papers: composed from live items after a template, checked against it, opened, closed. An open paper never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from exams import laws, rules
from exams.models import ItemVersion, Paper, PaperItem, PaperSection, PaperTemplate, SyllabusEdition
from exams.selectors import drawable_items
from exams.services.cases import Placed, draw_cases, expanded, faults_in
from exams.services.marking import usual_rules
from exams.states import PAPER_MAKERS, PAPER_MOVES, ItemKind, PaperState, VersionState
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.places.models import Division


def create_paper(
    *,
    template: PaperTemplate,
    title: str,
    division: Division | None,
    by: Actor,
    items: Sequence[ItemVersion] = (),
    edition: SyllabusEdition | None = None,
    duration_minutes: int | None = None,
    pass_points: int | None = None,
    max_attempts: int | None = None,
    grace_seconds: int = 180,
    shuffle_options: bool = False,
    shows_keys: bool = True,
    law_as_of: dt.date | None = None,
    is_reserved: bool = False,
) -> Paper:
    """A draft paper with the template's parts; ``items`` fill them in the order given. Refuses what does not fit its part.

    ``is_reserved``: kept for sittings, so that nobody practises it before.
    """
    _require(by, division.path if division else "/")
    if not template.sections.exists():
        raise Refused(_("“%(name)s”的试卷结构还没有公布，不能组卷。") % {"name": template.name})
    if not title.strip():
        raise BadInput(_("请填写试卷名称。"))
    with transaction.atomic():
        paper = Paper.objects.create(
            division=division,
            template=template,
            edition=edition,
            subject=template.subject,
            title=title.strip(),
            duration_minutes=duration_minutes or template.duration_minutes,
            full_points=template.full_points,
            pass_points=template.pass_points if pass_points is None else pass_points,
            max_attempts=max_attempts,
            grace_seconds=grace_seconds,
            shuffle_options=shuffle_options,
            shows_keys=shows_keys,
            law_as_of=law_as_of,
            reserved_at=clock.now() if is_reserved else None,
            created_by=by.uuid,
        )
        PaperSection.objects.bulk_create(
            PaperSection(
                paper=paper,
                number=part.number,
                title=part.title,
                kind=part.kind,
                count=part.count,
                points=part.points,
                options_count=part.options_count,
                keys_min=part.keys_min,
                keys_max=part.keys_max,
                rule_id=part.rule_id,
                essay_rule_id=part.essay_rule_id,
            )
            for part in template.sections.all()
        )
        audit.record("exams.paper.created", paper, by=by, division_path=paper.path, template=template.code)
        if items:
            _fill(paper, items)
    return paper


def set_paper_items(*, paper: Paper, items: Sequence[ItemVersion], by: Actor) -> Paper:
    """Replace the items of a draft paper; the order given is the order within each part."""
    _require(by, paper.path)
    with transaction.atomic():
        locked = _draft(paper)
        PaperItem.objects.filter(paper=locked).delete()
        _fill(locked, items)
        audit.record("exams.paper.composed", locked, by=by, division_path=locked.path, items=len(items))
    return locked


def paper_shortfalls(paper: Paper) -> list[str]:
    """What the paper lacks before it may open, as sentences; empty when nothing."""
    lacks = []
    held: dict[int, int] = {}
    for section_id in PaperItem.objects.filter(paper=paper).values_list("section_id", flat=True):
        held[section_id] = held.get(section_id, 0) + 1
    for section in paper.sections.all():
        have = held.get(section.pk, 0)
        if have != section.count:
            lacks.append(
                _("%(title)s应有 %(wanted)s 题，现有 %(have)s 题。")
                % {"title": section.title, "wanted": section.count, "have": have}
            )
        by_people = section.kind == ItemKind.ESSAY
        if (section.essay_rule_id if by_people else section.rule_id) is None and section.kind != ItemKind.CASE:
            lacks.append(_("%(title)s没有评分规则。") % {"title": section.title})
    for number in stale_numbers(paper):
        lacks.append(_("第 %(number)s 题没有归入本版大纲的章节，已过时。") % {"number": number})
    changed = laws.outdated(ItemVersion.objects.filter(paper_items__paper=paper), paper.law_as_of or clock.today())
    for number in PaperItem.objects.filter(paper=paper, item_version__in=changed.values("pk")).values_list("number", flat=True):
        lacks.append(_("第 %(number)s 题所依据的法条已有新文本或已失效，请更换或出新版本。") % {"number": number})
    retired = PaperItem.objects.filter(paper=paper).exclude(item_version__state=VersionState.LIVE).values_list("number", flat=True)
    lacks += [_("第 %(number)s 题已停用或有新版本，请更换。") % {"number": number} for number in retired]
    return lacks


def stale_numbers(paper: Paper) -> list[int]:
    """Numbers of items without a place in the paper's edition of the syllabus; a question may have it from its case."""
    if paper.edition_id is None:
        return []
    own = Q(item_version__item__placements__edition_id=paper.edition_id)
    of_case = Q(item_version__item__case__placements__edition_id=paper.edition_id)
    placed = PaperItem.objects.filter(own | of_case, paper=paper)
    return list(PaperItem.objects.filter(paper=paper).exclude(pk__in=placed.values("pk")).values_list("number", flat=True))


def publish_paper(*, paper: Paper, by: Actor) -> Paper:
    """Open the paper to its learners. Refuses one that lacks something; afterwards nothing in it changes."""
    _require(by, paper.path)
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=paper.pk)
        if locked.state == PaperState.LIVE:
            return locked
        _check_move(locked, PaperState.LIVE)
        lacks = paper_shortfalls(locked)
        if lacks:
            raise Refused("".join(lacks[:5]))
        locked.state, locked.live_from = PaperState.LIVE, clock.now()
        locked.save(update_fields=["state", "live_from"])
        audit.record("exams.paper.opened", locked, by=by, division_path=locked.path)
    return locked


def retire_paper(*, paper: Paper, by: Actor) -> Paper:
    """Close the paper to new attempts; those under way go on."""
    _require(by, paper.path)
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=paper.pk)
        if locked.state == PaperState.RETIRED:
            return locked
        _check_move(locked, PaperState.RETIRED)
        locked.state, locked.retired_at = PaperState.RETIRED, clock.now()
        locked.save(update_fields=["state", "retired_at"])
        audit.record("exams.paper.retired", locked, by=by, division_path=locked.path)
    return locked


def _require(by: Actor, path: str) -> None:
    if not by.covers(path, *PAPER_MAKERS):
        raise Missing(_("没有找到。"))


def _draft(paper: Paper) -> Paper:
    locked = Paper.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=paper.pk)
    if locked.state != PaperState.DRAFT:
        raise Refused(_("试卷已经开放，不能再改动。"))
    return locked


def _check_move(paper: Paper, wanted: PaperState) -> None:
    if wanted not in PAPER_MOVES[paper.state]:
        raise Refused(
            _("此试卷现为“%(state)s”，不能改为“%(wanted)s”。") % {"state": PaperState(paper.state).label, "wanted": wanted.label}
        )


def _fill(paper: Paper, items: Sequence[ItemVersion]) -> None:
    """Put each item into the first part that takes its kind and has room; numbers run through the parts.

    A case brings its questions with it, whole, in their order and under the material as it stands now.
    """
    sections = list(paper.sections.all())
    held: dict[int, list[Placed]] = {section.pk: [] for section in sections}
    seen: set[int] = set()
    for placed in expanded(items):
        version = placed.version
        if version.state != VersionState.LIVE:
            raise Refused(_("试题“%(stem)s”还没有发布，不能入卷。") % {"stem": version.stem[:20]})
        if version.item_id in seen:
            raise Refused(_("试题“%(stem)s”重复入卷。") % {"stem": version.stem[:20]})
        seen.add(version.item_id)
        _section_for(placed, sections, held).append(placed)
    usual = usual_rules() if any(section.kind == ItemKind.CASE for section in sections) else {}
    number, rows = 0, []
    for section in sections:
        for placed in held[section.pk]:
            number += 1
            rows.append(
                PaperItem(
                    paper=paper,
                    section=section,
                    number=number,
                    item_version=placed.version,
                    case_version=placed.case,
                    rule=usual[placed.version.kind] if placed.case else None,
                    points=section.points,
                )
            )
    PaperItem.objects.bulk_create(rows)


def _section_for(placed: Placed, sections: Sequence[PaperSection], held: dict[int, list[Placed]]) -> list[Placed]:
    version, reasons = placed.version, list[str]()
    wanted = ItemKind.CASE if placed.case else version.kind
    for section in sections:
        faults = faults_in(section, version, in_case=placed.case is not None)
        if not faults and len(held[section.pk]) < section.count:
            return held[section.pk]
        if section.kind == wanted or not reasons:  # what the part of its kind says
            reasons = faults or [_("%(title)s已满 %(count)s 题。") % {"title": section.title, "count": section.count}]
    raise Refused(_("试题“%(stem)s”不能入卷：%(why)s") % {"stem": version.stem[:20], "why": reasons[0] if reasons else ""})


def draw_items(*, paper: Paper, seed: int, by: Actor) -> Paper:
    """Fill what a draft paper still lacks from its banks, spread over the chapters; the same seed draws the same items.

    Never draws an item that is stale for the paper's edition or already in it. What cannot be filled stays a shortfall.
    """
    _require(by, paper.path)
    with transaction.atomic():
        locked = _draft(paper)
        chosen = list(ItemVersion.objects.filter(paper_items__paper=locked).select_related("item").order_by("paper_items__number"))
        taken = {version.item_id for version in chosen}
        pool = {}
        for version in drawable_items(locked).prefetch_related("item__placements"):
            if version.item_id not in taken:
                pool[str(version.item.uuid)] = version
        sections = list(locked.sections.all())
        room = {section.pk: section.count for section in sections}
        for placed in expanded(chosen):
            fits = (s for s in sections if room[s.pk] and not faults_in(s, placed.version, in_case=placed.case is not None))
            if (section := next(fits, None)) is not None:
                room[section.pk] -= 1
        for section in sections:
            if section.kind == ItemKind.CASE:
                chosen += draw_cases([v for v in pool.values() if v.kind == ItemKind.CASE], room[section.pk], seed)
                continue
            candidates = [
                (name, str(next((p.chapter_id for p in version.item.placements.all()), 0)))
                for name, version in pool.items()
                if not faults_in(section, version)
            ]
            chosen += [pool.pop(name) for name in rules.draw(candidates, room[section.pk], seed)]
        PaperItem.objects.filter(paper=locked).delete()
        _fill(locked, chosen)
        audit.record("exams.paper.drawn", locked, by=by, division_path=locked.path, seed=seed, items=len(chosen))
    return locked

"""Blueprints: written down, proved feasible or short by so much, drawn into parallel papers that the same seed draws again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams import allocation, drawing
from exams.models import (
    Blueprint,
    BlueprintCell,
    MarkingRule,
    Paper,
    PaperDraw,
    PaperDrawnItem,
    PaperItem,
    PaperSection,
    PaperTemplate,
    SyllabusChapter,
    SyllabusEdition,
)
from exams.services.marking import usual_rules
from exams.states import PAPER_MAKERS, ItemKind
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused
from lms.core.ids import new_uuid
from lms.places.models import Division

LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class CellRow:
    """One line of a blueprint as it is written. ``points`` in hundredths; no chapter: any; band blank: any."""

    kind: str
    count: int
    points: int
    chapters: tuple[SyllabusChapter, ...] = ()
    band: str = ""
    rule: MarkingRule | None = None


def create_blueprint(
    *,
    title: str,
    division: Division | None,
    by: Actor,
    cells: Sequence[CellRow] = (),
    template: PaperTemplate | None = None,
    subject: str = "",
    edition: SyllabusEdition | None = None,
    law_as_of: dt.date | None = None,
    duration_minutes: int | None = None,
    pass_percent: int = 60,
    rest_papers: int = 0,
    max_rate_percent: int | None = None,
) -> Blueprint:
    """Write a blueprint. Refuses one without title, subject or time; whether items suffice is another question."""
    _require(by, division.path if division else "/")
    if not title.strip():
        raise BadInput(_("请填写细目表名称。"))
    subject = template.subject if template else subject
    minutes = duration_minutes or (template.duration_minutes if template else 0)
    if not subject or not minutes:
        raise BadInput(_("不用模板时，须填写考试科目和作答分钟数。"))
    with transaction.atomic():
        blueprint = Blueprint.objects.create(
            title=title.strip(),
            division=division,
            template=template,
            subject=subject,
            edition=edition,
            law_as_of=law_as_of,
            duration_minutes=minutes,
            pass_percent=pass_percent,
            rest_papers=rest_papers,
            max_rate_percent=max_rate_percent,
            created_by=by.uuid,
        )
        _write(blueprint, cells)
        audit.record("exams.blueprint.created", blueprint, by=by, division_path=blueprint.path, cells=len(cells))
    return blueprint


def set_cells(*, blueprint: Blueprint, cells: Sequence[CellRow], by: Actor) -> Blueprint:
    """Replace the lines. Papers drawn before keep what they were drawn by."""
    _require(by, blueprint.path)
    with transaction.atomic():
        locked = Blueprint.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=blueprint.pk)
        if locked.retired_at is not None:
            raise Refused(_("细目表已停用，不能再改。"))
        locked.cells.all().delete()
        _write(locked, cells)
        audit.record("exams.blueprint.revised", locked, by=by, division_path=locked.path, cells=len(cells))
    return locked


def retire_blueprint(*, blueprint: Blueprint, by: Actor) -> Blueprint:
    """Take a blueprint out of use; its papers stay."""
    _require(by, blueprint.path)
    with transaction.atomic():
        if Blueprint.objects.filter(pk=blueprint.pk, retired_at__isnull=True).update(retired_at=clock.now()):
            audit.record("exams.blueprint.retired", blueprint, by=by, division_path=blueprint.path)
    blueprint.refresh_from_db()
    return blueprint


def draw_papers(
    *, blueprint: Blueprint, seed: int, by: Actor, title: str = "", count: int = 1, is_reserved: bool = True
) -> list[Paper]:
    """Draw ``count`` parallel draft papers (A卷, B卷 …) with the least overlap the pool allows and like difficulty.

    The same seed on the same pool draws the same. Refuses a blueprint that the pool cannot fill, with the exact shortfall.
    """
    _require(by, blueprint.path)
    if not 1 <= count <= len(LETTERS):
        raise BadInput(_("一次可抽 1 至 %(most)s 份平行卷。") % {"most": len(LETTERS)})
    with transaction.atomic():
        locked = (
            Blueprint.objects.select_for_update(of=("self",), no_key=True)
            .select_related("division", "template")
            .get(pk=blueprint.pk)
        )
        if locked.retired_at is not None:
            raise Refused(_("细目表已停用，不能再抽题。"))
        proof = drawing.prove(locked, seed=seed, copies=count)
        if not proof.is_feasible:
            raise Refused("".join(proof.sentences[:5]))
        by_name = {one.name: one for one in proof.pool.candidates}
        pools = {key: [by_name[name] for name in names] for key, names in proof.assignment.chosen.items()}
        dealt = allocation.deal(proof.cells, pools, count, seed=seed)
        series = new_uuid()
        papers = []
        for letter, chosen in zip(LETTERS, dealt, strict=False):
            name = (title or locked.title).strip()
            full = _("%(title)s（%(letter)s卷）") % {"title": name, "letter": letter} if count > 1 else name
            papers.append(_paper(locked, full, letter, series, seed, chosen, proof.pool, is_reserved, by))
    return papers


def _paper(
    blueprint: Blueprint,
    title: str,
    letter: str,
    series: uuid.UUID,
    seed: int,
    chosen: dict[str, list[str]],
    pool: drawing.Pool,
    is_reserved: bool,
    by: Actor,
) -> Paper:
    cells = list(blueprint.cells.select_related("rule"))
    full = sum(cell.count * cell.points for cell in cells)
    paper = Paper.objects.create(
        division=blueprint.division,
        template=blueprint.template,
        edition=blueprint.edition,
        subject=blueprint.subject,
        title=title[:80],
        duration_minutes=blueprint.duration_minutes,
        full_points=full,
        pass_points=full * blueprint.pass_percent // 100,
        law_as_of=blueprint.law_as_of,
        reserved_at=clock.now() if is_reserved else None,
        created_by=by.uuid,
    )
    sections = _sections(paper, blueprint, cells)
    facilities = {c.name: c.facility for c in pool.candidates}
    known = [(facilities[n], cell.points) for cell in cells for n in chosen[str(cell.number)] if facilities[n] is not None]
    weight = sum(points for _facility, points in known)
    draw = PaperDraw.objects.create(
        paper=paper,
        blueprint=blueprint,
        series=series,
        letter=letter,
        seed=seed,
        pool_digest=pool.digest,
        pool_size=len(pool.candidates),
        held_back=pool.held_back,
        expected_facility=round(sum((f or 0) * p for f, p in known) / weight) if weight else None,
        unknown_difficulty=sum(cell.count for cell in cells) - len(known),
        drawn_by=by.uuid,
    )
    number, rows, drawn = 0, [], []
    for section, members in sections:
        for cell in members:
            for name in chosen[str(cell.number)]:
                number += 1
                version_id = pool.versions[name]
                rows.append(
                    PaperItem(paper=paper, section=section, number=number, item_version_id=version_id, points=section.points)
                )
                drawn.append(
                    PaperDrawnItem(draw=draw, cell_number=cell.number, item_version_id=version_id, facility=facilities[name])
                )
    PaperItem.objects.bulk_create(rows)
    PaperDrawnItem.objects.bulk_create(drawn)
    audit.record(
        "exams.paper.drawn",
        paper,
        by=by,
        division_path=paper.path,
        seed=seed,
        items=len(rows),
        blueprint=str(blueprint.uuid),
        letter=letter,
    )
    return paper


def _sections(paper: Paper, blueprint: Blueprint, cells: Sequence[BlueprintCell]) -> list[tuple[PaperSection, list[BlueprintCell]]]:
    """The parts of the paper with the lines that fill them: the template's, or one for each kind, worth and rule."""
    groups: dict[tuple[str, int, int | None], list[BlueprintCell]] = {}
    usual = {} if blueprint.template_id else usual_rules()
    for cell in cells:
        rule = None if blueprint.template_id else (cell.rule or usual.get(cell.kind))
        groups.setdefault((cell.kind, cell.points, rule.pk if rule else None), []).append(cell)
    made = []
    if blueprint.template is not None:
        for part in blueprint.template.sections.all():
            section = PaperSection.objects.create(
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
            )
            made.append((section, groups.pop((part.kind, part.points, None), [])))
        return made
    for number, ((kind, points, rule_id), members) in enumerate(groups.items(), 1):
        section = PaperSection.objects.create(
            paper=paper,
            number=number,
            title=_("%(kind)s题") % {"kind": ItemKind(kind).label},
            kind=kind,
            count=sum(cell.count for cell in members),
            points=points,
            rule_id=rule_id,
        )
        made.append((section, members))
    return made


def _write(blueprint: Blueprint, cells: Sequence[CellRow]) -> None:
    for number, row in enumerate(cells, 1):
        if row.kind == ItemKind.CASE:
            raise BadInput(_("案例题不按细目表抽取，请在选题页整题选入。"))
        if row.count < 1 or row.points < 1:
            raise BadInput(_("第 %(number)s 行的题数和分值都须大于 0。") % {"number": number})
        cell = BlueprintCell.objects.create(
            blueprint=blueprint, number=number, kind=row.kind, band=row.band, count=row.count, points=row.points, rule=row.rule
        )
        cell.chapters.set(row.chapters)


def _require(by: Actor, path: str) -> None:
    if not by.covers(path, *PAPER_MAKERS):
        raise Missing(_("没有找到。"))

"""Cases in a paper: a case goes in whole, its questions in their order under the material of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams import rules
from exams.models import ItemVersion, PaperSection
from exams.states import ItemKind, VersionState
from lms.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Placed:
    """A version as it goes into a paper; a question of a case with the material it is shown under."""

    version: ItemVersion
    case: ItemVersion | None = None


def expanded(items: Sequence[ItemVersion]) -> Iterator[Placed]:
    """The items in their order, each case as its live questions. A question already named brings its case's live material.

    Refuses a case without live questions, and a question whose case is not in use.
    """
    cases = {version.item_id for version in items if version.kind == ItemKind.CASE}
    asked = [version for version in items if version.item.case_id]
    wanted = cases | {version.item.case_id for version in asked}
    material, questions = _material(wanted), _questions(cases)
    for version in items:
        if version.kind == ItemKind.CASE:
            inside = questions.get(version.item_id, [])
            faults = rules.case_faults([question.kind for question in inside])
            if faults:
                raise Refused(_("案例“%(stem)s”不能入卷：%(why)s") % {"stem": version.stem[:20], "why": faults[0]})
            yield from (Placed(question, version) for question in inside)
        elif version.item.case_id in cases:
            continue  # it came with its case
        elif version.item.case_id:
            case = material.get(version.item.case_id)
            if case is None:
                raise Refused(_("试题“%(stem)s”所属的案例不在使用中。") % {"stem": version.stem[:20]})
            yield Placed(version, case)
        else:
            yield Placed(version)


def faults_in(section: PaperSection, version: ItemVersion, *, in_case: bool = False) -> list[str]:
    """Why a version does not fit a part of a paper."""
    return rules.section_faults(
        kind=version.kind,
        options_count=len(version.options),
        keys_count=len(version.keys),
        section_kind=section.kind,
        section_options=section.options_count,
        keys_min=section.keys_min,
        keys_max=section.keys_max,
        in_case=in_case,
        worth=version.points,
        section_points=section.points,
    )


def draw_cases(candidates: Sequence[ItemVersion], room: int, seed: int) -> list[ItemVersion]:
    """Whole cases, in the seed's order, as long as their questions fit into the room that is left."""
    questions = _questions({version.item_id for version in candidates})
    by_name = {str(version.item.uuid): version for version in candidates}
    drawn = []
    for name in rules.draw([(name, "") for name in sorted(by_name)], len(by_name), seed):
        size = len(questions.get(by_name[name].item_id, []))
        if 0 < size <= room:
            drawn.append(by_name[name])
            room -= size
    return drawn


def _material(cases: set[int | None]) -> dict[int, ItemVersion]:
    live = ItemVersion.objects.filter(item__in=cases, kind=ItemKind.CASE, state=VersionState.LIVE) if cases else []
    return {version.item_id: version for version in live}


def _questions(cases: set[int]) -> dict[int, list[ItemVersion]]:
    found: dict[int, list[ItemVersion]] = {}
    if cases:
        live = ItemVersion.objects.filter(item__case__in=cases, state=VersionState.LIVE).select_related("item")
        for version in live.order_by("item__place"):
            found.setdefault(version.item.case_id or 0, []).append(version)
    return found

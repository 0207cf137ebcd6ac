"""Items alike to one that is being written, for its author to compare. Reads only what the author may read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Max

from exams import rules, selectors
from exams.models import Item, ItemSketch, ItemVersion
from exams.questions import Question, bare_question
from exams.states import VersionState
from lms.core.actor import Actor

LOOKED_AT, SHOWN = 60, 5


@dataclass(frozen=True, slots=True)
class Alike:
    version: ItemVersion
    share: float

    @property
    def percent(self) -> int:
        return int(self.share * 100)

    @property
    def question(self) -> Question:
        return bare_question(self.version)


def alike_items(actor: Actor, content: rules.ItemContent, *, but: Item | None = None) -> list[Alike]:
    """The items most alike in the actor's banks, the most alike first; two queries however large the banks are."""
    digests = rules.sketch(content.wording)
    if not digests:
        return []
    shared = ItemSketch.objects.filter(digest__in=digests, item__bank__in=selectors.banks_in(actor))
    if but is not None:
        shared = shared.exclude(item=but)
    counted = shared.values("item_id").annotate(n=Count("pk")).order_by("-n", "item_id")
    near = [row["item_id"] for row in counted[:LOOKED_AT]]
    rows = ItemVersion.objects.filter(item__in=near).exclude(state=VersionState.RETIRED)
    newest = rows.annotate(newest=Max("item__versions__number")).filter(number=F("newest")).select_related("item__bank")
    found = [Alike(version, rules.similarity(content.wording, version.content.wording)) for version in newest]
    return sorted((one for one in found if one.share >= rules.ALIKE), key=lambda one: -one.share)[:SHOWN]

"""Whether the law an item rests on has changed: stale items are not drawn, and wait in a worklist until a version revives them.

A paper is held against the law of its own day; what was set before keeps what was right then.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from exams.models import ArticleText, Item, ItemBank, ItemCitation, ItemVersion, LawArticle, Paper, PaperItem
from exams.states import VersionState
from lms.core import clock
from lms.core.errors import Missing


def outdated(rows: QuerySet[ItemVersion], day: dt.date) -> QuerySet[ItemVersion]:
    """Versions that rest on an article which on ``day`` has a newer text than on the version's own day, or none any more."""
    texts = ArticleText.objects.filter(article__citations__version=OuterRef("pk"))
    newer = texts.filter(effective_from__gt=OuterRef("law_as_of"), effective_from__lte=day)
    ended = texts.filter(effective_to__gte=OuterRef("law_as_of"), effective_to__lt=day)
    repealed = ItemCitation.objects.filter(
        version=OuterRef("pk"),
        article__policy__effective_to__gte=OuterRef("law_as_of"),
        article__policy__effective_to__lt=day,
    )
    return rows.filter(Exists(newer) | Exists(ended) | Exists(repealed))


def current(rows: QuerySet[ItemVersion], day: dt.date | None = None) -> QuerySet[ItemVersion]:
    """Versions that are true of the law of ``day`` (today); a case is, when its questions are."""
    return rows.exclude(item__in=stale_items(day))


def stale_items(day: dt.date | None = None) -> QuerySet[Item]:
    """Items whose live version is outdated, and cases with such a question."""
    stale = outdated(ItemVersion.objects.filter(state=VersionState.LIVE), day or clock.today())
    cases = stale.filter(item__case__isnull=False)
    return Item.objects.filter(Q(pk__in=stale.values("item")) | Q(pk__in=cases.values("item__case")))


@dataclass(frozen=True, slots=True)
class Change:
    """Why a version is stale: the article, and its newer text; none where the article is no longer law."""

    article: LawArticle
    text: ArticleText | None


def changes(version: ItemVersion, day: dt.date | None = None) -> list[Change]:
    """What changed in the articles a version rests on, its citations prefetched by ``with_texts`` or read here."""
    on, since = day or clock.today(), version.law_as_of
    if since is None:
        return []
    found = []
    for citation in version.citations.all():
        article = citation.article
        texts = [text for text in article.texts.all() if text.effective_from <= on]
        newer = [text for text in texts if text.effective_from > since]
        ends = [day_ for day_ in (article.policy.effective_to, *(text.effective_to for text in texts)) if day_ is not None]
        if newer:
            found.append(Change(article, newer[-1]))
        elif any(since <= end < on for end in ends):
            found.append(Change(article, None))
    return found


def changed_since(paper: Paper, day: dt.date | None = None) -> dict[int, list[Change]]:
    """Number in the paper → what changed until ``day`` (today) in the law that item rests on. One query where nothing did."""
    rows = outdated(ItemVersion.objects.filter(paper_items__paper=paper), day or clock.today())
    aged = {version.pk: version for version in with_texts(rows)}
    if not aged:
        return {}
    placed = PaperItem.objects.filter(paper=paper, item_version__in=aged).order_by("number")
    return {number: changes(aged[pk], day) for number, pk in placed.values_list("number", "item_version_id")}


def with_texts(rows: QuerySet[ItemVersion]) -> QuerySet[ItemVersion]:
    cited = ItemCitation.objects.select_related("article__policy").prefetch_related("article__texts")
    return rows.prefetch_related(Prefetch("citations", cited))


def stale_in(banks: QuerySet[ItemBank]) -> QuerySet[ItemVersion]:
    """Live versions of these banks that wait for a new one; ``is_begun``: somebody writes it already."""
    rows = outdated(ItemVersion.objects.filter(state=VersionState.LIVE, item__bank__in=banks), clock.today())
    return with_texts(rows.select_related("item__bank").annotate(is_begun=Exists(_newer())).order_by("law_as_of", "item__code"))


def unattended(banks: QuerySet[ItemBank]) -> QuerySet[ItemVersion]:
    """Those of them that nobody revises yet."""
    return stale_in(banks).filter(~Exists(_newer()))


def _newer() -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))


@dataclass(frozen=True, slots=True)
class BankState:
    """How many of a bank's live items are stale."""

    bank: ItemBank
    live: int
    stale: int

    @property
    def percent(self) -> int:
        return -(-self.stale * 100 // self.live) if self.live else 0


def bank_states(banks: QuerySet[ItemBank]) -> list[BankState]:
    """Those of the banks that hold live items, the stalest first: three queries."""
    live = ItemVersion.objects.filter(state=VersionState.LIVE, item__bank__in=banks)
    stale = _by_bank(outdated(live, clock.today()))
    counts = _by_bank(live)
    held = ItemBank.objects.filter(pk__in=counts).order_by("name")
    rows = [BankState(bank, counts[bank.pk], stale.get(bank.pk, 0)) for bank in held]
    return sorted(rows, key=lambda row: -row.stale)


def _by_bank(rows: QuerySet[ItemVersion]) -> dict[int, int]:
    counted = rows.order_by().values("item__bank_id").annotate(n=Count("pk"))
    return {row["item__bank_id"]: row["n"] for row in counted}


def articles() -> QuerySet[LawArticle]:
    """Every article with its texts and how many live items rest on it."""
    resting = Count("citations", filter=Q(citations__version__state=VersionState.LIVE))
    return (
        LawArticle.objects.select_related("policy")
        .prefetch_related("texts")
        .annotate(resting=resting)
        .order_by("policy__title", "pk")
    )


def article_by(article_uuid: uuid.UUID) -> LawArticle:
    found = articles().filter(uuid=article_uuid).first()
    if found is None:
        raise Missing(_("没有找到。"))
    return found

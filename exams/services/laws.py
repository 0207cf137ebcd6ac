"""Law articles recorded with their texts, and the articles a version rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from cms.models import Policy
from exams import laws
from exams.models import ArticleText, ItemCitation, ItemVersion, LawArticle
from exams.states import BANK_STAFF, OPEN_VERSIONS, REVIEWERS
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import BadInput, Missing, Refused


def record_article(*, policy: Policy, label: str, by: Actor) -> LawArticle:
    """Enter an article of a law that stands in the policy library; the same twice is one. For whoever keeps a bank."""
    if not (by.everywhere or by.has(*BANK_STAFF)):
        raise Missing(_("没有找到。"))
    with transaction.atomic():
        article, made = LawArticle.objects.get_or_create(policy=policy, label=label.strip())
        if made:
            audit.record("exams.article.recorded", article, by=by, division_path="/", label=article.label)
    return article


def record_text(
    *, article: LawArticle, effective_from: dt.date, source: str, by: Actor, effective_to: dt.date | None = None
) -> ArticleText:
    """Enter a text of an article with the days it is law. Items held against older law become stale on its first day.

    It touches every bank of the country, so only a reviewer of the whole nation may. Refuses a text without its source,
    another one that begins on the same day, and a last day before the first.
    """
    if not by.covers("/", *REVIEWERS):
        raise Missing(_("没有找到。"))
    if not source.strip():
        raise BadInput(_("请写明依据，例如公布的文号。"))
    if effective_to is not None and effective_to < effective_from:
        raise BadInput(_("失效日期不能早于施行日期。"))
    with transaction.atomic():
        LawArticle.objects.select_for_update(no_key=True).get(pk=article.pk)
        if article.texts.filter(effective_from=effective_from).exists():
            raise Refused(_("这一天施行的文本已经登记。"))
        text = ArticleText.objects.create(
            article=article,
            effective_from=effective_from,
            effective_to=effective_to,
            source=source.strip()[:200],
            recorded_by=by.uuid,
        )
        audit.record("exams.article.text_recorded", article, by=by, division_path="/", effective_from=effective_from.isoformat())
    return text


def cite(version: ItemVersion, articles: Iterable[LawArticle]) -> None:
    """Set the articles an open version rests on. Only the services of items call it, in their transaction."""
    chosen = list(articles)
    if chosen and version.law_as_of is None:
        raise BadInput(_("引用了法条的试题，请填写法规截至日期。"))
    if version.state not in OPEN_VERSIONS:
        raise Refused(_("已发布的版本不能改动引用的法条，请出新版本。"))
    version.citations.all().delete()
    ItemCitation.objects.bulk_create(ItemCitation(version=version, article=article) for article in chosen)


def check_in_force(version: ItemVersion) -> None:
    """Refuse to put a version into use whose law has changed already."""
    found = laws.changes(version, clock.today())
    if found:
        raise Refused(_("%(article)s已有新文本或已失效，请按现行法规修改后再发布。") % {"article": found[0].article})

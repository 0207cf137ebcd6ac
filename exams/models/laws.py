"""Law articles (法条) as dated data, and which item versions rest on them. Whether an item is stale: ``exams.laws``."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cms.models import Policy
from exams.models.banks import ItemVersion
from lms.core import clock
from lms.core.models import Record


class LawArticle(Record):
    """One article of a law that items rest on, through all its texts; ``label`` as printed (第二条), empty: the law as a whole."""

    PERSONAL: tuple[str, ...] = ()

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="articles")
    label = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("policy__title", "id")
        constraints = [models.UniqueConstraint(fields=["policy", "label"], name="exams_article_once")]

    def __str__(self) -> str:
        return f"《{self.policy.title}》{self.label}"


class ArticleText(Record):
    """One text of an article and the days it is law; a newer one makes items held against the older stale.

    ``effective_to`` is the last day of a text that nothing replaces; a text that is replaced ends where the next begins.
    """

    PERSONAL: tuple[str, ...] = ()

    article = models.ForeignKey(LawArticle, on_delete=models.CASCADE, related_name="texts")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    source = models.CharField(max_length=200)  # where that is published
    recorded_by = models.UUIDField()
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("effective_from",)
        constraints = [
            # one text begins on a day
            models.UniqueConstraint(fields=["article", "effective_from"], name="exams_article_text_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")), name="exams_article_text_ordered"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="exams_article_text_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.effective_from}"


class ItemCitation(models.Model):
    """An item version rests on an article, as it was law on the version's ``law_as_of``."""

    PERSONAL: tuple[str, ...] = ()

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="citations")
    article = models.ForeignKey(LawArticle, on_delete=models.PROTECT, related_name="citations")

    class Meta:
        ordering = ("article__policy__title", "article")
        constraints = [models.UniqueConstraint(fields=["version", "article"], name="exams_citation_once")]

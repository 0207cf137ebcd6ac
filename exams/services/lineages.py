"""What an item of a file names by words, found in the house: law articles of the policy library, chapters of the syllabuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from cms.models import Policy
from exams.exchange.marks import ARTICLE
from exams.exchange.reading import squeeze
from exams.models import ItemBank, ItemPlacement, LawArticle, SyllabusChapter
from exams.services.laws import record_article
from lms.core.actor import Actor
from lms.core.errors import BadInput

_EDITION = re.compile(r"^(\d{4})\s*版\s*[:：]\s*(.+)$")


def unknown_laws(articles: Iterable[str]) -> str:
    """Why these articles cannot be cited, as a sentence; empty where every law stands once in the policy library."""
    titles = {match[1] for article in articles if (match := ARTICLE.match(article))}
    for title in sorted(titles):
        count = len(_policies(title))
        if count == 0:
            return _("政策库里没有《%(title)s》，请先录入法规再导入。") % {"title": title[:60]}
        if count > 1:
            return _("政策库里有几件《%(title)s》，分不清是哪一件。") % {"title": title[:60]}
    return ""


def articles_named(articles: Sequence[str], by: Actor) -> list[LawArticle]:
    """The articles, recorded where they are cited for the first time. Refuses one whose law is not known."""
    if reason := unknown_laws(articles):
        raise BadInput(reason)
    named = [match for article in articles if (match := ARTICLE.match(article))]
    return [record_article(policy=_policies(match[1])[0], label=match[2], by=by) for match in named]


def _policies(title: str) -> list[Policy]:
    """By the exact title, else by one that differs only in blanks and widths."""
    exact = list(Policy.objects.filter(title=title)[:2])
    return exact or [policy for policy in Policy.objects.only("title") if squeeze(policy.title) == squeeze(title)][:2]


def chapters_of(bank: ItemBank) -> list[SyllabusChapter]:
    """Every chapter an item of the bank may stand in: of its subject, or of all."""
    rows = SyllabusChapter.objects.select_related("syllabus_subject__edition").order_by("pk")
    return list(rows.filter(syllabus_subject__subject=bank.subject) if bank.subject else rows)


def chapters_named(chapters: Sequence[SyllabusChapter], text: str) -> tuple[list[SyllabusChapter], str]:
    """Of the ``chapters_of`` a bank those a text names, one an edition; and what to say where it is none, or several of one.

    A title alone stands for every edition that has it; ``2018版：甲；2025版：乙`` says which edition means which.
    """
    if not text:
        return [], ""
    parts = [part for part in re.split(r"[;；\n]", text) if part.strip()]
    editions = [_EDITION.match(part.strip()) for part in parts]
    wanted = [(match[1], match[2]) for match in editions if match] if all(editions) else [("", text)]
    found: list[SyllabusChapter] = []
    for edition, title in wanted:
        mine = [
            chapter
            for chapter in chapters
            if squeeze(chapter.title) == squeeze(title) and edition in {"", chapter.syllabus_subject.edition.code}
        ]
        if not mine:
            return [], _("大纲里没有“%(title)s”这一章，入库后请归章。") % {"title": title[:40]}
        found += mine
    taken = [chapter.syllabus_subject.edition_id for chapter in found]
    if len(set(taken)) < len(taken):
        return [], _("“%(title)s”在几个科目里都有，入库后请归章。") % {"title": text[:40]}
    return found, ""


def chapter_words(chapters: Sequence[SyllabusChapter], placements: Iterable[ItemPlacement]) -> str:
    """Where an item stands, as ``chapters_named`` reads it back: a bare title where that means the same, else by editions."""
    placed = sorted(placements, key=lambda one: one.edition.code)
    titles = list(dict.fromkeys(one.chapter.title for one in placed))
    if len(titles) == 1 and {one.pk for one in chapters_named(chapters, titles[0])[0]} == {one.chapter_id for one in placed}:
        return titles[0]
    return "；".join(f"{one.edition.code}版：{one.chapter.title}" for one in placed)


__all__ = ["articles_named", "chapter_words", "chapters_named", "chapters_of", "unknown_laws"]

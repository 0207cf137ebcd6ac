"""What an item rests on and where it comes from, as words of a file: law articles, the day of the law, source, author.

Formats without columns carry them as labelled marks: tags of Moodle XML and GIFT, keywords of a QTI manifest. A mark with a
label that is none of ours belongs to whoever wrote it and is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from exams.exchange.reading import FoundItem, tidy

LABELS = {"articles": "法条", "law_as_of": "法规截至", "source": "来源", "credit": "作者"}
_MARK = re.compile(r"^(法条|法规截至|来源|作者)[:：]\s*(.+)$")
_NAMES = {label: name for name, label in LABELS.items()}
ARTICLE = re.compile(r"^《([^《》]{1,200})》\s*(.{0,40})$")


class Unclear(ValueError):
    """Why what a file says of an item's law cannot be taken; a sentence for the user."""


def marks_of(item: FoundItem) -> list[str]:
    """``法条：《…》第二条``, one a mark, in a fixed order."""
    marks = [f"{LABELS['articles']}：{article}" for article in item.articles]
    return marks + [f"{LABELS[name]}：{text}" for name in ("law_as_of", "source", "credit") if (text := getattr(item, name))]


def fields_of(marks: Iterable[str]) -> dict[str, Any]:
    """The marks of ours as fields of an item. Raises ``Unclear`` where one says what cannot be."""
    articles: list[str] = []
    found: dict[str, Any] = {}
    for mark in marks:
        if not (match := _MARK.match(tidy(mark))):
            continue
        name, text = _NAMES[match[1]], match[2].strip()
        if name == "articles":
            articles += articles_of(text)
        elif found.setdefault(name, text) != text:
            raise Unclear(_("“%(label)s”写了两次，而且不一样。") % {"label": match[1]})
    if "law_as_of" in found:
        found["law_as_of"] = day_of(found["law_as_of"])
    return {**found, "articles": tuple(dict.fromkeys(articles))} if articles else found


def articles_of(text: str) -> list[str]:
    """The articles a cell or a mark names, one a line or with ； between: ``《社会救助暂行办法》第五十五条``."""
    named = [part.strip() for part in re.split(r"[\n；;]", text) if part.strip()]
    for one in named:
        if not ARTICLE.match(one):
            raise Unclear(_("法条“%(text)s”应写成《法规全名》第几条。") % {"text": one[:40]})
    return [f"《{match[1].strip()}》{match[2].strip()}" for one in named if (match := ARTICLE.match(one))]


def day_of(text: str) -> str:
    try:
        return dt.date.fromisoformat("-".join(f"{int(part):02d}" for part in re.findall(r"\d+", text)[:3])).isoformat()
    except ValueError as error:
        raise Unclear(_("日期“%(text)s”应写成 2025-12-31。") % {"text": text[:20]}) from error

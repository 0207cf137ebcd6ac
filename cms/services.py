"""Writes of cms outside the editors' admin: a policy entered, the first tree of pages built."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms.models import ContentPage, HomePage, NewsIndexPage, NewsPage, Policy, PolicyIndexPage, PolicyPage
from cms.selectors import first_live, home_page
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import Refused

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def add_policy(*, title: str, document_number: str = "", by: Actor, **fields: Any) -> Policy:
    """Enter a policy. The same document number (or, without one, the same title) is the same policy, returned unchanged."""
    if not title.strip():
        raise Refused(_("请填写政策名称。"))
    same = {"document_number": document_number} if document_number else {"title": title, "document_number": ""}
    policy, made = Policy.objects.get_or_create(**same, defaults={"title": title.strip(), **fields})
    if made:
        audit.record("cms.policy.added", policy, by=by, document_number=document_number)
    return policy


def _child(parent: Page, page: Page) -> tuple[Page, bool]:
    found = parent.get_children().filter(slug=page.slug).first()
    if found is not None:
        return found, False
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page, True


@transaction.atomic
def publish_news(
    *, slug: str, title: str, summary: str, paragraphs: Sequence[str], published_on: dt.date, source: str = "", by: Actor
) -> NewsPage:
    """Publish a plain piece of news below the news index. The same ``slug`` is the same piece, returned unchanged."""
    parent = first_live(NewsIndexPage, below=home_page())
    if parent is None:
        raise Refused(_("还没有新闻栏目。"))
    body = json.dumps([{"type": "paragraph", "value": format_html("<p>{}</p>", text)} for text in paragraphs])
    news = NewsPage(title=title, slug=slug, summary=summary, body=body, published_on=published_on, source=source)
    page, new = _child(parent, news)
    if new:
        audit.record("cms.news.published", by=by, record_label="cms.newspage", slug=slug)
    return NewsPage.objects.get(pk=page.pk)


@transaction.atomic
def build_site(*, by: Actor) -> int:
    """The first tree of pages below the home page, with the policies that the field cites most. What stands is left alone."""
    home: Page = HomePage.objects.get(pk=home_page().pk)
    made = 0
    index: Page
    _news, new = _child(home, NewsIndexPage(title="新闻", slug="news", summary="培训动态和通知。", show_in_menus=True))
    made += new
    index, new = _child(
        home, PolicyIndexPage(title="政策库", slug="policies", summary="常用政策法规和面向基层的解读。", show_in_menus=True)
    )
    made += new
    for row in json.loads((DATA / "policies.json").read_text()):
        slug, summary = row.pop("slug"), row.pop("summary")
        policy = add_policy(**row, by=by)
        page = PolicyPage(
            title=policy.title,
            slug=slug,
            summary=summary,
            policy=policy,
        )
        made += _child(index, page)[1]
    for row in json.loads((DATA / "pages.json").read_text()):
        made += _child(home, ContentPage(**{**row, "body": json.dumps(row["body"])}))[1]
    if made:
        audit.record("cms.site.built", by=by, pages=made)
    return made

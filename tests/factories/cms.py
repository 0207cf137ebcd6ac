"""Pages and policies for tests."""

from __future__ import annotations

from typing import Any

from cms.models import ContentPage, HomePage, NewsIndexPage, NewsPage, Policy, PolicyIndexPage, PolicyPage


def home() -> HomePage:
    return HomePage.objects.get(slug="home")


def make_policy(**fields: Any) -> Policy:
    return Policy.objects.create(**{"title": "社会救助暂行办法", "document_number": "国务院令第649号", **fields})


def make_content_page(title: str = "关于我们", **fields: Any) -> ContentPage:
    fields.setdefault("slug", f"p{ContentPage.objects.count() + 1}")
    return home().add_child(instance=ContentPage(title=title, **fields))


def make_news_index() -> NewsIndexPage:
    return NewsIndexPage.objects.first() or home().add_child(instance=NewsIndexPage(title="新闻", slug="news"))


def make_news(title: str, **fields: Any) -> NewsPage:
    fields.setdefault("slug", f"n{NewsPage.objects.count() + 1}")
    return make_news_index().add_child(instance=NewsPage(title=title, **fields))


def make_policy_page(policy: Policy, **fields: Any) -> PolicyPage:
    index = PolicyIndexPage.objects.first() or home().add_child(instance=PolicyIndexPage(title="政策库", slug="policies"))
    fields.setdefault("slug", f"policy-{policy.pk}")
    return index.add_child(instance=PolicyPage(policy=policy, **{"title": policy.title, **fields}))

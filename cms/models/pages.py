"""Pages of the public site. Courses are pages of their own room and inherit ``BasePage``."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Locale, Page
from wagtail.search import index

from cms.blocks import body_blocks
from cms.fields import BodyField
from cms.models.policies import Policy
from lms.core import clock

PAGE_SIZE = 15


def paginate(rows: QuerySet[Any], request: HttpRequest, size: int = PAGE_SIZE) -> PaginatedPage[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


class BasePage(Page):
    """What every page of ours shares. Abstract: room pages inherit it.

    A page may be closed to readers who are not signed in or not in a group; a shared password is not offered.
    """

    PERSONAL: tuple[str, ...] = ()

    summary = models.CharField(_("摘要"), max_length=300, blank=True, help_text=_("一两句话，显示在列表和搜索结果里。"))

    private_page_options = ["login", "groups"]
    search_fields = [*Page.search_fields, index.SearchField("summary", boost=2)]
    content_panels = [*Page.content_panels, FieldPanel("summary")]

    class Meta:
        abstract = True


class HomePage(BasePage):
    """The front door: what this is, where to go, what is new."""

    max_count_per_parent = 1
    template = "cms/pages/home.html"
    parent_page_types = ["wagtailcore.Page"]

    headline = models.CharField(_("大标题"), max_length=80, blank=True)
    body = BodyField(body_blocks(), blank=True, verbose_name=_("正文"))

    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("summary"), FieldPanel("body")]

    class Meta:
        verbose_name = _("首页")

    def original(self) -> HomePage | None:
        """The home page in the site's own language; none when this is it."""
        return (
            HomePage.objects.filter(translation_key=self.translation_key, locale=Locale.get_default()).exclude(pk=self.pk).first()
        )

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """What is not translated is shown in the original: an address leads to a page in every language."""
        try:
            return super().route(request, path_components)
        except Http404:
            original = self.original()
            if original is None:
                raise
            return original.route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        news = NewsPage.objects.live().public().order_by("-published_on", "-pk")
        policies = PolicyPage.objects.live().public().select_related("policy").order_by(*NEWEST_POLICY)
        original = self.original()
        for name, rows in (("news", news), ("policies", policies)):
            context[name] = rows.descendant_of(self)[:4] or (rows.descendant_of(original)[:4] if original else [])
        return context


class ContentPage(BasePage):
    """A page of text: about us, privacy, help."""

    template = "cms/pages/content.html"

    body = BodyField(body_blocks(), blank=True, verbose_name=_("正文"))

    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    content_panels = [*BasePage.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = _("文字页")
        verbose_name_plural = _("文字页")


class NewsIndexPage(BasePage):
    template = "cms/pages/news_index.html"
    subpage_types = ["cms.NewsPage"]

    class Meta:
        verbose_name = _("新闻栏目")
        verbose_name_plural = _("新闻栏目")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        rows = NewsPage.objects.live().child_of(self).order_by("-published_on", "-pk")
        context["page_obj"] = paginate(rows, request)
        return context


class NewsPage(BasePage):
    template = "cms/pages/news.html"
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types: list[str] = []

    published_on = models.DateField(_("发布日期"), default=clock.today)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    body = BodyField(body_blocks(), blank=True, verbose_name=_("正文"))

    search_fields = [*BasePage.search_fields, index.SearchField("body"), index.FilterField("published_on")]
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel([FieldPanel("published_on"), FieldPanel("source")], heading=_("发布")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("新闻")
        verbose_name_plural = _("新闻")


NEWEST_POLICY = (F("policy__issued_on").desc(nulls_last=True), "-pk")


class PolicyIndexPage(BasePage):
    """The policy library: every interpretation, by kind and state of the law."""

    template = "cms/pages/policy_index.html"
    subpage_types = ["cms.PolicyPage"]

    class Meta:
        verbose_name = _("政策库")
        verbose_name_plural = _("政策库")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        rows = PolicyPage.objects.live().child_of(self).select_related("policy")
        kind = request.GET.get("kind", "")
        if kind in Policy.Kind.values:
            rows = rows.filter(policy__kind=kind)
        context["kind"] = kind if kind in Policy.Kind.values else ""
        context["kinds"] = Policy.Kind.choices
        context["page_obj"] = paginate(rows.order_by(*NEWEST_POLICY), request)
        return context


class PolicyPage(BasePage):
    """One policy, interpreted for the grassroots. The facts of the document stand in ``Policy``, the reading here."""

    template = "cms/pages/policy.html"
    parent_page_types = ["cms.PolicyIndexPage"]
    subpage_types: list[str] = []

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="pages", verbose_name=_("政策法规"))
    body = BodyField(body_blocks(), blank=True, verbose_name=_("解读"))

    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.RelatedFields("policy", [index.SearchField("title"), index.SearchField("document_number")]),
    ]
    content_panels = [*Page.content_panels, FieldPanel("policy"), FieldPanel("summary"), FieldPanel("body")]

    class Meta:
        verbose_name = _("政策解读")
        verbose_name_plural = _("政策解读")

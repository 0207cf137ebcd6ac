"""Reads of cms: what the site says of itself, which pages a reader may find, policies by number."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.query import PageQuerySet

from cms.models import ContentPage, Policy, SiteSettings
from lms.core.errors import Missing


@dataclass(frozen=True, slots=True)
class SiteTexts:
    issuer_name: str = ""
    record_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    service_hours: str = ""


_remembered: list[tuple[float, SiteTexts]] = []


def site_texts() -> SiteTexts:
    """The site settings, remembered for a minute by each process, so that a footer costs no query."""
    seconds = settings.LMS_SITE_TEXTS_SECONDS
    if not seconds:
        return SiteTexts(record_number=settings.LMS_RECORD_NUMBER)
    if _remembered and _remembered[0][0] > time.monotonic():
        return _remembered[0][1]
    row = SiteSettings.objects.filter(site__is_default_site=True).first()
    fields = SiteTexts.__dataclass_fields__
    texts = SiteTexts(**{name: getattr(row, name) for name in fields}) if row else SiteTexts()
    if not texts.record_number:
        texts = SiteTexts(**{**{name: getattr(texts, name) for name in fields}, "record_number": settings.LMS_RECORD_NUMBER})
    _remembered[:] = [(time.monotonic() + seconds, texts)]
    return texts


_remembered_pages: list[tuple[float, tuple[tuple[str, str], ...]]] = []


def foot_pages() -> tuple[tuple[str, str], ...]:
    """Title and address of the plain pages below the home page (about, help, privacy), for the foot of every page.

    Remembered like the site's texts.
    """
    seconds = settings.LMS_SITE_TEXTS_SECONDS
    if not seconds:
        return ()
    if not _remembered_pages or _remembered_pages[0][0] <= time.monotonic():
        site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
        rows = ContentPage.objects.live().public().child_of(site.root_page).order_by("path")[:6] if site else []
        _remembered_pages[:] = [(time.monotonic() + seconds, tuple((page.title, page.url) for page in rows))]
    return _remembered_pages[0][1]


def forget_site_texts(**_signal: Any) -> None:
    _remembered.clear()
    _remembered_pages.clear()


def home_page() -> Page:
    """The site's root page in the language of the reader."""
    site = Site.objects.select_related("root_page").filter(is_default_site=True).first()
    if site is None:
        raise Missing
    page: Page = site.root_page.localized
    return page


def first_live(model: type[Page], *, below: Page) -> Page | None:
    """The first live page of a kind below ``below``, or the same in the default language."""
    page = model.objects.live().descendant_of(below).order_by("path").first()
    if page is None:
        page = model.objects.live().filter(locale=Locale.get_default()).order_by("path").first()
    return page


def readable_pages(request: HttpRequest) -> PageQuerySet:
    """Live pages, in the reader's language or the site's own, that this reader may open: closed ones are not found."""
    pages = Page.objects.live().filter(locale__in=[Locale.get_active(), Locale.get_default()], depth__gt=1)
    for restriction in PageViewRestriction.objects.select_related("page").prefetch_related("groups"):
        if not restriction.accept_request(request):
            pages = pages.not_descendant_of(restriction.page, inclusive=True)
    return pages


def policy_by_number(number: str) -> Policy:
    """The policy of a document number; raises ``Missing``."""
    found = Policy.objects.filter(document_number=number).exclude(document_number="").first()
    if found is None:
        raise Missing
    return found


__all__ = ["SiteTexts", "first_live", "foot_pages", "home_page", "policy_by_number", "readable_pages", "site_texts"]

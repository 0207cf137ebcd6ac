"""Small pages around the content: search, reading size, offline."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import JavaScriptCatalog
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page

from cms.context import LARGE_TYPE_COOKIE
from cms.gallery import gallery
from cms.models import NewsIndexPage, PolicyIndexPage
from cms.selectors import first_live, home_page, readable_pages

PAGE_SIZE = 15


@require_POST
def large_type(request: HttpRequest) -> HttpResponse:
    """Large type on this device, on or off (适老化)."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    wanted = "1" if request.POST.get("on") == "1" else "0"
    response.set_cookie(LARGE_TYPE_COOKIE, wanted, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure())
    return response


def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "cms/offline.html")


def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps pages on a device; from the root, so that it may answer for every page of the site."""
    response = render(request, "cms/worker.js", content_type="text/javascript")
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _to(model: type[Page]) -> HttpResponse:
    page = first_live(model, below=home_page())
    if page is None or (url := page.get_url()) is None:
        raise Http404
    return HttpResponseRedirect(url)


def news(request: HttpRequest) -> HttpResponse:
    """To the news, wherever editors put them in the tree."""
    return _to(NewsIndexPage)


def policies(request: HttpRequest) -> HttpResponse:
    """To the policy library, wherever editors put it in the tree."""
    return _to(PolicyIndexPage)


def search(request: HttpRequest) -> HttpResponse:
    """Pages that this reader may open, by words. Any two Chinese characters are a word."""
    query = request.GET.get("q", "").strip()[:100]
    found = readable_pages(request).search(query) if query else Page.objects.none()
    page_obj = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    specific = {page.pk: page for page in Page.objects.filter(pk__in=[page.pk for page in page_obj]).specific()}
    results = [specific[page.pk] for page in page_obj]
    return render(request, "cms/search.html", {"query": query, "page_obj": page_obj, "results": results})


class AdminMessages(JavaScriptCatalog):
    """Wagtail's messages for scripts, with the ones that it leaves untranslated (``locale/zh_Hans``) on top."""

    def get_paths(self, packages: list[str]) -> list[str]:
        return [*super().get_paths(packages), *(str(path) for path in settings.LOCALE_PATHS)]


admin_messages = require_admin_access(AdminMessages.as_view(packages=["wagtail.admin"]))

__all__ = ["admin_messages", "gallery", "large_type", "news", "offline", "policies", "search"]

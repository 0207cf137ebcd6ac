"""Pages of law articles and of items whose law has changed, for those who keep a bank."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams import laws, selectors, services
from exams.law_forms import ArticleForm, TextForm
from exams.states import REVIEWERS
from exams.views.common import found
from lms.core.errors import LmsError, Missing


@require_GET
def stale_items(request: HttpRequest) -> HttpResponse:
    """Live items whose law has changed, with what changed; and how many of each bank they are."""
    banks = selectors.banks_in(request.actor)  # type: ignore[attr-defined]
    page = Paginator(laws.stale_in(banks), 25).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(version, laws.changes(version)) for version in page],
        "banks": laws.bank_states(banks),
    }
    return render(request, "exams/office/stale.html", context)


def articles(request: HttpRequest) -> HttpResponse:
    """Law articles with their texts; a new one is entered here."""
    actor = request.actor  # type: ignore[attr-defined]
    form = ArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        article = services.record_article(by=actor, **form.cleaned_data)
        messages.success(request, _("法条已登记，请补上它的文本和施行日期。"))
        return redirect("exams:law_article", article=article.uuid)
    page = Paginator(laws.articles(), 25).get_page(request.GET.get("page"))
    return render(request, "exams/office/articles.html", {"page_obj": page, "form": form})


@found
def article(request: HttpRequest, article: uuid.UUID) -> HttpResponse:
    """One article with its texts; a reviewer of the whole nation enters a newer one."""
    actor = request.actor  # type: ignore[attr-defined]
    row = laws.article_by(article)
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_text(article=row, by=actor, **form.cleaned_data)
        except Missing:
            raise
        except LmsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("文本已登记；以更早法规为准的试题从施行之日起停止抽用。"))
            return redirect("exams:law_article", article=article)
    context = {"article": row, "texts": row.texts.all(), "form": form, "may_record": actor.covers("/", *REVIEWERS)}
    return render(request, "exams/office/article.html", context)

"""A learner's practice: by chapter, the wrong-answer book, favourites; an answer is explained at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams import rules, selectors, services
from exams import selectors_practice as reads
from exams.models import ItemVersion, PracticeRound, SyllabusChapter
from exams.practised import practised
from exams.services.practice import LEAVES_AFTER, ROUND_SIZES
from exams.sitting_states import PracticeMode
from exams.states import ItemKind
from exams.views.common import found
from exams.views.given import given_answer
from lms.core.errors import LmsError, Missing
from lms.people.models import Person


@require_GET
def practice_home(request: HttpRequest) -> HttpResponse:
    """All ways to practise."""
    try:
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    context = {
        "subjects": reads.subjects_on_offer(person),
        "open_round": reads.open_round(person),
        "wrong": reads.wrong_book(person).count(),
        "kept": reads.favourites(person).count(),
        "sizes": ROUND_SIZES,
    }
    return render(request, "exams/practice_home.html", context)


@require_POST
@found
def practice_start(request: HttpRequest) -> HttpResponse:
    """Begin a round of a chapter, of the wrong-answer book or of the favourites."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    mode, chapter = request.POST.get("mode", ""), None
    if mode == PracticeMode.CHAPTER:
        chapter, versions = _chapter(request, person)
    elif mode == PracticeMode.WRONG:
        versions = list(reads.wording([row.item for row in reads.wrong_book(person)[:200]]).values())
    elif mode == PracticeMode.FAVOURITE:
        versions = list(reads.wording([row.item for row in reads.favourites(person)[:200]]).values())
    else:
        raise Http404
    size = request.POST.get("size", "")
    try:
        made = services.start_round(
            person=person, mode=mode, versions=versions, chapter=chapter, size=int(size) if size.isdigit() else 10, by=actor
        )
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("exams:practice")
    return redirect("exams:practice_round", round_=made.uuid)


@require_GET
@found
def practice_round(request: HttpRequest, round_: uuid.UUID) -> HttpResponse:
    """One item of the round: to answer, or answered with what was right and why. After the last: how it went."""
    person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    row = reads.round_of(person, round_)
    return _round(request, person, row)


def _round(
    request: HttpRequest, person: Person, row: PracticeRound, tried: Sequence[str] = (), number: int | None = None
) -> HttpResponse:
    """The page of a round; ``tried`` is what was given to item ``number`` and could not be judged yet."""
    answers = list(row.answers.select_related("item_version__item", "case_version"))
    asked = str(number) if number else request.GET.get("n", "")
    waiting = next((a for a in answers if a.answered_at is None), None)
    current = next((a for a in answers if asked == str(a.number)), waiting if row.finished_at is None else None)
    context = {
        "round": row,
        "answers": answers,
        "answered": sum(1 for a in answers if a.answered_at),
        "right": sum(1 for a in answers if a.is_right),
        "leaves_after": LEAVES_AFTER,
    }
    if current is None:
        return render(request, "exams/practice_done.html", context)
    version = current.item_version
    context |= {
        "current": current,
        "shown": practised(version, tried or current.answer, number=current.number, case=current.case_version),
        "is_written": version.kind == ItemKind.ESSAY and bool(current.answer),
        "self_points": rules.as_points(current.self_points or 0),
        "is_kept": reads.favourites(person).filter(item=version.item_id).exists(),
        "next": next((a.number for a in answers if a.answered_at is None and a.number != current.number), None),
    }
    return render(request, "exams/practice_round.html", context)


@require_POST
@found
def practice_answer(request: HttpRequest, round_: uuid.UUID) -> HttpResponse:
    """Answer one item, or judge one's essay; the explanation follows on the same page. What cannot be judged yet stays there."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    row = reads.round_of(person, round_)
    sent = request.POST.get("number", "")
    asked = row.answers.filter(number=int(sent) if sent.isdigit() and len(sent) < 4 else 0).select_related("item_version").first()
    if asked is None:
        raise Http404
    number, tried = asked.number, list[str]()
    try:
        if "judged" in request.POST:
            reached = [int(text) for text in request.POST.getlist("point") if text.isdigit() and len(text) < 3]
            verdict = services.judge_essay(round_=row, number=number, reached=reached, by=actor)
        else:
            tried, fault = given_answer(request, asked.item_version, number)
            if fault and asked.answered_at is None:
                messages.error(request, fault)
                return _round(request, person, row, tried, number)
            verdict = services.answer_practice(round_=row, number=number, answer=tried, by=actor)
        if verdict.left_the_book:
            messages.success(request, _("连续答对 %(times)s 次，此题已移出错题本。") % {"times": LEAVES_AFTER})
    except Missing:
        raise
    except LmsError as error:
        messages.error(request, str(error))
    return redirect(reverse("exams:practice_round", kwargs={"round_": round_}) + f"?n={number}")


@require_POST
@found
def practice_finish(request: HttpRequest, round_: uuid.UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    services.finish_round(round_=reads.round_of(selectors.person_of(actor), round_), by=actor)
    return redirect("exams:practice_round", round_=round_)


@require_GET
@found
def wrong_book(request: HttpRequest) -> HttpResponse:
    """The wrong-answer book, with explanations."""
    person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    page = Paginator(reads.wrong_book(person), 20).get_page(request.GET.get("page"))
    texts = reads.readable([row.item for row in page])
    rows = [(row, texts[row.item_id]) for row in page if row.item_id in texts]
    context = {"page_obj": page, "rows": rows, "leaves_after": LEAVES_AFTER, "sizes": ROUND_SIZES}
    return render(request, "exams/wrong_book.html", context)


@require_POST
@found
def wrong_remove(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    services.take_out(person=person, item=reads.item_seen(person, item), by=actor)
    messages.success(request, _("已移出错题本；再答错会回来。"))
    return redirect("exams:wrong_book")


@require_GET
@found
def favourite_list(request: HttpRequest) -> HttpResponse:
    """Items one keeps."""
    person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    page = Paginator(reads.favourites(person), 20).get_page(request.GET.get("page"))
    texts = reads.readable([row.item for row in page])
    rows = [(row, texts[row.item_id]) for row in page if row.item_id in texts]
    return render(request, "exams/favourites.html", {"page_obj": page, "rows": rows, "sizes": ROUND_SIZES})


@require_POST
@found
def favourite_keep(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """Keep an item or let it go; back to where one was: in practice, in a result, or on to the next review."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    keep = request.POST.get("keep") == "1"
    services.keep_favourite(person=person, item=reads.item_seen(person, item), by=actor, keep=keep)
    messages.success(request, _("已收藏。") if keep else _("已取消收藏。"))
    if request.POST.get("review") == "1":
        return redirect("exams:review_next")
    number = request.POST.get("n", "") if request.POST.get("n", "").isdigit() else ""
    for name, route, argument, place in (
        ("round", "exams:practice_round", "round_", "?n="),
        ("attempt", "exams:attempt_result", "attempt", "#q"),
    ):
        try:
            back = reverse(route, kwargs={argument: uuid.UUID(request.POST.get(name, ""))})
        except ValueError:
            continue
        return redirect(f"{back}{place}{number}" if number else back)
    return redirect("exams:favourites")


def _chapter(request: HttpRequest, person: Person) -> tuple[SyllabusChapter, list[ItemVersion]]:
    try:
        wanted = uuid.UUID(request.POST.get("chapter", ""))
    except ValueError:
        raise Http404
    chapter, versions = reads.chapter_items(person, wanted)
    return chapter, list(versions)

"""A learner's pages: papers on offer, the attempt with its autosave, the result."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cms.on_device import keep_on_device
from exams import laws, rules, selectors, selectors_practice, services
from exams.models import Attempt, Response
from exams.questions import asked_of, known_answers
from exams.selectors_practice import past_papers
from exams.services import Given
from exams.states import AttemptState, ItemKind, SubmitCause, TraceKind
from exams.views.common import found
from lms.core import clock
from lms.core.errors import BadInput, LmsError, Missing
from lms.people import selectors as people

KEPT_AFTER = dt.timedelta(days=1)


@require_GET
def paper_list(request: HttpRequest) -> HttpResponse:
    """Papers open to the learner, and the attempts so far."""
    try:
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    ids = people.ids_of(person)
    is_past = request.GET.get("use") == "past"
    papers, past = selectors.papers_open_to(person), past_papers().values("pk")
    papers = papers.filter(pk__in=past) if is_past else papers.exclude(pk__in=past)
    page = Paginator(papers, 20).get_page(request.GET.get("page"))
    offers = selectors.offers_for(ids, list(page))
    recent = selectors.attempts_of(ids)[:5]
    return render(request, "exams/paper_list.html", {"page_obj": page, "offers": offers, "recent": recent, "is_past": is_past})


@require_GET
@found
def paper_detail(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """The start page: what the paper is, how it is marked, what counts as in time."""
    offer = selectors.offer_for(selectors.person_of(request.actor), paper)  # type: ignore[attr-defined]
    parts = [("paper", _("打印试卷")), ("sheet", _("打印答题卡"))]
    context = {
        "offer": offer,
        "paper": offer.paper,
        "sections": selectors.sections_of(offer.paper),
        "print_parts": parts,
        "changed": laws.changed_since(offer.paper),
    }
    return render(request, "exams/paper.html", context)


@require_POST
@found
def attempt_start(request: HttpRequest, paper: uuid.UUID) -> HttpResponse:
    """Begin, or go on where one was."""
    actor = request.actor  # type: ignore[attr-defined]
    person = selectors.person_of(actor)
    offer = selectors.offer_for(person, paper)
    try:
        attempt = services.start_attempt(paper=offer.paper, person=person, by=actor)
    except LmsError as error:
        messages.error(request, str(error))
        return redirect("exams:paper", paper=paper)
    return redirect("exams:attempt", attempt=attempt.uuid)


@require_GET
def attempt_list(request: HttpRequest) -> HttpResponse:
    """Every attempt of the learner, the newest first."""
    try:
        person = selectors.person_of(request.actor)  # type: ignore[attr-defined]
    except Missing as error:
        return render(request, "exams/no_person.html", {"reason": str(error)})
    page = Paginator(selectors.attempts_of(people.ids_of(person)), 20).get_page(request.GET.get("page"))
    return render(request, "exams/attempt_list.html", {"page_obj": page})


@require_GET
@found
def attempt_page(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """All questions in one load, so that a lost network stops nobody. Closed by time: marked first, then the result."""
    row = _own(request, attempt)
    if row.state != AttemptState.OPEN:
        return redirect("exams:attempt_result", attempt=attempt)
    now = clock.now()
    responses = {r.number: r for r in row.responses.all()}
    questions = asked_of(row, responses)
    answered = sum(1 for r in responses.values() if r.answer)
    last = max((r.received_at for r in responses.values() if r.received_at), default=None)
    context = {
        "attempt": row,
        "paper": row.paper,
        "questions": questions,
        "answered": answered,
        "flagged": sum(1 for r in responses.values() if r.is_flagged),
        "total": len(questions),
        "last_saved": last,
        "minutes_left": max(0, (row.deadline_at - now) // dt.timedelta(minutes=1)),
        "known": {
            "now": _ms(now),
            "deadline": _ms(row.deadline_at),
            "closes": _ms(row.closes_at),
            "answers": known_answers(responses),
        },
    }
    # past the deadline too: answers that wait on the device are sent from this page
    return keep_on_device(
        render(request, "exams/attempt.html", context), seconds=int((row.deadline_at - now + KEPT_AFTER).total_seconds())
    )


@require_POST
def attempt_answers(request: HttpRequest, attempt: uuid.UUID) -> JsonResponse:
    """Autosave. ``{"w": window, "a": [[number, sequence, "ACD", answered at ms, flagged], …]}``; one update an answer.

    Lean on purpose: session, user, update. The actor's roles are never asked for.
    """
    try:
        sent = json.loads(request.body)
        answers = [_given(entry) for entry in sent["a"][:200]]
        window = str(sent.get("w", ""))[:36]
        receipt = services.save_answers(
            attempt_uuid=attempt, answers=answers, window=window, by=None, user_id=request.user.pk or -1
        )
    except Missing:
        return JsonResponse({"state": "missing"}, status=404)
    except (BadInput, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        reason = str(error) if isinstance(error, BadInput) else _("答案的格式有误，请刷新页面。")
        return JsonResponse({"state": "refused", "reason": reason}, status=400)
    return JsonResponse(
        {
            "state": receipt.state,
            "saved": receipt.saved,
            "refused": receipt.refused,
            "now": _ms(receipt.at),
            "at": timezone.localtime(receipt.at).strftime("%H:%M:%S"),
        }
    )


@require_POST
@found
def attempt_window(request: HttpRequest, attempt: uuid.UUID) -> JsonResponse:
    """A window asks to write; ``insist`` is the candidate's choice. Answers with what the server holds."""
    row = _own(request, attempt)
    window, insist = request.POST.get("window", ""), request.POST.get("insist") == "1"
    device = request.POST.get("device", "")
    try:
        mine = services.take_window(attempt=row, window=window, by=request.actor, insist=insist, device=device)  # type: ignore[attr-defined]
    except BadInput as error:
        return JsonResponse({"state": "refused", "reason": str(error)}, status=400)
    row.refresh_from_db(fields=["state", "writer"])
    state = "closed" if row.state != AttemptState.OPEN else "open" if mine else "elsewhere"
    known = known_answers({r.number: r for r in row.responses.all()})
    return JsonResponse({"state": state, "answers": known, "now": _ms(clock.now()), "writer": row.writer})


@require_POST
@found
def attempt_trace(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """The page says that it was left for a while. Evidence for people, at most fifty notes an attempt."""
    row = _own(request, attempt)
    if row.state == AttemptState.OPEN and row.traces.filter(kind=TraceKind.LEFT_PAGE).count() < 50:
        seconds = request.POST.get("seconds", "")
        details = {"seconds": int(seconds)} if seconds.isdigit() and len(seconds) < 7 else {}
        services.note_trace(
            attempt=row,
            kind=TraceKind.LEFT_PAGE,
            by=request.actor,  # type: ignore[attr-defined]
            window=request.POST.get("window", ""),
            details=details,
        )
    return HttpResponse(status=204)


@require_POST
@found
def attempt_save(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """The same without script: the whole form is posted, every changed answer saved, and one is back where one was."""
    row = _own(request, attempt)
    if row.state != AttemptState.OPEN:
        return redirect("exams:attempt_result", attempt=attempt)
    now = clock.now()
    changed, twice = [], []
    for response in row.responses.all():
        if f"s{response.number}" not in request.POST:  # only what the form showed
            continue
        answer = posted_answer(request.POST, response)
        if answer is None:
            twice.append(response.number)
            continue
        flagged = f"f{response.number}" in request.POST
        if list(answer) != response.answer or flagged != response.is_flagged:
            sequence = max(response.sequence + 1, _ms(now))
            changed.append(Given(response.number, sequence, answer, now, flagged))
    for number in twice:
        messages.error(request, _("第 %(number)s 题有两项选了同一个次序，没有保存。") % {"number": number})
    if changed:
        try:
            receipt = services.save_answers(
                attempt_uuid=row.uuid, answers=changed, window="", by=None, user_id=request.user.pk or -1
            )
        except BadInput as error:
            messages.error(request, str(error))
        else:
            if receipt.refused:
                messages.error(request, _("作答时间已过，这些答案没有收下。"))
            else:
                messages.success(request, _("已保存 %(time)s") % {"time": timezone.localtime(receipt.at).strftime("%H:%M:%S")})
    if request.POST.get("then") == "submit":
        return redirect("exams:attempt_submit", attempt=attempt)
    anchor = request.POST.get("then", "")
    place = f"#q{int(anchor)}" if anchor.isdigit() and len(anchor) < 4 else ""
    return redirect(reverse("exams:attempt", kwargs={"attempt": attempt}) + place)


@found
def attempt_submit(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    """Look over once more, then hand in. Twice is once."""
    if request.method == "POST":
        services.hand_in(attempt_uuid=attempt, by=request.actor)  # type: ignore[attr-defined]
        return redirect("exams:attempt_result", attempt=attempt)
    row = _own(request, attempt)
    if row.state == AttemptState.OPEN:
        responses = list(row.responses.all())
        context = {
            "attempt": row,
            "paper": row.paper,
            "total": len(responses),
            "blank": [r.number for r in responses if not r.answer],
            "flagged": [r.number for r in responses if r.is_flagged],
            "minutes_left": max(0, (row.deadline_at - clock.now()) // dt.timedelta(minutes=1)),
        }
        return render(request, "exams/attempt_submit.html", context)
    return redirect("exams:attempt_result", attempt=attempt)


@require_GET
@found
def attempt_result(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    row = _own(request, attempt)
    if row.state == AttemptState.OPEN:
        return redirect("exams:attempt", attempt=attempt)
    if not row.tells_score:  # essays wait for their markers, a sitting for its release
        return render(request, "exams/result.html", {"attempt": row, "paper": row.paper})
    kept = selectors_practice.kept_items(row.person) if row.paper.shows_keys else frozenset()
    return render(request, "exams/result.html", {**result_context(request, row), "kept": kept})


def result_context(request: HttpRequest, row: Attempt) -> dict[str, Any]:
    """What both the candidate and those who run the class read of a marked attempt."""
    changed = laws.changed_since(row.paper)
    results = [replace(result, changes=changed.get(result.question.number, ())) for result in selectors.results_of(row)]
    only_wrong = request.GET.get("show") == "wrong"
    parts: dict[str, list[int]] = {}
    for result in results:
        sums = parts.setdefault(result.question.section, [0, 0, 0, 0])
        for place, extra in enumerate((result.response.points or 0, result.question.points, result.verdict == "right", 1)):
            sums[place] += extra
    return {
        "attempt": row,
        "paper": row.paper,
        "results": [r for r in results if r.verdict != "right"] if only_wrong else results,
        "only_wrong": only_wrong,
        "wrong_count": sum(1 for r in results if r.verdict != "right"),
        "parts": [(title, *sums) for title, sums in parts.items()],
        "sections": selectors.sections_of(row.paper),
        "minutes_used": selectors.minutes_used(row),
        "late": [r.response.number for r in results if r.response.is_late],
    }


def _own(request: HttpRequest, attempt: uuid.UUID) -> Attempt:
    """The reader's own attempt; one whose time and grace are over is submitted on the way, without waiting for the task."""
    row = selectors.own_attempt(request.actor, attempt)  # type: ignore[attr-defined]
    if row.state == AttemptState.OPEN and clock.now() > row.closes_at:
        services.submit_attempt(attempt=row, by=request.actor, because=SubmitCause.TIME)  # type: ignore[attr-defined]
        row.refresh_from_db()
    return row


def posted_answer(posted: QueryDict, response: Response) -> tuple[str, ...] | None:
    """The answer of a posted form by the item's kind; None where two things were given one place in an order."""
    given = posted.getlist(f"q{response.number}")
    if response.kind in rules.CHOICE:
        return tuple(sorted({letter for letter in given if len(letter) == 1}))
    if response.kind == ItemKind.MATCHING:
        return tuple(rules.settled([letter if len(letter) == 1 else "" for letter in given]))
    if response.kind == ItemKind.ORDERING:
        places = {letter: posted.get(f"q{response.number}_{letter}", "") for letter in rules.LETTERS}
        numbers = {letter: int(place) for letter, place in places.items() if place.isdigit() and len(place) < 3}
        if len(set(numbers.values())) != len(numbers):
            return None
        order = {place: letter for letter, place in numbers.items()}
        return tuple(order.get(place, "") for place in range(1, max(order, default=0) + 1))
    return tuple(rules.settled(given[:1]))


def _given(entry: list[Any]) -> Given:
    """``[number, sequence, "ACD" or ["B", "A"], answered at ms, flagged]``: one word of letters for a choice, else a list."""
    number, sequence, answer, answered_ms, flagged = entry
    if isinstance(answer, str):
        answer = sorted(answer)
    elif not isinstance(answer, list) or not all(isinstance(text, str) for text in answer):
        raise BadInput(_("答案的格式有误，请刷新页面。"))
    answered_at = dt.datetime.fromtimestamp(answered_ms / 1000, dt.UTC) if answered_ms else None
    return Given(int(number), int(sequence), tuple(answer), answered_at, bool(flagged))


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)

"""An answer posted outside a paper, read by the names that ``exams/parts/answer.html`` gives its fields."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from exams import rules
from exams.models import ItemVersion, Response
from exams.views.attempts import posted_answer


def given_answer(request: HttpRequest, version: ItemVersion, number: int) -> tuple[list[str], str]:
    """The answer as far as it can be read, to be shown again, and why it cannot be judged yet; empty where it can."""
    answer = posted_answer(request.POST, Response(number=number, kind=version.kind))
    if answer is None:
        return _first_of_each(request, number, len(version.options)), _("有两项选了同一个次序，请改好再确定。")
    given = list(answer)
    return given, rules.answer_fault(version.content, given)


def _first_of_each(request: HttpRequest, number: int, places: int) -> list[str]:
    """Of an order in which a place was given twice: the first that took it."""
    taken: dict[str, str] = {}
    for letter in rules.LETTERS[:places]:
        taken.setdefault(request.POST.get(f"q{number}_{letter}", ""), letter)
    return rules.settled([taken.get(str(place), "") for place in range(1, places + 1)])


__all__ = ["given_answer"]

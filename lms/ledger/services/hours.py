"""What a line's minutes are worth when it is posted: the scheme in force there and then, stamped on the line."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone

from lms.ledger import rules
from lms.ledger.kinds import LEARNING
from lms.ledger.models import HourScheme, Line
from lms.ledger.selectors.standards import choose_scheme

if TYPE_CHECKING:
    from lms.ledger.services.posting import Draft

LESSON = 36  # a studied line's slot starts with the lesson's uuid


class Valuer:
    """Values the drafts of one act. Asks for schemes, and for what was studied before, only when a draft needs it."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        learning = [d for d in drafts if d.kind in LEARNING and d.minutes > 0]
        self.schemes = list(HourScheme.objects.filter(is_default=True).select_related("division")) if learning else []
        self.before: dict[tuple[int, uuid.UUID, str], int] = {}
        lessons = [d for d in learning if d.person and d.occasion and self._by_lesson(d)]
        people = sorted({d.person.pk for d in lessons if d.person})
        occasions = {d.occasion for d in lessons}
        for start in range(0, len(people), 500):
            chunk = people[start : start + 500]
            rows = Line.objects.standing().filter(person_id__in=chunk, occasion__in=occasions, kind__in=LEARNING)
            for person, occasion, slot, minutes in rows.values_list("person_id", "occasion", "slot", "minutes"):
                key = (person, occasion, slot[:LESSON])
                self.before[key] = self.before.get(key, 0) + minutes

    def value(self, draft: Draft) -> tuple[HourScheme | None, int]:
        """The scheme and the hundredths of an hour for one draft, in the order of the drafts."""
        if draft.kind not in LEARNING or draft.minutes <= 0:
            return None, 0
        scheme = self._scheme(draft)
        if scheme is None:
            return None, 0
        before = 0
        if draft.person and draft.occasion and self._by_lesson(draft):
            key = (draft.person.pk, draft.occasion, draft.slot[:LESSON])
            before = self.before.get(key, 0)
            self.before[key] = before + draft.minutes
        return scheme, rules.hundredths_of(draft.minutes, scheme.rules, kind=draft.kind, mode=draft.mode, before=before)

    def _scheme(self, draft: Draft) -> HourScheme | None:
        from lms.ledger.services.posting import division_of

        return choose_scheme(self.schemes, division_of(draft), timezone.localdate(draft.happened_to or draft.happened_from))

    def _by_lesson(self, draft: Draft) -> bool:
        scheme = self._scheme(draft)
        return scheme is not None and rules.values_whole_lessons(scheme.rules, kind=draft.kind, mode=draft.mode)

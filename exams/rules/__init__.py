"""Pure decisions of the exam room: marking by named rule, time, what a lawful item is. No Django, no rows.

Points are whole hundredths of a point. Letters begin with "A". ``marking``, ``essays``, ``items``, ``texts``, ``likeness``,
``timing`` and ``orders`` each hold one of these questions; everything is reached as ``rules.<name>``.
"""

from exams.rules.essays import FINALS, awards_worth, final_points, needs_third, third_over
from exams.rules.items import (
    CHOICE,
    ItemContent,
    answer_fault,
    case_faults,
    item_faults,
    matching_of,
    ordering_of,
    section_faults,
)
from exams.rules.likeness import Likeness
from exams.rules.marking import (
    KINDS_OF,
    LETTERS,
    METHODS,
    PARAMETERS,
    AnswerKey,
    Marking,
    as_number,
    as_points,
    is_right,
    kinds_taking,
    mark,
    settled,
)
from exams.rules.orders import draw, option_order
from exams.rules.sketches import ALIKE, sketch
from exams.rules.texts import fingerprint, normalise, normalise_answer, similarity
from exams.rules.timing import Arrival, arrival, closing_of, deadline_of, deadline_within

__all__ = [
    "ALIKE",
    "CHOICE",
    "FINALS",
    "KINDS_OF",
    "LETTERS",
    "METHODS",
    "PARAMETERS",
    "AnswerKey",
    "Arrival",
    "ItemContent",
    "Likeness",
    "Marking",
    "answer_fault",
    "arrival",
    "as_number",
    "as_points",
    "awards_worth",
    "case_faults",
    "closing_of",
    "deadline_of",
    "deadline_within",
    "draw",
    "final_points",
    "fingerprint",
    "is_right",
    "item_faults",
    "kinds_taking",
    "mark",
    "matching_of",
    "needs_third",
    "normalise",
    "normalise_answer",
    "option_order",
    "ordering_of",
    "section_faults",
    "settled",
    "similarity",
    "sketch",
    "third_over",
]

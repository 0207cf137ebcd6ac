"""The transition tables: every state reached, every act a service, every event written by it, the documented diagram fresh."""

from django.conf import settings

from exams import services
from exams.diagram import document
from exams.management.commands.exam_states import PATH
from exams.services import marking
from exams.sitting_states import OUTCOMES, SITTING_TRANSITIONS, Outcome, SittingState
from exams.states import ATTEMPT_TRANSITIONS, AttemptState


def test_every_state_is_reached_and_every_act_is_a_service():
    for table, states, first in (
        (ATTEMPT_TRANSITIONS, AttemptState.values, AttemptState.OPEN),
        (SITTING_TRANSITIONS, SittingState.values, SittingState.DRAFT),
    ):
        assert {end for _start, end in table} | {first} == set(states)
        assert all(hasattr(services, act) or hasattr(marking, act) for act, _who, _event in table.values())
    assert set(OUTCOMES) == set(Outcome.values)


def test_the_documented_diagram_is_fresh():
    assert (settings.BASE_DIR / PATH).read_text() == document(), "run manage.py exam_states"

"""The transition tables: every state reachable, every act a service, the documented diagram fresh."""

from django.conf import settings

from lms.supervision import services
from lms.supervision.diagram import document
from lms.supervision.management.commands.supervision_states import PATH
from lms.supervision.states import ANSWER_TRANSITIONS, SESSION_TRANSITIONS, Answer, SessionStatus


def test_every_state_is_reached_and_every_act_is_a_service():
    for table, states, first in (
        (SESSION_TRANSITIONS, SessionStatus.values, SessionStatus.DRAFT),
        (ANSWER_TRANSITIONS, Answer.values, Answer.PENDING),
    ):
        assert {end for _start, end in table} | {first} == set(states)
        assert all(hasattr(services, act) for act, _who, _event in table.values())


def test_the_documented_diagram_is_fresh():
    assert (settings.BASE_DIR / PATH).read_text() == document(), "run manage.py supervision_states"

"""The world of a load run: one announced sitting of the official 80-item structure, and its candidates signed in and seated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from exams import services
from exams.models import ExamSitting, Paper, PaperItem
from exams.services.content import demo_content
from lms.accounts.selectors import actor_for
from lms.core import clock, positions
from lms.core.actor import Actor
from lms.core.models import Counter
from lms.people.selectors import unanswered_consents
from lms.people.services import answer_consents
from tests.factories import exams as factory
from tests.factories.world import World, make_client, make_division_tree, make_person, make_user


@dataclass(frozen=True, slots=True)
class Asked:
    """One item as a candidate may answer it; ``keys`` is for the judge alone."""

    number: int
    letters: str
    keys: frozenset[str]

    @property
    def is_multiple(self) -> bool:
        return len(self.keys) > 1


@dataclass(frozen=True, slots=True)
class Hall:
    """What candidates and judge need: no Django row is kept, and no connection."""

    sitting: str
    sitting_pk: int
    items: tuple[Asked, ...]
    sessions: tuple[str, ...]  # the cookies of the candidates, signed in
    position: int  # the last one taken before anybody came


def build(candidates: int, *, is_migrated: bool) -> Hall:
    if not is_migrated:
        call_command("migrate", verbosity=0)
    tree, by = make_division_tree(), Actor.system("bench")
    paper = _paper(by)
    sitting = factory.sitting(tree.county, papers=[paper], minutes=24 * 60)
    sessions = tuple(_candidates(candidates, tree, sitting, by))
    items = tuple(
        Asked(item.number, "ABCDE"[: len(item.item_version.options)], frozenset(item.item_version.keys))
        for item in PaperItem.objects.filter(paper=paper).select_related("item_version").order_by("number")
    )
    hall = Hall(str(sitting.uuid), sitting.pk, items, sessions, positions.closed())
    connections.close_all()
    return hall


def _paper(by: Actor) -> Paper:
    """The mock that comes with the system: 60 single and 20 multiple choice items in the words of the licence exam."""
    content = next(one for one in demo_content() if one["code"] == "ZH1")
    return services.load_bank(content, by=by).papers[0]


def _candidates(count: int, tree: World, sitting: ExamSitting, by: Actor) -> Iterable[str]:
    """Accounts with a person, consents and a seat; yields the cookie of a browser that has signed in."""
    for _ in range(count):
        user = make_user(password=None)
        person = make_person(tree.county, user=user)
        answer_consents(person=person, answers={text.purpose: True for text in unanswered_consents(person)}, by=by)
        services.take_seat(sitting=sitting, person=person, by=actor_for(user))
        Counter.objects.create(name=f"bench-{user.pk}", last=int(clock.now().timestamp()))  # what the bare UPDATE changes
        client: Client = make_client(user)
        yield client.cookies[settings.SESSION_COOKIE_NAME].value

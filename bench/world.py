"""What cases stand on: a small legal world, signed-in clients, and the floors that several cases share."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any

from django.test import Client

from bench.frame import Work
from cms.services import build_site
from courses.demo_content import demo_courses
from courses.models import CoursePage
from courses.services import publish_course
from exams.models import Paper
from lms.accounts.models import User
from lms.core.actor import Actor
from lms.core.models import Counter
from lms.people.selectors import unanswered_consents
from lms.people.services import record_consent
from tests.factories import exams as exam_rows
from tests.factories.world import World, make_client, make_division_tree, make_person, make_user


class Bench:
    """One per run; cases build on it what they need, through the rooms' services or their factories."""

    by = Actor.system("bench")

    @cached_property
    def world(self) -> World:
        return make_division_tree()

    @cached_property
    def paper(self) -> Paper:
        """An open paper of the official structure: 60 single and 20 multiple choice."""
        return exam_rows.paper(singles=60, multiples=20)

    @cached_property
    def courses(self) -> list[CoursePage]:
        """The demonstration's courses on the demonstration's site."""
        build_site(by=self.by)
        return [publish_course(content=content, by=self.by) for content in demo_courses()]

    def client(self, role: str | None = None, division: Any = None) -> Client:
        """A browser signed in as a fresh user."""
        return make_client(make_user(role, division))

    def learner(self) -> tuple[Any, Client]:
        """A person of the county with an account who has answered what is asked at the first sign-in, and their browser."""
        user: User = make_user()
        person, client = make_person(self.world.county, user=user), make_client(user)
        for text in unanswered_consents(person):
            record_consent(person=person, purpose=text.purpose, given=True, by=self.by)
        return person, client

    def get(self, client: Client, address: str) -> Work:
        """Asking for a page; anything but 200 is an error of the case."""

        def work() -> bytes:
            answer = client.get(address)
            assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.get('Location', '')}"
            return answer.content

        return work

    def bare_page(self, client: Client, like: str) -> Work:
        """The floor of a page: a signed-in view that answers as many bytes as ``like`` does."""
        return self.get(client, f"/bench/page/{len(client.get(like).content)}/")

    def bare_update(self, client: Client) -> Work:
        """The floor of a write: a signed-in view that changes one row."""
        Counter.objects.get_or_create(name=f"bench-{client.user.pk}")  # type: ignore[attr-defined]
        numbers = itertools.count(1)

        def work() -> None:
            answer = client.post("/bench/update/", {"value": next(numbers)})
            assert answer.json() == {"saved": 1}

        return work

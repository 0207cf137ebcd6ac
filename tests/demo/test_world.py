"""The demonstration world is built through the services, and every figure of the field comes out of its records."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from courses.models import RosterImport
from lms.accounts.models import User
from lms.core.errors import LmsError
from lms.demo import names, world
from lms.reports.field_figures import FIELD_FIGURES

PEOPLE = 200  # of the 19,000 of 四川: the same code, fewer chunks


def asked(figure: dict[str, Any]) -> dict[str, Any]:
    when = ["--on", figure["on"]] if "on" in figure else ["--from", figure["from"], "--to", figure["to"]]
    out = io.StringIO()
    call_command("figure", "--what", figure["what_code"], "--division", figure["division"], *when, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.slow
@pytest.mark.django_db
def test_every_figure_of_the_field_is_derived_by_counting(settings, tmp_path, django_capture_on_commit_callbacks):
    settings.LMS_DEMO = True
    settings.WORLD_DIR = tmp_path
    call_command("load_divisions", stdout=io.StringIO())
    with django_capture_on_commit_callbacks(execute=True):
        job = world.build(seed=7, people=PEOPLE, say=lambda _text: None)
    job.refresh_from_db()
    assert job.status == "done", job.error
    wrong = []
    for figure in FIELD_FIGURES:
        found = asked(figure)
        wanted = PEOPLE if figure["id"] == "sichuan-trained" else figure["value"]
        right = found["value"] >= wanted if figure.get("at_least") else found["value"] == wanted
        if not right:
            wrong.append((figure["id"], found["value"], wanted))
        if figure["unit"] in {"persons", "person_times", "stations", "posts", "organisations"} and isinstance(found["value"], int):
            assert len(found["lines"]) >= found["value"], figure["id"]
    assert wrong == []
    assert dict(RosterImport.objects.values_list("state", "commit_job__status")) == {"ready": None, "done": "done"}
    accounts = json.loads((tmp_path / "accounts.json").read_text())
    assert {row["username"] for row in accounts} <= set(User.objects.values_list("username", flat=True))


@pytest.mark.django_db
def test_the_world_is_refused_outside_a_demonstration_and_over_data(settings):
    settings.LMS_DEMO = False
    with pytest.raises(LmsError):
        world.build(seed=1, people=1, say=lambda _text: None)
    settings.LMS_DEMO = True
    User.objects.create_user("somebody")
    with pytest.raises(CommandError, match="空库"):
        call_command("seed_demo", "--seed", "1")


def test_invented_documents_are_well_formed_distinct_and_of_no_division():
    import random

    from lms.people.rules import check_document

    made = [names.invent(random.Random(serial), serial) for serial in range(3000)]
    assert len({one.document for one in made}) == len(made)
    for one in made[:200]:
        facts = check_document("resident", one.document)
        assert (facts.birth_date, facts.sex) == (one.birth_date, one.sex)
        assert one.document.startswith(names.AREA)

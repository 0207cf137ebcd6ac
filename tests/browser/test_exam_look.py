"""The exam room as candidates, markers, offices and authors see it: accessible, within the screen, large enough to touch."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from exams import services
from exams.models import ReviewCard
from exams.services.content import demo_content
from lms.accounts.roles import Role
from lms.accounts.selectors import actor_for
from tests.browser.looking import faults_of, serious, sign_in
from tests.factories import exam_after as after
from tests.factories import exams as make
from tests.factories import world as worlds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

KINDS = "single multiple true_false matching ordering short_answer numeric essay"


@pytest.fixture
def sat(world: Any) -> Any:
    """A learner with an attempt in hand on every kind of item, one marked with mistakes, a round, a card and a sitting."""
    user = worlds.make_user()
    person = worlds.make_person(world.county, user=user)
    every = make.mixed_paper(world.county, KINDS.replace(" essay", ""), cased="single multiple matching ordering")
    small = make.paper(world.county)
    held = after.marked(small, {1: "C", 2: "B", 3: "AC"}, person)
    services.collect_mistakes(person=person, by=make.actor_of(person))
    seat = make.seat(make.sitting(world.county), person) if _consents(person) else None
    return type("Sat", (), {**locals(), "attempt": make.attempt(person, every), "round": make.practice_round(person)})


def _consents(person: Any) -> bool:
    make.people.record_consent(person=person, purpose="training", given=True, by=make.SYSTEM)
    return True


def test_what_a_candidate_sees(sat: Any, phone: Page, live_server: Any) -> None:
    sign_in(phone, live_server, sat.user)
    card = ReviewCard.objects.filter(person=sat.person).order_by("pk")[0]
    version = sat.small.paper_items.get(number=1).item_version
    pages = {
        "papers": reverse("exams:paper_list"),
        "paper": reverse("exams:paper", args=[sat.every.uuid]),
        "attempt": reverse("exams:attempt", args=[sat.attempt.uuid]),
        "hand in": reverse("exams:attempt_submit", args=[sat.attempt.uuid]),
        "result": reverse("exams:attempt_result", args=[sat.held.uuid]),
        "receipts": reverse("exams:attempt_receipts", args=[sat.held.uuid]),
        "attempts": reverse("exams:attempt_list"),
        "sittings": reverse("exams:sitting_list"),
        "sitting": reverse("exams:sitting", args=[sat.seat.sitting.uuid]),
        "practice": reverse("exams:practice"),
        "round": reverse("exams:practice_round", args=[sat.round.uuid]),
        "wrong": reverse("exams:wrong_book"),
        "favourites": reverse("exams:favourites"),
        "review": reverse("exams:review"),
        "plan": reverse("exams:review_plan"),
        "card": reverse("exams:review_card", args=[card.uuid]),
        "readiness": reverse("exams:readiness"),
        "fault": reverse("exams:fault_report", args=[version.uuid]),
    }
    assert faults_of(phone, pages) == {}


def test_every_kind_in_hand_and_in_review(sat: Any, desktop: Page, live_server: Any) -> None:
    """Each kind as it is worked on and as it is read afterwards; matching and ordering by keys alone."""
    sign_in(desktop, live_server, sat.user)
    desktop.goto(reverse("exams:attempt", args=[sat.attempt.uuid]))
    expect(desktop.locator("#exam")).to_have_class(re.compile("exam-on"))
    for number in range(1, desktop.locator("[data-q]").count() + 1):
        question = desktop.locator(f"#q{number}")
        kind = question.get_attribute("data-kind")
        expect(question).to_be_visible()
        for place, field in enumerate(question.locator("select, input[type=text], .opt input").all(), 1):
            field.focus()
            if kind in ("matching", "ordering"):
                desktop.keyboard.type("ABCD"[(place - 1) % 3] if kind == "matching" else str(place))
            elif kind in ("short_answer", "numeric"):
                desktop.keyboard.type("12")
            elif place == 1:
                desktop.keyboard.press("a")
        if number <= 8:  # the rest is one case, its questions below each other
            assert serious(desktop) == [], kind
        desktop.locator("button[data-next]").click()
    desktop.get_by_role("button", name="确认交卷").click()
    desktop.wait_for_url(re.compile("/result/"))
    assert serious(desktop) == []
    given = {kind: answer for kind, answer in sat.attempt.responses.values_list("kind", "answer")}
    assert (given["ordering"], given["numeric"]) == (["A", "B", "C", "D"], ["12"])
    assert all(given["matching"]) and len(given["matching"]) == 3


def test_what_offices_and_markers_see(sat: Any, phone: Page, live_server: Any, world: Any) -> None:
    essays = make.essay_paper(world.county)
    make.essay_attempt(essays)
    user = worlds.make_user(Role.REGIONAL_ADMIN, world.county)
    worlds.give(user, Role.TRAINER, world.county)
    services.appoint_marker(paper=essays, user=user, by=make.SYSTEM)
    mark = services.claim_script(paper=essays, by=actor_for(user))
    after.crowd(sat.small, 30, place=world.county)
    services.analyse_paper(paper=sat.small, by=make.SYSTEM)
    version = sat.small.paper_items.get(number=1).item_version
    services.report_fault(version=version, person=sat.person, kind="key", text="答案像是 C", by=make.actor_of(sat.person))
    regrade = services.propose_regrade(
        version=version, remedy="keys", keys=["C"], reason="参考答案印错", keeps_better=True, by=make.actor("trainer", "/")
    )
    sign_in(phone, live_server, user)
    pages = {
        "marking": reverse("exams:marking_list"),
        "script": reverse("exams:script", args=[mark.uuid]),
        "markers": reverse("exams:office_markers", args=[essays.uuid]),
        "papers": reverse("exams:office_paper_list"),
        "paper": reverse("exams:office_paper", args=[sat.small.uuid]),
        "attempts": reverse("exams:office_attempts", args=[sat.small.uuid]),
        "attempt": reverse("exams:office_attempt", args=[sat.held.uuid]),
        "analysis": reverse("exams:office_analysis", args=[sat.small.uuid]),
        "item analysis": reverse("exams:office_analysis_item", args=[sat.small.uuid, 1]),
        "sittings": reverse("exams:office_sitting_list"),
        "sitting": reverse("exams:office_sitting", args=[sat.seat.sitting.uuid]),
        "watch": reverse("exams:office_watch", args=[sat.seat.sitting.uuid]),
        "roll": reverse("exams:office_roll", args=[sat.seat.sitting.uuid]),
        "seat": reverse("exams:office_seat", args=[sat.seat.uuid]),
        "faults": reverse("exams:office_faults"),
        "fault": reverse("exams:office_fault", args=[version.uuid]),
        "regrade": reverse("exams:office_regrade", args=[regrade.uuid]),
    }
    assert faults_of(phone, pages) == {}


def test_what_authors_see(desktop: Page, live_server: Any, world: Any) -> None:
    """The item desk in the editors' admin, where only what is ours is counted small, and an import looked over before it enters."""
    call_command("create_site", verbosity=0)
    services.load_syllabus(by=make.SYSTEM)
    bank = make.bank(world.county)
    items = {kind: make.worded(bank, kind).item for kind in ("matching", "essay", "case")} | {"single": make.draft(bank).item}
    user = worlds.make_user(Role.EDITOR, world.county)
    worlds.give(user, Role.TRAINER, world.county)
    text = "1. 题干（　　）\nA. 一\nB. 二\nC. 三\nD. 四\n答案：A\n2. 没有选项的题\n答案：B\n"
    found = services.upload_items(bank=bank, raw=text.encode(), name="题.txt", by=actor_for(user))
    desktop.set_viewport_size({"width": 390, "height": 844})
    sign_in(desktop, live_server, user)
    desk = {
        "desk": "/admin/items/",
        "bank": reverse("exams_admin:bank", args=[bank.uuid]),
        "new": reverse("exams_admin:item_create", args=[bank.uuid]),
        **{f"item {kind}": reverse("exams_admin:item", args=[item.uuid]) for kind, item in items.items()},
        "edit": reverse("exams_admin:item_edit", args=[items["matching"].uuid]),
    }
    assert faults_of(desktop, desk, small=False) == {}
    office = {
        "bank": reverse("exams:bank", args=[bank.uuid]),
        "difficulty": reverse("exams:bank_difficulty", args=[bank.uuid]),
        "upload": reverse("exams:import_upload", args=[bank.uuid]),
        "import": reverse("exams:import", args=[found.uuid]),
        "export": reverse("exams:export", args=[bank.uuid]),
        "edit": reverse("exams:item_edit", args=[items["essay"].uuid]),
    }
    assert faults_of(desktop, office) == {}


def test_an_official_paper_is_light(phone: Page, live_server: Any, world: Any) -> None:
    """The page of a whole paper of real items, with all it asks for: few requests, and small as a server sends it."""
    services.load_syllabus(by=make.SYSTEM)
    services.load_standards(by=make.SYSTEM)
    paper = next(iter(services.load_bank(next(c for c in demo_content() if c.get("papers")), by=make.SYSTEM).papers))
    user = worlds.make_user()
    attempt = make.attempt(worlds.make_person(world.county, user=user), paper)
    sign_in(phone, live_server, user)
    sizes: dict[str, int] = {}
    phone.on("response", lambda response: sizes.setdefault(response.url, len(gzip.compress(response.body(), 6))))
    phone.goto(reverse("exams:attempt", args=[attempt.uuid]), wait_until="networkidle")
    assert phone.locator("[data-q]").count() == 80
    assert len(sizes) <= 8, sizes
    assert sum(sizes.values()) < 60_000, sizes

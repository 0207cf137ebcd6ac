"""Legal rows of the exam room for tests."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from PIL import Image

from cms.models import Policy
from exams import services
from exams.exchange.reading import FoundItem, Picture
from exams.models import (
    Attempt,
    Blueprint,
    EssayMark,
    EssayRule,
    ExamSitting,
    ItemBank,
    ItemImport,
    ItemPicture,
    ItemVersion,
    LawArticle,
    MarkingRule,
    Paper,
    PaperTemplate,
    PracticeRound,
    SittingSeat,
    TemplateSection,
)
from exams.services.items import demo_author
from exams.services.marking import usual_rules
from exams.services.pictures import keep_pictures
from lms.accounts.models import User
from lms.accounts.selectors import actor_for
from lms.core import clock, positions
from lms.core.actor import Actor, Grant
from lms.people import services as people
from lms.people.models import Person
from lms.places.models import Division
from tests.factories.world import make_user

_numbers = itertools.count(1)
SYSTEM = Actor.system("tests")


def division(code: str = "530621", path: str = "/53/5306/530621/") -> Division:
    with transaction.atomic():
        found = Division.objects.filter(level=3, code=code).first()
        return found or Division.objects.create(
            code=code, name=f"县{code}", full_name=f"县{code}", level=3, path=path, position=positions.take()
        )


def actor(role: str, path: str = "/53/5306/530621/") -> Actor:
    return Actor(uuid=demo_author(f"tester {next(_numbers)}"), label="user:test", user_id=None, grants=(Grant(role, path),))


def learner(place: Division | None = None) -> Person:
    number = next(_numbers)
    user = User.objects.create_user(username=f"learner{number}", password="pass-word-1")
    return Person.objects.create(name=f"学员{number}", division=place or division(), user=user)


def actor_of(person: Person) -> Actor:
    assert person.user is not None
    return Actor(uuid=person.user.uuid, label=str(person.user), user_id=person.user_id)


def bank(place: Division | None = None) -> ItemBank:
    number = next(_numbers)
    return ItemBank.objects.create(code=f"B{number}", name=f"题库{number}", division=place)


def draft(in_bank: ItemBank, kind: str = "single", **kwargs: Any) -> ItemVersion:
    number = next(_numbers)
    options = 5 if kind == "multiple" else 2 if kind == "true_false" else 4
    content = {
        "kind": kind,
        "stem": f"第{number}道试题的题干是什么？",
        "options": [f"选项{letter}{number}" for letter in "ABCDE"[:options]],
        "keys": {"single": "B", "multiple": "ACD", "true_false": "A"}.get(kind, ""),
        "explanation": "因为如此。",
        "source": "自编",
        **kwargs,
    }
    return services.create_item(bank=in_bank, by=Actor.system("author"), **content)


WORDS: dict[str, dict[str, Any]] = {
    "matching": {
        "stem": "把方法与对象配对。",
        "prompts": ["个案工作", "小组工作", "社区工作"],
        "options": ["一个社区", "个人和家庭", "一组人", "一个国家"],
        "keys": ["B", "C", "A"],
    },
    "ordering": {"stem": "排出次序。", "options": ["介入", "接案", "评估", "预估"], "keys": ["B", "D", "A", "C"]},
    "short_answer": {"stem": "个案工作的英文。", "accepted": ["Case Work", "casework"]},
    "numeric": {"stem": "一半是多少？", "accepted": ["0.5"], "tolerance": "0.01"},
    "essay": {
        "stem": "分析案例并设计方案。",
        "marking_points": [{"text": "指出问题", "points": 800}, {"text": "提出目标", "points": 1200}],
    },
    "case": {"stem": "王奶奶独居。", "exhibits": [{"title": "谈话记录", "text": "她说夜里睡不着。"}]},
}
# by kind: a right answer and a wrong one, as a browser sends them
ANSWERS: dict[str, tuple[Any, Any]] = {
    "single": ("B", "A"),
    "multiple": ("ACD", "AB"),
    "true_false": ("A", "B"),
    "matching": (["B", "C", "A"], ["A", "A", "D"]),
    "ordering": (["B", "D", "A", "C"], ["A", "B", "C", "D"]),
    "short_answer": (["ＣＡＳＥ work"], ["case-work"]),
    "numeric": (["０．５０９"], ["0.52"]),
}


def worded(in_bank: ItemBank, kind: str, **kwargs: Any) -> ItemVersion:
    """A live item of any kind with the words above."""
    number = next(_numbers)
    words = WORDS.get(kind, {})
    return live(in_bank, kind, **{"options": (), "keys": (), **words, "stem": f"{words['stem']}{number}", **kwargs})


def case(in_bank: ItemBank, kinds: str = "single numeric") -> ItemVersion:
    """A live case with a live question of each of the kinds."""
    material = worded(in_bank, "case")
    for kind in kinds.split():
        (worded if kind in WORDS else live)(in_bank, kind, case=material.item)
    return material


def mixed_paper(
    place: Division | None = None, kinds: str = "matching ordering short_answer numeric", cased: str = "", **kwargs: Any
) -> Paper:
    """An open paper with one item of each kind, each worth 200, and one case with the questions named."""
    services.load_standards(by=SYSTEM)
    source, usual = bank(place), usual_rules()
    wanted = kinds.split()
    full = 200 * (len(wanted) + len(cased.split()))
    made = PaperTemplate.objects.create(
        code=f"mixed-{next(_numbers)}",
        subject="comprehensive_junior",
        name="各种题型",
        duration_minutes=30,
        full_points=full,
        pass_points=full * 6 // 10,
        is_objective=True,
        certainty="decided",
        source="测试",
    )
    parts = [(kind, 1) for kind in wanted] + ([("case", len(cased.split()))] if cased else [])
    for number, (kind, count) in enumerate(parts, 1):
        TemplateSection.objects.create(
            template=made, number=number, title=f"部分{number}", kind=kind, count=count, points=200, rule=usual.get(kind)
        )
    items = [(worded if kind in WORDS else live)(source, kind) for kind in wanted]
    items += [case(source, cased)] if cased else []
    paper_made = services.create_paper(
        template=made, title=f"试卷{next(_numbers)}", division=place, items=items, by=SYSTEM, **kwargs
    )
    return services.publish_paper(paper=paper_made, by=SYSTEM)


def live(in_bank: ItemBank, kind: str = "single", **kwargs: Any) -> ItemVersion:
    version = draft(in_bank, kind, **kwargs)
    ItemVersion.objects.filter(pk=version.pk).update(author=demo_author("someone else"))
    services.review_item(version=version, by=SYSTEM)
    return services.publish_item(version=version, by=SYSTEM)


def template(singles: int = 2, multiples: int = 2) -> PaperTemplate:
    """A small template marked by the official rules."""
    services.load_standards(by=SYSTEM)
    full = 100 * singles + 200 * multiples
    made = PaperTemplate.objects.create(
        code=f"small-{next(_numbers)}",
        subject="comprehensive_junior",
        name="小卷",
        duration_minutes=30,
        full_points=full,
        pass_points=full * 6 // 10,
        is_objective=True,
        certainty="decided",
        source="测试",
    )
    single, multiple = (MarkingRule.objects.get(code=code) for code in ("licence-single", "licence-multiple"))
    TemplateSection.objects.create(
        template=made, number=1, title="单项选择题", kind="single", count=singles, points=100, options_count=4, rule=single
    )
    TemplateSection.objects.create(
        template=made,
        number=2,
        title="多项选择题",
        kind="multiple",
        count=multiples,
        points=200,
        options_count=5,
        keys_min=2,
        keys_max=4,
        rule=multiple,
    )
    return made


def paper(place: Division | None = None, singles: int = 2, multiples: int = 2, **kwargs: Any) -> Paper:
    """An open paper: singles keyed B, then multiples keyed ACD."""
    source = bank(place)
    items = [live(source) for _ in range(singles)] + [live(source, "multiple") for _ in range(multiples)]
    made = services.create_paper(
        template=template(singles, multiples), title=f"试卷{next(_numbers)}", division=place, items=items, by=SYSTEM, **kwargs
    )
    return services.publish_paper(paper=made, by=SYSTEM)


def essay_paper(
    place: Division | None = None, essays: int = 1, singles: int = 1, percent: int = 20, method: str = "closest_pair"
) -> Paper:
    """An open paper of single choices (100 each) and essays (2000 each, two marking points: 800 and 1200)."""
    services.load_standards(by=SYSTEM)
    number = next(_numbers)
    rule = EssayRule.objects.create(
        code=f"essay-{number}",
        name="双评",
        description="两人背对背评分。",
        method=method,
        third_over_percent=percent,
        certainty="decided",
        source="测试",
    )
    full = 100 * singles + 2000 * essays
    made = PaperTemplate.objects.create(
        code=f"essay-{number}",
        subject="practice_middle",
        name="主观卷",
        duration_minutes=30,
        full_points=full,
        pass_points=full * 6 // 10,
        is_objective=False,
        certainty="decided",
        source="测试",
    )
    if singles:
        single = MarkingRule.objects.get(code="licence-single")
        TemplateSection.objects.create(template=made, number=1, title="单选", kind="single", count=singles, points=100, rule=single)
    TemplateSection.objects.create(
        template=made, number=2, title="案例分析题", kind="essay", count=essays, points=2000, essay_rule=rule
    )
    source = bank(place)
    items = [live(source) for _ in range(singles)] + [worded(source, "essay") for _ in range(essays)]
    paper_made = services.create_paper(template=made, title=f"主观卷{number}", division=place, items=items, by=SYSTEM)
    return services.publish_paper(paper=paper_made, by=SYSTEM)


def marker(on: Paper, role: str = "trainer", place: Division | None = None) -> Actor:
    """A user appointed to mark the essays of a paper, as an actor."""
    user = make_user(role, place or on.division)
    services.appoint_marker(paper=on, user=user, by=SYSTEM)
    return actor_for(user)


def essay_attempt(on: Paper, person: Person | None = None, text: str = "先稳定情绪，再订目标。") -> Attempt:
    """An attempt with every essay written and every single choice right, handed in."""
    person = person or learner(on.division)
    made = attempt(person, on)
    for number, kind in made.responses.values_list("number", "kind"):
        services.save_response(
            attempt=made, item_number=number, sequence=1, answer=[text] if kind == "essay" else "B", by=actor_of(person)
        )
    return services.submit_attempt(attempt=made, by=actor_of(person))


def attempt(person: Person | None = None, on: Paper | None = None) -> Attempt:
    person = person or learner()
    return services.start_attempt(paper=on or paper(), person=person, by=actor_of(person))


def consenting_learner(place: Division | None = None) -> Person:
    person = learner(place)
    people.record_consent(person=person, purpose="training", given=True, by=SYSTEM)
    return person


def sitting(
    place: Division | None = None, *, papers: Sequence[Paper] = (), minutes: int = 120, opens_in: int = -10, **kwargs: Any
) -> ExamSitting:
    """An announced sitting whose window opened ten minutes ago, with one reserved paper of thirty minutes."""
    place = place or division()
    papers = list(papers) or [paper(place, is_reserved=True)]
    starts = clock.now() + dt.timedelta(minutes=opens_in)
    made = services.create_sitting(
        title=f"考次{next(_numbers)}",
        division=place,
        papers=papers,
        starts_at=starts,
        ends_at=starts + dt.timedelta(minutes=minutes),
        by=SYSTEM,
        **kwargs,
    )
    return services.announce_sitting(sitting=made, by=SYSTEM)


def seat(on: ExamSitting | None = None, person: Person | None = None) -> SittingSeat:
    on = on or sitting()
    person = person or consenting_learner(on.division)
    return services.take_seat(sitting=on, person=person, by=actor_of(person))


def sat(on: SittingSeat | None = None, answers: dict[int, str] | None = None) -> Attempt:
    """An attempt in a sitting, handed in with these answers."""
    on = on or seat()
    me = actor_of(on.person)
    made = services.start_in_sitting(seat=on, by=me, code=on.sitting.access_code)
    for number, answer in (answers or {}).items():
        services.save_response(attempt=made, item_number=number, sequence=1, answer=answer, by=me, answered_at=clock.now())
    return services.submit_attempt(attempt=made, by=me)


def practice_round(person: Person, versions: Sequence[ItemVersion] | None = None) -> PracticeRound:
    pool = versions or [live(bank(person.division)) for _ in range(3)]
    return services.start_round(person=person, mode="chapter", versions=pool, by=actor_of(person))


def article(*days: dt.date, label: str = "第二条") -> LawArticle:
    """An article of an invented regulation, with a text from each of the days on."""
    policy = Policy.objects.create(title=f"测试条例{next(_numbers)}", kind=Policy.Kind.REGULATION)
    made = services.record_article(policy=policy, label=label, by=SYSTEM)
    for day in days:
        services.record_text(article=made, effective_from=day, source="测试", by=SYSTEM)
    return made


def _item(world: Any) -> dict[str, Any]:
    return {"item": live(bank(world.division)).item.uuid}


def _draft_paper(world: Any) -> Paper:
    return services.create_paper(template=template(), title=f"草卷{next(_numbers)}", division=world.division, by=SYSTEM)


def _attempt_there(world: Any) -> Attempt:
    return attempt(learner(world.division), paper(world.division))


def _seat_there(world: Any) -> SittingSeat:
    return seat(sitting(world.division))


def _round_there(world: Any) -> PracticeRound:
    return practice_round(learner(world.division))


def _blueprint(world: Any) -> Blueprint:
    services.load_standards(by=SYSTEM)
    return services.create_blueprint(
        title="细目表",
        division=world.division,
        subject="law_middle",
        duration_minutes=30,
        cells=[services.CellRow("single", 1, 100)],
        by=SYSTEM,
    )


def _bank_measured(world: Any) -> ItemBank:
    services.load_standards(by=SYSTEM)
    made = bank(world.division)
    live(made)
    return made


def _claim(world: Any) -> EssayMark:
    """Somebody else's claim."""
    on = essay_paper(world.division)
    essay_attempt(on)
    claim = services.claim_script(paper=on, by=marker(on))
    assert claim is not None
    return claim


def _import(world: Any) -> ItemImport:
    text = "1. 题干（　　）\nA. 一\nB. 二\nC. 三\nD. 四\n答案：A\n"
    return services.upload_items(bank=bank(world.division), raw=text.encode(), name="题.txt", by=SYSTEM)


def picture(of_bank: ItemBank) -> ItemPicture:
    item = FoundItem(place=1, kind="single", stem="［图1］", images=(drawing(),))
    code = keep_pictures(of_bank, item).stem[3:-1]
    return ItemPicture.objects.get(code=code)


def drawing(shade: int = 0) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (4, 3), (shade, 0, 0)).save(out, "PNG")
    return Picture("图.png", "image/png", out.getvalue())


# a row in the division for the office; for a learner's own pages, somebody else's row
ROUTES = {
    "exams:paper_list": lambda world: {},
    "exams:attempt_list": lambda world: {},
    "exams:paper": lambda world: {"kwargs": {"paper": paper(world.division).uuid}},
    "exams:attempt_start": lambda world: {"kwargs": {"paper": paper(world.division).uuid}, "method": "post"},
    "exams:attempt": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}},
    "exams:attempt_answers": lambda world: {
        "kwargs": {"attempt": _attempt_there(world).uuid},
        "method": "post",
        "data": '{"w": "", "a": [[1, 1, "A", 0, 0]]}',
        "content_type": "application/json",
    },
    "exams:attempt_window": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}, "method": "post"},
    "exams:attempt_trace": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}, "method": "post"},
    "exams:attempt_save": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}, "method": "post"},
    "exams:attempt_submit": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}, "method": "post"},
    "exams:attempt_result": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}},
    "exams:bank": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams:import_upload": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams:import": lambda world: {"kwargs": {"item_import": _import(world).uuid}},
    "exams:import_act": lambda world: {"kwargs": {"item_import": _import(world).uuid, "act": "confirm"}, "method": "post"},
    "exams:export": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams:picture": lambda world: {"kwargs": {"code": picture(bank(world.division)).code}},
    "exams:item_create": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams:law_article": lambda world: {"kwargs": {"article": article().uuid}},
    "exams:item": lambda world: {"kwargs": _item(world)},
    "exams:item_edit": lambda world: {"kwargs": _item(world)},
    "exams:item_act": lambda world: {"kwargs": {**_item(world), "act": "comment"}, "method": "post"},
    "exams:item_preview": lambda world: {"method": "post"},
    "exams_admin:bank_list": lambda world: {},
    "exams_admin:bank_create": lambda world: {},
    "exams_admin:bank": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams_admin:item_create": lambda world: {"kwargs": {"bank": bank(world.division).uuid}},
    "exams_admin:item": lambda world: {"kwargs": _item(world)},
    "exams_admin:item_edit": lambda world: {"kwargs": _item(world)},
    "exams_admin:item_act": lambda world: {"kwargs": {**_item(world), "act": "comment"}, "method": "post"},
    "exams_admin:item_preview": lambda world: {"method": "post"},
    "exams:office_paper": lambda world: {"kwargs": {"paper": _draft_paper(world).uuid}},
    "exams:office_paper_items": lambda world: {"kwargs": {"paper": _draft_paper(world).uuid}},
    "exams:office_paper_act": lambda world: {"kwargs": {"paper": _draft_paper(world).uuid, "act": "retire"}, "method": "post"},
    "exams:marking_list": lambda world: {},
    "exams:script_claim": lambda world: {"kwargs": {"paper": essay_paper(world.division).uuid}, "method": "post"},
    "exams:script": lambda world: {"kwargs": {"mark": _claim(world).uuid}},
    "exams:script_release": lambda world: {"kwargs": {"mark": _claim(world).uuid}, "method": "post"},
    "exams:office_markers": lambda world: {"kwargs": {"paper": essay_paper(world.division).uuid}},
    "exams:office_attempts": lambda world: {"kwargs": {"paper": _draft_paper(world).uuid}},
    "exams:office_attempt": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}},
    "exams:attempt_receipts": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}},
    "exams:paper_print": lambda world: {"kwargs": {"paper": paper(world.division).uuid, "part": "sheet"}, "method": "post"},
    "exams:sitting": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}},
    "exams:sitting_seat": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}, "method": "post"},
    "exams:sitting_start": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}, "method": "post"},
    "exams:sitting_slip": lambda world: {"kwargs": {"sitting": _seat_there(world).sitting.uuid}},
    "exams:practice_start": lambda world: {"method": "post", "data": {"mode": "wrong"}},
    "exams:practice_round": lambda world: {"kwargs": {"round_": _round_there(world).uuid}},
    "exams:practice_answer": lambda world: {"kwargs": {"round_": _round_there(world).uuid}, "method": "post"},
    "exams:practice_finish": lambda world: {"kwargs": {"round_": _round_there(world).uuid}, "method": "post"},
    "exams:wrong_remove": lambda world: {"kwargs": _item(world), "method": "post"},
    "exams:favourite_keep": lambda world: {"kwargs": _item(world), "method": "post"},
    "exams:office_evidence": lambda world: {"kwargs": {"attempt": _attempt_there(world).uuid}},
    "exams:office_paper_print": lambda world: {
        "kwargs": {"paper": _draft_paper(world).uuid, "part": "key"},
        "method": "post",
    },
    "exams:bank_difficulty": lambda world: {"kwargs": {"bank": _bank_measured(world).uuid}},
    "exams:blueprint": lambda world: {"kwargs": {"blueprint": _blueprint(world).uuid}},
    "exams:blueprint_cells": lambda world: {"kwargs": {"blueprint": _blueprint(world).uuid}},
    "exams:blueprint_act": lambda world: {"kwargs": {"blueprint": _blueprint(world).uuid, "act": "retire"}, "method": "post"},
    "exams:office_sitting": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}},
    "exams:office_sitting_edit": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}},
    "exams:office_sitting_act": lambda world: {
        "kwargs": {"sitting": sitting(world.division).uuid, "act": "close"},
        "method": "post",
    },
    "exams:office_watch": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}},
    "exams:office_roll": lambda world: {"kwargs": {"sitting": sitting(world.division).uuid}},
    "exams:office_seat": lambda world: {"kwargs": {"seat": _seat_there(world).uuid}},
    "exams:office_seat_act": lambda world: {"kwargs": {"seat": _seat_there(world).uuid, "act": "check-in"}, "method": "post"},
}

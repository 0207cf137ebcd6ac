"""The fold from lines to stages, over plain values."""

import datetime as dt
import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.pipeline import rules
from lms.pipeline.rules import Fact, Target, path_of
from lms.pipeline.states import Exit, Stage

D = dt.date.fromisoformat
TARGETS = (Target("junior", 72 * 60), Target("middle", 90 * 60))
_count = itertools.count(1)


def fact(kind, on, *, source=None, division=1, **more):
    number = next(_count)
    return Fact(
        line=uuid.UUID(int=number), kind=kind, on=D(on), division=division, position=number, source=source or uuid.uuid4(), **more
    )


def stages(*facts, trained=(), void_years=()):
    return path_of(facts, trained=list(trained), targets=TARGETS, void_years=void_years)


def spells(path, stage, aspect=""):
    mine = [s for s in path.spells if (s.stage, s.aspect) == (stage, aspect)]
    return [(str(s.starts_on), s.ends_on and str(s.ends_on), s.way_out) for s in mine]


def test_names_of_the_stages_are_those_of_the_table():
    assert [s.value for s in Stage] == [
        rules.ON_BOOKS, rules.IN_DUTIES, rules.TRAINED, rules.CULTIVATED, rules.ELIGIBLE, rules.REGISTERED_FOR_EXAM,
        rules.LICENSED, rules.REGISTERED, rules.IN_POST, rules.EDUCATION_MET, rules.SENIOR,
    ]  # fmt: skip


def test_nothing_known_nothing_claimed():
    assert stages() == rules.Path((), None)


def test_on_the_books_from_to():
    job = uuid.uuid4()
    path = stages(fact("employed", "2020-01-01", source=job), fact("employment_ended", "2024-06-30", source=job))
    assert spells(path, rules.ON_BOOKS) == [("2020-01-01", "2024-06-30", "left_books")]


def test_only_a_post_with_social_work_duties_counts():
    one, other = uuid.uuid4(), uuid.uuid4()
    path = stages(
        fact("post_started", "2020-01-01", source=one, facts={"is_social_work": False}),
        fact("post_started", "2021-01-01", source=other, facts={"is_social_work": True}),
        fact("post_ended", "2022-12-31", source=other),
    )
    assert spells(path, rules.IN_DUTIES) == [("2021-01-01", "2022-12-31", Exit.POST_ENDED)]


def test_trained_since_the_first_training_that_counts():
    line = uuid.uuid4()
    path = stages(fact("attended", "2026-05-01"), trained=[(D("2026-07-01"), ()), (D("2026-05-01"), (line,))])
    assert spells(path, rules.TRAINED) == [("2026-05-01", None, "")]
    assert next(s for s in path.spells if s.stage == rules.TRAINED).evidence == (line,)
    assert spells(stages(fact("attended", "2026-05-01")), rules.TRAINED) == []


def test_cultivation_needs_a_signed_supervision_and_the_enrolment_is_told_apart():
    joined = uuid.uuid4()
    start = fact("cultivation_started", "2026-01-10", source=joined, programme=7)
    assert spells(stages(start), rules.CULTIVATED) == []
    assert spells(stages(start), rules.CULTIVATED, "enrolled") == [("2026-01-10", None, "")]
    met = fact("supervised", "2026-03-12", programme=7, minutes=120)
    elsewhere = fact("supervised", "2026-02-01", programme=8, minutes=120)
    path = stages(start, elsewhere, met, fact("cultivation_completed", "2026-10-31", source=joined, programme=7))
    assert spells(path, rules.CULTIVATED) == [("2026-03-12", "2026-10-31", Exit.CULTIVATION_COMPLETED)]
    assert path.spells[0].detail == {"meetings": 1, "minutes": 120}
    left = stages(start, met, fact("cultivation_ended", "2026-05-31", source=joined, programme=7))
    assert spells(left, rules.CULTIVATED) == [("2026-03-12", "2026-05-31", Exit.CULTIVATION_ENDED)]


@pytest.mark.parametrize(
    ("education", "social_work", "post", "since"),
    [
        ("21", True, None, "2022-07-01"),  # 社工专业本科: at once
        ("21", False, "2022-07-01", "2024-07-01"),  # 其他本科 + 2
        ("31", True, "2022-07-01", "2024-07-01"),  # 社工专业大专 + 2
        ("31", False, "2022-07-01", "2026-07-01"),  # 其他大专 + 4
        ("61", False, "2022-07-01", "2026-07-01"),  # 高中 + 4
        ("21", False, None, None),
    ],
)
def test_eligible_from_the_day_the_conditions_are_met(education, social_work, post, since):
    lines = [fact("educated", "2022-07-01", topic=education, facts={"kind": "graduated", "is_social_work_major": social_work})]
    if post:
        lines.append(fact("post_started", post, facts={"is_social_work": True}))
    assert [s[0] for s in spells(stages(*lines), rules.ELIGIBLE)] == ([since] if since else [])


def test_years_stop_counting_when_the_post_ends():
    post = uuid.uuid4()
    path = stages(
        fact("educated", "2022-07-01", topic="21", facts={"kind": "graduated"}),
        fact("post_started", "2022-07-01", source=post, facts={"is_social_work": True}),
        fact("post_ended", "2023-06-30", source=post),
    )
    assert spells(path, rules.ELIGIBLE) == []


def test_a_certificate_of_completion_is_no_graduation():
    path = stages(fact("educated", "2022-07-01", topic="21", facts={"kind": "completed", "is_social_work_major": True}))
    assert spells(path, rules.ELIGIBLE) == [] and path.conversion is None


def registered(year, level="middle"):
    return fact("exam_registered", f"{year}-03-20", topic=level, facts={"year": year, "level": level})


def passed(year, subject, level="middle"):
    return fact(
        "exam_scored", f"{year}-08-01", topic=subject,
        facts={"year": year, "level": level, "subject": subject, "passed": True, "sat_in": "/53/"},
    )  # fmt: skip


def test_the_window_of_two_years_lapses_subject_by_subject():
    lines = [registered(2024), passed(2024, "comprehensive_middle")]
    assert spells(stages(*lines), rules.REGISTERED_FOR_EXAM) == [("2024-03-20", "2025-12-31", Exit.WINDOW_LAPSED)]
    more = [*lines, registered(2025), passed(2025, "law_middle")]
    assert spells(stages(*more), rules.REGISTERED_FOR_EXAM) == [("2024-03-20", "2026-12-31", Exit.WINDOW_LAPSED)]


def test_failing_ends_with_the_year():
    assert spells(stages(registered(2024)), rules.REGISTERED_FOR_EXAM) == [("2024-03-20", "2024-12-31", Exit.NOT_PASSED)]


def test_who_passed_everything_does_not_lapse():
    lines = [registered(2024), *(passed(2024, s) for s in ("comprehensive_middle", "law_middle", "practice_middle"))]
    assert spells(stages(*lines), rules.REGISTERED_FOR_EXAM) == [("2024-03-20", None, "")]
    assert spells(stages(registered(2024), fact("licensed", "2025-02-01", topic="middle")), rules.REGISTERED_FOR_EXAM) == [
        ("2024-03-20", None, "")
    ]


def test_a_year_not_held_does_not_use_the_window_up():
    from lms.careers.rules import VoidYear

    lines = [registered(2021), passed(2021, "comprehensive_middle")]
    assert spells(stages(*lines, void_years=[VoidYear(2022, "/53/")]), rules.REGISTERED_FOR_EXAM)[0][1] == "2023-12-31"


def test_licence_registration_and_post_are_three_things():
    post = uuid.uuid4()
    path = stages(
        fact("licensed", "2023-10-01", topic="junior", facts={"region": None}),
        fact("registered", "2024-03-01", topic="junior", facts={"valid_to": "2027-02-28"}),
        fact("post_started", "2022-01-01", source=post, facts={"is_social_work": True}),
        fact("post_ended", "2025-06-30", source=post),
    )
    assert spells(path, rules.LICENSED) == [("2023-10-01", None, "")]
    assert spells(path, rules.REGISTERED) == [("2024-03-01", "2027-02-28", Exit.REGISTRATION_EXPIRED)]
    assert spells(path, rules.IN_POST) == [("2023-10-01", "2025-06-30", Exit.POST_ENDED)]


def test_renewed_in_time_is_one_registration():
    first = fact("registered", "2021-03-01", topic="junior", facts={"valid_to": "2024-02-29"})
    second = fact("registered", "2024-02-01", topic="junior", facts={"valid_to": "2027-01-31"})
    late = fact("registered", "2024-06-01", topic="junior", facts={"valid_to": "2027-05-31"})
    assert len(spells(stages(first, second), rules.REGISTERED)) == 1
    assert len(spells(stages(first, late), rules.REGISTERED)) == 2


def test_continuing_education_counts_real_minutes_within_the_period():
    period = fact("registered", "2024-03-01", topic="junior", facts={"valid_to": "2027-02-28"})
    early = fact("attended", "2024-02-28", minutes=72 * 60)
    half = fact("attended", "2025-05-01", minutes=36 * 60)
    rest = fact("studied", "2026-05-01", minutes=36 * 60)
    assert spells(stages(period, early, half), rules.EDUCATION_MET) == []
    path = stages(period, early, half, rest)
    assert spells(path, rules.EDUCATION_MET) == [("2026-05-01", "2027-02-28", Exit.PERIOD_OVER)]
    assert next(s for s in path.spells if s.stage == rules.EDUCATION_MET).evidence == (period.line, half.line, rest.line)


def test_senior_by_designation_or_licence():
    assert spells(stages(fact("designated", "2025-01-01", topic="trainer", facts={"kind": "trainer"})), rules.SENIOR) == []
    assert len(spells(stages(fact("designated", "2025-01-01", topic="supervisor", facts={})), rules.SENIOR)) == 1
    assert len(spells(stages(fact("licensed", "2025-01-01", topic="senior")), rules.SENIOR)) == 1


def test_conversion_needs_to_have_been_on_the_books_before():
    employed = fact("employed", "2020-01-01")
    licence = fact("licensed", "2023-10-01", topic="junior")
    converted = stages(employed, licence).conversion
    assert (str(converted.on), converted.kind, converted.evidence) == ("2023-10-01", "licence", (licence.line, employed.line))
    assert stages(fact("employed", "2024-01-01"), licence).conversion is None
    assert stages(licence).conversion is None
    degree = fact("educated", "2022-07-01", topic="21", facts={"kind": "graduated", "is_social_work_major": True})
    assert stages(employed, licence, degree).conversion.kind == "degree"


def test_who_moved_is_counted_where_they_were():
    path = stages(
        fact("employed", "2020-01-01", division=1),
        fact("licensed", "2021-01-01", division=1, topic="junior"),
        fact("employed", "2023-01-01", division=2),
    )
    held = [(s.division, str(s.starts_on), s.ends_on and str(s.ends_on)) for s in path.spells if s.stage == rules.LICENSED]
    assert held == [(1, "2021-01-01", "2022-12-31"), (2, "2023-01-01", None)]


KINDS = ["employed", "post_started", "cultivation_started", "supervised", "licensed", "attended", "designated"]


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3000), st.integers(1, 3)), min_size=1, max_size=12))
def test_on_every_day_a_person_is_in_a_stage_at_most_once(made):
    zero = D("2016-01-01")
    lines = [
        Fact(
            line=uuid.UUID(int=i + 1), kind=kind, on=zero + dt.timedelta(days=days), division=division, position=i,
            source=uuid.UUID(int=100 + i), topic="junior", facts={"is_social_work": True},
        )
        for i, (kind, days, division) in enumerate(made)
    ]  # fmt: skip
    path = stages(*lines)
    known = {line.line for line in lines}
    for probe in sorted({line.on for line in lines}):
        for aspect in ("", "enrolled"):
            here = [s.stage for s in path.spells if s.aspect == aspect and s.on(probe)]
            assert len(here) == len(set(here))
    assert all(set(s.evidence) <= known and s.evidence for s in path.spells)
    # the order in which lines became known changes nothing but which of two homes on one day is the newer
    assert {(s.stage, s.starts_on) for s in path.spells if s.stage in (rules.LICENSED, rules.SENIOR)} == {
        (s.stage, s.starts_on) for s in stages(*reversed(lines)).spells if s.stage in (rules.LICENSED, rules.SENIOR)
    }

"""The licence exam's rules against the examples of DOMAIN §2 and slow recounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from lms.careers import rules, states
from lms.careers.rules import Line, Passed, Sat, Span, Study, Verdict, VoidYear, counts_in, eligible, full_years, judge, standings

YUNNAN, ZHAOTONG, LUDIAN, BAOSHAN = "/53/", "/53/5306/", "/53/5306/530621/", "/53/5305/"
MIDDLE = ("comprehensive_middle", "law_middle", "practice_middle")


def test_the_plain_words_agree_with_the_enums():
    assert {str(s): str(level) for s, level in states.LEVEL_OF.items()} == rules.LEVEL_OF
    assert {str(k): tuple(map(str, v)) for k, v in states.SUBJECTS_OF.items()} == rules.SUBJECTS_OF


# points


@pytest.mark.parametrize(("points", "stored"), [(60, 6000), ("59.5", 5950), (Decimal("0.25"), 25), ("100", 10000), (" 7 ", 700)])
def test_points_are_whole_hundredths(points, stored):
    assert rules.hundredths_of(points) == stored


@pytest.mark.parametrize("points", [-1, 101, "60.005", "", "六十", 59.5, True, "NaN", "Infinity", None])
def test_other_points_are_refused(points):
    with pytest.raises(ValueError):
        rules.hundredths_of(points)


# pass lines: 2025 nationally 60; separate-line areas 助理 53, 社会工作师 58


def line(key: str, level: str, points: int, path: str | None = None, subject: str = "", year: int = 2025) -> Line:
    return Line(key, year, level, subject, path, points * 100)


LINES_2025 = [
    line("n1", "junior", 60),
    line("n2", "middle", 60),
    line("s1", "junior", 53, LUDIAN),
    line("s2", "middle", 58, LUDIAN),
]


@pytest.mark.parametrize(
    ("subject", "points", "path", "verdict"),
    [
        ("law_middle", 60, LUDIAN, Verdict(True, "n2")),
        ("law_middle", 59, LUDIAN, Verdict(True, "s2", LUDIAN)),
        ("law_middle", 58, LUDIAN, Verdict(True, "s2", LUDIAN)),
        ("law_middle", 57, LUDIAN, Verdict(False, None)),
        ("law_middle", 59, BAOSHAN, Verdict(False, None)),
        ("law_middle", 60, BAOSHAN, Verdict(True, "n2")),
        ("practice_junior", 53, LUDIAN, Verdict(True, "s1", LUDIAN)),
        ("practice_junior", 52, LUDIAN, Verdict(False, None)),
        ("practice_senior", 99, LUDIAN, Verdict(None, None)),
    ],
)
def test_lines_of_2025(subject, points, path, verdict):
    assert judge(Sat(2025, subject, path, points * 100), LINES_2025) == verdict


def test_no_line_yet_is_no_verdict_but_a_separate_one_may_pass_before_the_national():
    assert judge(Sat(2026, "law_middle", LUDIAN, 5900), LINES_2025) == Verdict(None, None)
    assert judge(Sat(2025, "law_middle", LUDIAN, 5900), LINES_2025[2:]) == Verdict(True, "s2", LUDIAN)


def test_a_line_for_one_subject_goes_before_the_line_of_the_level():
    lines = [line("all", "middle", 60), line("law", "middle", 66, subject="law_middle")]
    assert judge(Sat(2025, "law_middle", LUDIAN, 6300), lines) == Verdict(False, None)
    assert judge(Sat(2025, "practice_middle", LUDIAN, 6300), lines) == Verdict(True, "all")


def test_the_widest_region_whose_line_is_reached_decides():
    lines = [line("n", "middle", 60), line("p", "middle", 58, YUNNAN), line("c", "middle", 55, LUDIAN)]
    assert judge(Sat(2025, "law_middle", LUDIAN, 5800), lines) == Verdict(True, "p", YUNNAN)
    assert judge(Sat(2025, "law_middle", LUDIAN, 5600), lines) == Verdict(True, "c", LUDIAN)


def test_absence_is_a_fail():
    assert judge(Sat(2025, "law_middle", LUDIAN, None), LINES_2025) == Verdict(False, None)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_further_line_never_takes_a_pass_away(points, national, separate):
    sat = Sat(2025, "law_middle", LUDIAN, points * 100)
    before = judge(sat, [line("n", "middle", national)])
    after = judge(sat, [line("n", "middle", national), line("s", "middle", separate, LUDIAN)])
    assert after.passed or not before.passed
    assert bool(after.passed) == (points >= min(national, separate))


# rolling windows


def passed(subject: str, year: int, valid_in: str | None = None, path: str = LUDIAN) -> Passed:
    return Passed(year, subject, path, valid_in)


def middle(passes, year, voids=()):
    return next(s for s in standings(passes, on_year=year, void_years=voids) if s.level == "middle")


def test_the_example_of_the_domain():
    """综合 passed 2024, 法规 passed 2025 → in 2026 the 综合 pass has lapsed, 法规 still counts."""
    passes = [passed("comprehensive_middle", 2024), passed("law_middle", 2025)]
    at_2025, at_2026 = middle(passes, 2025), middle(passes, 2026)
    assert at_2025.counting == {"comprehensive_middle": 2024, "law_middle": 2025} and at_2025.missing == ("practice_middle",)
    assert at_2026.counting == {"law_middle": 2025} and at_2026.lapsed == {"comprehensive_middle": 2024}
    assert at_2026.missing == ("comprehensive_middle", "practice_middle")
    late = middle([*passes, passed("practice_middle", 2026)], 2026)
    assert late.complete_in is None
    again = middle([*passes, passed("practice_middle", 2026), passed("comprehensive_middle", 2026)], 2026)
    assert again.complete_in == 2026 and again.missing == ()


def test_the_window_slides_and_is_not_blocks_of_two_years():
    for first in (2023, 2024):
        passes = [passed(s, first) for s in MIDDLE[:2]] + [passed(MIDDLE[2], first + 1)]
        assert middle(passes, first + 1).complete_in == first + 1
    assert middle([passed(s, 2023 + i) for i, s in enumerate(MIDDLE)], 2025).complete_in is None


def test_junior_needs_both_in_one_year():
    apart = [passed("comprehensive_junior", 2024), passed("practice_junior", 2025)]
    together = [passed("comprehensive_junior", 2025), passed("practice_junior", 2025)]
    assert standings(apart, on_year=2025)[0].complete_in is None
    assert standings(together, on_year=2025)[0].complete_in == 2025
    assert standings(together, on_year=2027)[0].complete_in == 2025


def test_senior_scores_are_good_for_three_years():
    score = passed("practice_senior", 2024)
    assert [counts_in(score, y) for y in (2023, 2024, 2025, 2026, 2027)] == [False, True, True, True, False]


def test_a_year_not_held_where_it_was_sat_does_not_use_the_window_up():
    passes = [passed("comprehensive_middle", 2021), passed("law_middle", 2021), passed("practice_middle", 2023)]
    assert middle(passes, 2023).complete_in is None
    assert middle(passes, 2023, [VoidYear(2022, YUNNAN)]).complete_in == 2023
    assert middle(passes, 2023, [VoidYear(2022, "/51/")]).complete_in is None


def test_a_regional_pass_makes_a_regional_whole():
    national = [passed(s, 2025) for s in MIDDLE]
    assert middle(national, 2025).valid_in is None
    mixed = [passed(MIDDLE[0], 2025), passed(MIDDLE[1], 2025, LUDIAN), passed(MIDDLE[2], 2025)]
    assert (middle(mixed, 2025).complete_in, middle(mixed, 2025).valid_in) == (2025, LUDIAN)
    nested = [passed(MIDDLE[0], 2025, YUNNAN), passed(MIDDLE[1], 2025, LUDIAN), passed(MIDDLE[2], 2025)]
    assert middle(nested, 2025).valid_in == LUDIAN
    apart = [passed(MIDDLE[0], 2025, LUDIAN), passed(MIDDLE[1], 2025, BAOSHAN), passed(MIDDLE[2], 2025)]
    assert middle(apart, 2025).complete_in is None


@given(st.lists(st.tuples(st.sampled_from(MIDDLE), st.integers(2018, 2026)), max_size=8, unique=True))
def test_complete_is_three_subjects_within_two_consecutive_years(rows):
    passes = [passed(s, y) for s, y in rows]
    expected = next(
        (y for y in range(2018, 2027) if all((s, y) in rows or (s, y - 1) in rows for s in MIDDLE)),
        None,
    )
    found = standings(passes, on_year=2026)
    assert (found[0].complete_in if found else None) == expected


# eligibility: every line of the table


ON = dt.date(2026, 5, 23)
CODES = {"secondary": "61", "associate": "31", "bachelor": "21", "master": "14", "doctor": "11"}
YEARS = {
    ("junior", "secondary", False): 4,
    ("junior", "secondary", True): 4,
    ("junior", "associate", True): 2,
    ("junior", "associate", False): 4,
    ("junior", "bachelor", True): 0,
    ("junior", "bachelor", False): 2,
    ("junior", "master", True): 0,
    ("junior", "master", False): 2,
    ("middle", "associate", True): 4,
    ("middle", "associate", False): 6,
    ("middle", "bachelor", True): 3,
    ("middle", "bachelor", False): 5,
    ("middle", "master", True): 1,
    ("middle", "master", False): 3,
    ("middle", "doctor", True): 0,
    ("middle", "doctor", False): 2,
    ("middle", "secondary", False): None,
    ("senior", "bachelor", True): None,
}


def worked(years: int, *, short_by: int = 0) -> list[Span]:
    return [Span(ON.replace(year=ON.year - years) + dt.timedelta(days=short_by))] if years or short_by else []


@pytest.mark.parametrize(("level", "education", "social_work", "years"), [(*k, v) for k, v in YEARS.items()])
def test_every_line_of_the_conditions_to_the_day(level, education, social_work, years):
    studies = [Study(CODES[education], social_work, True, dt.date(2010, 7, 1))]
    if years is None:
        assert not eligible(level, on=ON, studies=studies, work=worked(30)).eligible
        return
    assert eligible(level, on=ON, studies=studies, work=worked(years)).eligible
    if years:
        short = eligible(level, on=ON, studies=studies, work=worked(years, short_by=1))
        assert not short.eligible and short.nearest is not None and short.nearest.years == years and short.years == years - 1


@pytest.mark.parametrize(
    ("level", "education", "licence", "years"), [("middle", "secondary", "junior", 6), ("senior", "bachelor", "middle", 5)]
)
def test_years_after_a_licence(level, education, licence, years):
    studies = [Study(CODES[education], False, True, dt.date(2000, 7, 1))]
    obtained = ON.replace(year=ON.year - years)
    work = [Span(dt.date(2001, 1, 1))]
    assert eligible(level, on=ON, studies=studies, work=work, licences=[(licence, obtained)]).eligible
    late = obtained + dt.timedelta(days=1)
    assert not eligible(level, on=ON, studies=studies, work=work, licences=[(licence, late)]).eligible
    assert not eligible(level, on=ON, studies=studies, work=work).eligible


@pytest.mark.parametrize(
    "study",
    [
        Study("21", True, False, dt.date(2010, 7, 1)),  # 结业 or 肄业 as recorded
        Study("22", True, True, dt.date(2010, 7, 1)),  # 大学本科结业 by its code
        Study("23", True, True, dt.date(2010, 7, 1)),
        Study("21", True, True, ON + dt.timedelta(days=1)),
        Study("71", True, True, dt.date(2010, 7, 1)),
    ],
)
def test_what_does_not_count_as_graduated(study):
    assert eligible("junior", on=ON, studies=[study], work=worked(20)).nearest is None


def test_the_best_of_several_studies_counts():
    studies = [Study("31", True, True, dt.date(2010, 7, 1)), Study("21", False, True, dt.date(2014, 7, 1))]
    found = eligible("middle", on=ON, studies=studies, work=worked(4))
    assert found.eligible and found.condition is not None and found.condition.code == "middle-associate-sw"


def test_conditions_are_dated():
    old = rules.Condition("old", "junior", 1, False, 0, valid_to=dt.date(2020, 1, 1))
    study = Study("61", False, True, dt.date(2010, 7, 1))
    assert eligible("junior", on=dt.date(2019, 5, 1), studies=[study], work=[], conditions=[old]).eligible
    assert not eligible("junior", on=ON, studies=[study], work=[], conditions=[old]).eligible


def test_spells_overlap_once_and_interruptions_add_up():
    a = Span(dt.date(2018, 1, 1), dt.date(2019, 12, 31))
    assert full_years([a, a, Span(dt.date(2018, 6, 1), dt.date(2019, 6, 1))], on=dt.date(2026, 1, 1)) == 2
    b = Span(dt.date(2021, 1, 1), dt.date(2022, 12, 31))
    assert full_years([b, a], on=dt.date(2026, 1, 1)) == 4
    assert full_years([Span(dt.date(2021, 3, 1))], on=dt.date(2024, 2, 29)) == 2
    assert full_years([Span(dt.date(2021, 3, 1))], on=dt.date(2024, 3, 1)) == 3
    assert full_years([], on=ON) == 0 and full_years([Span(dt.date(2027, 1, 1))], on=ON) == 0


days = st.dates(dt.date(2005, 1, 1), dt.date(2025, 12, 31))


@given(st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=6))
def test_years_agree_with_a_day_by_day_recount(rows):
    spans = [Span(min(a, b) if b else a, max(a, b) if b else None) for a, b in rows]
    day = dt.timedelta(days=1)
    worked_days = set()
    for span in spans:
        here = span.started_on
        while here < ON and here <= (span.ended_on or ON):
            worked_days.add(here)
            here += day
    months = rest = 0
    for start in sorted(d for d in worked_days if d - day not in worked_days):
        end = start
        while end in worked_days:
            end += day
        length = relativedelta(end, start)
        months, rest = months + length.years * 12 + length.months, rest + length.days
    assert full_years(spans, on=ON) == (months + rest // 31) // 12

"""Marking, exhaustively, against a table written from the definition and not from the code."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import combinations

import pytest

from exams import rules

FIVE = "ABCDE"
SUBSETS = [frozenset(c) for size in range(6) for c in combinations(FIVE, size)]
KEY_SETS = [s for s in SUBSETS if 2 <= len(s) <= 4]
OFFICIAL = rules.Marking("partial_fixed", {"per_key": 50})

# 2-point item, by (right ones chosen, keys there are) when nothing wrong is chosen; the exam's own wording, case by case
NOTHING_WRONG = {
    (0, 2): "0", (1, 2): "0.5", (2, 2): "2",
    (0, 3): "0", (1, 3): "0.5", (2, 3): "1", (3, 3): "2",
    (0, 4): "0", (1, 4): "0.5", (2, 4): "1", (3, 4): "1.5", (4, 4): "2",
}  # fmt: skip


def test_official_rule_every_answer_against_every_key_set():
    seen = 0
    for keys in KEY_SETS:
        for chosen in SUBSETS:
            wrong = [letter for letter in FIVE if letter in chosen and letter not in keys]
            right = [letter for letter in FIVE if letter in chosen and letter in keys]
            expected = Decimal(0) if wrong else Decimal(NOTHING_WRONG[len(right), len(keys)])
            assert rules.as_points(rules.mark(OFFICIAL, chosen, keys, 200)) == expected, (chosen, keys)
            seen += 1
    assert seen == 25 * 32


@pytest.mark.parametrize(
    ("method", "parameters", "chosen", "keys", "points", "expected"),
    [
        ("exact", {}, "B", "B", 100, 100),
        ("exact", {}, "A", "B", 100, 0),
        ("exact", {}, "", "B", 100, 0),
        ("exact", {}, "AB", "B", 100, 0),
        ("exact", {}, "AC", "ACD", 200, 0),
        ("partial_share", {"percent": 50}, "AC", "ACD", 200, 100),
        ("partial_share", {"percent": 50}, "ACD", "ACD", 200, 200),
        ("partial_share", {"percent": 50}, "ACE", "ACD", 200, 0),
        ("partial_share", {"percent": 50}, "", "ACD", 200, 0),
        ("proportional", {}, "ACE", "ACD", 200, 66),
        ("proportional", {}, "BE", "ACD", 200, 0),
        ("proportional", {}, "ACD", "ACD", 200, 200),
        ("partial_fixed", {"per_key": 150}, "AC", "ACD", 200, 200),  # never more than the item is worth
    ],
)
def test_named_rules(method, parameters, chosen, keys, points, expected):
    assert rules.mark(rules.Marking(method, parameters), chosen, keys, points) == expected


@pytest.mark.parametrize(("method", "parameters"), [("exact", {"per_key": 1}), ("partial_fixed", {}), ("guess", {})])
def test_marking_refuses_unknown_method_or_parameters(method, parameters):
    with pytest.raises(ValueError):
        rules.Marking(method, parameters)


def test_every_method_stays_within_the_scale():
    for method, needed in rules.PARAMETERS.items():
        rule = rules.Marking(method, {name: 70 for name in needed})
        for keys in SUBSETS[1:]:
            for chosen in SUBSETS:
                assert 0 <= rules.mark(rule, chosen, keys, 200) <= 200


def test_item_without_key_is_not_marked():
    with pytest.raises(ValueError):
        rules.mark(OFFICIAL, "A", "", 200)


T = dt.datetime(2026, 5, 23, 9, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("received", "answered", "expected"),
    [
        (119, 119, (True, False)),
        (120, None, (True, False)),
        (121, 120, (True, True)),
        (123, 119, (True, True)),
        (121, 121, (False, True)),  # given after the deadline
        (121, None, (False, True)),  # nobody says when it was given
        (124, 110, (False, True)),  # the grace is over
    ],
)
def test_arrival_the_servers_clock_rules(received, answered, expected):
    deadline = rules.deadline_of(T, 120)
    at = lambda minutes: None if minutes is None else T + dt.timedelta(minutes=minutes)  # noqa: E731
    got = rules.arrival(
        received_at=at(received), answered_at=at(answered), deadline_at=deadline, closes_at=rules.closing_of(deadline, 180)
    )
    assert (got.accepted, got.late) == expected


@pytest.mark.parametrize(
    ("kind", "options", "keys", "faults"),
    [
        ("single", ["甲", "乙", "丙", "丁"], "A", 0),
        ("single", ["甲", "乙", "丙", "丁"], "AB", 1),
        ("single", ["甲", "乙", "丙", "丁"], "", 1),
        ("single", ["甲", "乙", "丙", "丁"], "E", 1),
        ("single", ["甲", "甲 ", "丙", "丁"], "A", 1),
        ("single", ["甲", "", "丙", "丁"], "A", 1),
        ("multiple", ["甲", "乙", "丙", "丁", "戊"], "AB", 0),
        ("multiple", ["甲", "乙", "丙", "丁", "戊"], "ABCD", 0),
        ("multiple", ["甲", "乙", "丙", "丁", "戊"], "ABCDE", 1),
        ("multiple", ["甲", "乙", "丙", "丁", "戊"], "A", 1),
        ("true_false", ["正确", "错误"], "A", 0),
        ("true_false", ["正确", "错误", "不知道"], "A", 1),
    ],
)
def test_item_faults(kind, options, keys, faults):
    assert len(rules.item_faults(kind=kind, stem="题干", options=options, keys=keys)) == faults


def test_section_wants_five_options_and_two_to_four_keys():
    part = {"section_kind": "multiple", "section_options": 5, "keys_min": 2, "keys_max": 4}
    assert rules.section_faults(kind="multiple", options_count=5, keys_count=2, **part) == []
    assert len(rules.section_faults(kind="multiple", options_count=4, keys_count=2, **part)) == 1
    assert len(rules.section_faults(kind="multiple", options_count=5, keys_count=5, **part)) == 1
    assert len(rules.section_faults(kind="single", options_count=4, keys_count=1, **part)) == 1


def test_fingerprint_ignores_spacing_width_punctuation_and_option_order():
    one = rules.fingerprint("社会工作的对象是（　）。", ["个人", "家庭"])
    assert one == rules.fingerprint("社会工作的对象是( )", ["家庭", "个 人"])
    assert one != rules.fingerprint("社会工作的对象不是（　）。", ["个人", "家庭"])


def test_similarity_tells_near_duplicates():
    assert rules.similarity("社会工作者在接案阶段的主要任务是", "社会工作者在接案阶段的首要任务是") > 0.7
    assert rules.similarity("社会工作者在接案阶段的主要任务是", "小组工作的后期成员常出现离别情绪") < 0.2


@pytest.mark.parametrize(("hundredths", "text"), [(150, "1.5"), (200, "2"), (0, "0"), (8750, "87.5"), (10000, "100"), (66, "0.66")])
def test_points_as_a_candidate_reads_them(hundredths, text):
    assert str(rules.as_points(hundredths)) == text

"""Every answer set against every key set of four and five options, held against a table made outside this code.

``tests/data/exams/choice_marking.csv`` was written by awk from the wording of the rules, counting right and wrong letters one by
one; a part of it (2 points, five options) is the exam's own table in DOMAIN §2. Hundredths of a point.
"""

from __future__ import annotations

import csv
from pathlib import Path

from exams import rules

TABLE = Path(__file__).resolve().parent.parent / "data" / "exams" / "choice_marking.csv"
BY = {
    "licence_multiple": rules.Marking("partial_fixed", {"per_key": 50}),
    "all_or_nothing": rules.Marking("exact", {}),
    "half_for_part": rules.Marking("partial_share", {"percent": 50}),
    "proportional": rules.Marking("proportional", {}),
}


def test_every_answer_against_every_key_of_four_and_five_options():
    with TABLE.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15 * 16 + 31 * 32
    assert len({(row["options"], row["key"], row["answer"]) for row in rows}) == len(rows)
    wrong = [
        (row["key"], row["answer"], name)
        for row in rows
        for name, rule in BY.items()
        if rules.mark(rule, row["answer"], row["key"], 200) != int(row[name])
    ]
    assert wrong == []


def test_the_table_holds_the_exams_own_cases():
    with TABLE.open() as file:
        five = {(row["key"], row["answer"]): row["licence_multiple"] for row in csv.DictReader(file) if row["options"] == "5"}
    assert [five["ACD", answer] for answer in ("", "A", "AC", "ACD", "ACE", "E")] == ["0", "50", "100", "200", "0", "0"]
    assert [five["ABCE", answer] for answer in ("A", "AB", "ABC", "ABCE", "ABCD")] == ["50", "100", "150", "200", "0"]


def test_orders_pairs_words_and_numbers_by_hand():
    """Written out by hand from the sentences that candidates read."""
    order, pair = rules.Marking("per_neighbours", {}), rules.Marking("per_pair", {})
    for answer, points in {"BDAC": 300, "DACB": 200, "BDCA": 100, "ACBD": 200, "CADB": 0, "": 0, "B": 0}.items():
        assert rules.mark(order, answer, "BDAC", 300) == points, answer
    for answer, points in {("B", "C", "A"): 200, ("B", "C", ""): 133, ("B", "", ""): 66, ("A", "A", "A"): 66, (): 0}.items():
        assert rules.mark(pair, answer, tuple("BCA"), 200) == points, answer
    text, number = rules.Marking("text", {}), rules.Marking("numeric", {})
    key = rules.AnswerKey(accepted=("Case Work", "个案工作"))
    for answer, right in {"casework": 1, "ＣＡＳＥ　WORK": 1, "个案 工作": 1, "个案": 0, "case-work": 0, "": 0}.items():
        assert rules.mark(text, (answer,), key, 100) == 100 * right, answer
    key = rules.AnswerKey(accepted=("1200",), tolerance="0.5")
    for answer, right in {
        "1200": 1,
        "1,200.5": 1,
        "１１９９．５": 1,
        "1199.4": 0,
        "12,00": 0,
        "1200元": 0,
        "": 0,
        "-1200": 0,
    }.items():
        assert rules.mark(number, (answer,), key, 100) == 100 * right, answer

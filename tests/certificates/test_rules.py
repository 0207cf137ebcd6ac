"""Pure decisions of certificates."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import rules


@given(st.integers(0, 999999), st.integers(1000, 9999), st.integers(0, 9999), st.integers(0, 99999))
def test_a_number_reads_back_however_it_was_typed(issuer, year, class_number, serial):
    number = rules.Number(f"{issuer:06d}", year, class_number, serial)
    wide = str(number).translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))
    for typed in (str(number), str(number).replace("-", ""), f" {str(number).replace('-', ' - ')} ", wide):
        assert rules.parse_number(typed) == number


@pytest.mark.parametrize("typed", ["", "530600", "530600-2026-0001-0001", "53060A-2026-0001-00001", "530600-2026-0001-000011"])
def test_what_is_no_number(typed):
    assert rules.parse_number(typed) is None


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张桂英", "张*英"), ("欧阳修远", "欧**远"), ("木根·赵", "木**赵"), ("玥", "*"), ("", "")],
)
def test_masked_names(name, masked):
    assert rules.mask_name(name) == masked


@pytest.mark.parametrize(("hours", "printed"), [(40, "40"), (Decimal("7.50"), "7.5"), (Decimal("100"), "100"), ("12.5 ", "12.5")])
def test_hours_as_printed(hours, printed):
    assert rules.hours_text(hours) == printed


def test_dates_as_printed():
    assert rules.chinese_date(dt.date(2026, 11, 2)) == "2026年11月2日"
    assert rules.span_text(dt.date(2026, 11, 2), dt.date(2026, 11, 2)) == "2026年11月2日"
    assert rules.span_text(dt.date(2026, 11, 2), dt.date(2026, 11, 6)) == "2026年11月2日至2026年11月6日"


def test_one_fact_has_one_text():
    assert rules.canonical({"b": "二", "a": "一"}) == '{"a":"一","b":"二"}' == rules.canonical({"a": "一", "b": "二"})

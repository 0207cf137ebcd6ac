"""Identity numbers. The oracle of the check character is python-stdnum, and numbers published in the standard itself."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from lms.people.rules.documents import (
    PROVINCES,
    BadDocument,
    check_character,
    check_document,
    mask_document,
    to_eighteen,
)


def oracle(first_seventeen: str) -> str:
    """stdnum takes the whole number and leaves its last character out."""
    return ric.calc_check_digit(first_seventeen + "0")


TODAY = dt.date(2026, 11, 22)
# the examples of GB 11643-1999 itself
STANDARD = [("11010519491231002X", dt.date(1949, 12, 31), "2"), ("440524188001010014", dt.date(1880, 1, 1), "1")]

provinces = st.sampled_from(sorted(PROVINCES))
births = st.dates(dt.date(1900, 1, 1), TODAY)


@st.composite
def residents(draw: st.DrawFn, heads: st.SearchStrategy[str] = provinces) -> tuple[str, dt.date, str]:
    born = draw(births)
    order = draw(st.integers(0, 999))
    body = f"{draw(heads)}{draw(st.integers(0, 9999)):04d}{born:%Y%m%d}{order:03d}"
    return body + oracle(body), born, "1" if order % 2 else "2"


def check(kind: str, number: object):
    return check_document(kind, number, today=TODAY)


@pytest.mark.parametrize(("number", "born", "sex"), STANDARD)
def test_examples_of_the_standard(number, born, sex):
    facts = check("resident", number)
    assert (facts.number, facts.birth_date, facts.sex, facts.kind) == (number, born, sex, "resident")


@given(st.text("0123456789", min_size=17, max_size=17))
def test_check_character_agrees_with_stdnum(body):
    assert check_character(body) == oracle(body)


@given(residents())
def test_a_sound_number_says_birth_and_sex(made):
    number, born, sex = made
    facts = check("resident", number)
    assert (facts.number, facts.birth_date, facts.sex) == (number, born, sex)


@given(residents(), st.integers(0, 17), st.text("0123456789", min_size=1, max_size=1))
def test_one_wrong_digit_is_found(made, place, digit):
    number = made[0]
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong == number or wrong[0] == "9":
        return
    with pytest.raises(BadDocument):
        check("resident", wrong)


@given(residents(), st.integers(0, 16))
def test_two_neighbours_swapped_are_found(made, place):
    number = made[0]
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong == number or wrong[0] == "9":
        return
    with pytest.raises(BadDocument):
        check("resident", wrong)


@given(residents())
def test_full_width_spaces_and_small_x_are_tidied(made):
    number = made[0]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    spaced = f" {number[:6]} {number[6:14]}\u3000{number[14:].lower()}\t"
    assert check("resident", wide).number == check("resident", spaced).number == number
    assert check("resident", f"'{number}").number == number


@given(residents(st.sampled_from(["81", "82", "83"])))
def test_residence_permits_are_known_by_their_first_digits(made):
    number, born, sex = made
    for kind in ("resident", "hk_mo_tw"):
        facts = check(kind, number)
        assert (facts.number, facts.birth_date, facts.sex, facts.kind) == (number, born, sex, "hk_mo_tw")


@given(residents(st.just("93")))
def test_permanent_resident_cards_of_eighteen_digits(made):
    number, born, _sex = made
    assert check("permanent_resident", number).birth_date == born
    assert check("resident", number).kind == "permanent_resident"


def test_permanent_resident_cards_of_the_old_form():
    facts = check("permanent_resident", "gbr110067051514")
    assert (facts.number, facts.birth_date, facts.kind) == ("GBR110067051514", None, "permanent_resident")
    with pytest.raises(BadDocument, match="3个字母"):
        check("permanent_resident", "110067051514")


@given(provinces, st.dates(dt.date(1900, 1, 1), dt.date(1999, 12, 31)), st.integers(0, 999))
def test_fifteen_digits_mean_the_last_century(head, born, order):
    facts = check("resident", f"{head}0101{born:%y%m%d}{order:03d}")
    assert (facts.kind, facts.birth_date, facts.sex) == ("resident_15", born, "1" if order % 2 else "2")
    longer = to_eighteen(facts.number)
    assert check("resident", longer).birth_date == born and oracle(longer[:17]) == longer[17]


@pytest.mark.parametrize("damaged", ["4.4E+17", "5.30621E+17", "4.40524E+17 ", "４.４Ｅ+17", "530621199001011234.0", "5.3062E17"])
def test_numbers_damaged_by_excel_are_refused_with_the_way_to_mend(damaged):
    with pytest.raises(BadDocument, match=r"Excel.*文本格式"):
        check("resident", damaged)


@pytest.mark.parametrize("number", [5.30621199001011e17, 530621199001011234, 530621900101123, 110105194912310029.0])
def test_a_number_that_is_not_text_is_refused(number):
    with pytest.raises(BadDocument, match="文本格式"):
        check("resident", number)


@given(residents())
def test_fifteen_significant_digits_are_named_as_such(made):
    cut = made[0][:15] + "000"
    if check_character(cut[:17]) == "0":
        return  # one in eleven survives the check: nothing in the number tells
    with pytest.raises(BadDocument, match="15位有效数字"):
        check("resident", cut)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", "为空"),
        (None, "为空"),
        ("53062119900101123", "现为17位"),
        ("53062119900230123X", "不存在"),
        ("530621209901011234", "不可能"),
        ("530621187901011234", "不可能"),
        ("990621199001011234", "永久居留|校验|不可能"),
        ("100621199001011234", "省级代码"),
        ("53O621199001011234", "不应出现的字符"),
        ("X30621199001011234", "现为18位|字符"),
        ("530621900230123", "不存在"),
    ],
)
def test_refusals_say_why(number, why):
    with pytest.raises(BadDocument, match=why):
        check("resident", number)


def test_passports_and_others():
    assert check("passport", "e１２３４５６７８").number == "E12345678"
    assert check("other", "军字第12345").number == "军字第12345"
    for kind, number in [("passport", "E12"), ("passport", "ABCDEF"), ("other", "甲"), ("shoe size", "42")]:
        with pytest.raises(BadDocument):
            check(kind, number)


@given(residents())
def test_the_mask_hides_birth_and_order(made):
    number = made[0]
    masked = mask_document(number)
    assert masked == f"{number[:4]}**********{number[-4:]}"
    assert mask_document("E12345678") == "E1*****78"


@given(
    st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none(), st.booleans()),
    st.sampled_from(["resident", "passport", "other"]),
)
def test_anything_else_is_refused_and_never_a_crash(number, kind):
    try:
        facts = check(kind, number)
    except BadDocument as refusal:
        assert str(refusal).endswith("。")
    else:
        assert facts.number == check(facts.kind, facts.number).number

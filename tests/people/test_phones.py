from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.people.rules import BadPhone, mask_phone, normalise_phone


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("", ""),
        (None, ""),
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("１３８ ００１３ ８０００", "13800138000"),
        ("86-13800138000", "13800138000"),
        ("0870-2123456", "0870-2123456"),
        ("（0870）2123456", "0870-2123456"),
        ("08702123456", "0870-2123456"),
        ("010-65123456-801", "010-65123456-801"),
        ("01065123456", "010-65123456"),
        ("+86 870 2123456", "0870-2123456"),
        ("+852 9123 4567", "+85291234567"),
        ("0013105551234", "+13105551234"),
    ],
)
def test_what_is_stored(written, stored):
    assert normalise_phone(written) == stored
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    "written", ["1380013800", "138001380001", "2123456", "电话", 13800138000.0, 13800138000, "1.38E+10", "12800138000"]
)
def test_what_is_refused(written):
    with pytest.raises(BadPhone):
        normalise_phone(written)


def test_masks():
    assert mask_phone("13800138000") == "138****8000"
    assert mask_phone("") == ""
    assert mask_phone("12345") == "*****"


@given(st.text(max_size=20))
def test_normalising_twice_is_normalising_once(text):
    try:
        once = normalise_phone(text)
    except BadPhone:
        return
    assert normalise_phone(once) == once

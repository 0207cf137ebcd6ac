"""A name spelled character by character is spelled as the library spells it whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from lms.people.services.registration import pinyin_of

NAMES = st.one_of(
    st.text("张王重庆单于长孙学员乐行朝阳·A é", max_size=8),
    st.text(max_size=6),
    st.sampled_from(["单于志强", "重庆生", "长孙乐"]),
)


@given(NAMES)
def test_a_name_is_spelled_as_the_library_spells_it_whole(name):
    whole = "".join(c for c in "".join(lazy_pinyin(name)).casefold() if c.isalpha())
    assert pinyin_of(name) == whole[:200]

"""Names spelled character by character read as the dictionary reads them whole."""

from __future__ import annotations

import random

import pytest

from lms.people.spelling import pinyin_of
from lms.places.pinyin import reader, reading_of


def whole(name: str) -> str:
    return "".join(c for c in "".join(reader()(name)).casefold() if c.isalpha())[:200]


def test_any_name_reads_as_the_dictionary_reads_it():
    drawn = random.Random(5)
    han = [chr(code) for code in range(0x4E00, 0x9FA6)]
    names = ["".join(drawn.choices(han, k=drawn.randint(1, 5))) for _ in range(400)]
    names += ["重庆", "单县人", "长子县", "曾长长", "阿依古丽·买买提", "张 三", "Anna Maria", "李é", "喆𬭎", "〇一", ""]
    assert {name: pinyin_of(name) for name in names} == {name: whole(name) for name in names}


@pytest.mark.parametrize("name", ["曾", "藏"])
def test_a_person_reads_as_a_place_does(name):
    """Whatever was spelled first in this process: the dictionary is corrected for both."""
    assert pinyin_of(name) == reading_of(name)[0]

"""How a name is spelled in pinyin: for finding likely duplicates and for user names."""

from __future__ import annotations

from functools import cache

from pypinyin.constants import PHRASES_DICT

from lms.places.pinyin import reader


def pinyin_of(name: str) -> str:
    """The name spelled without tones, separators and case: what two careless spellings have in common.

    The dictionary knows phrases, few names hold one: a name without any is the spellings of its characters, each looked up once.
    """
    read = reader()
    length = len(name)
    if length <= 8 and not _holds_phrase(name, length):
        return "".join(map(_character, name))
    return _bare("".join(read(name)))


def _holds_phrase(name: str, length: int) -> bool:
    for start in range(length - 1):
        for end in range(start + 2, length + 1):
            if name[start:end] in PHRASES_DICT:
                return True
    return False


@cache
def _character(character: str) -> str:
    return _bare("".join(reader()(character)))


def _bare(spelled: str) -> str:
    return "".join(c for c in spelled.casefold() if c.isalpha())[:200]

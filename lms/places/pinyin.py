"""Pinyin and initials of place names. Readings that the general dictionary gets wrong stand here."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

# what a character reads in place names, unless a phrase below says otherwise
_CHARACTERS = {"长": "cháng", "什": "shí", "曾": "zēng", "藏": "zàng", "牟": "mù", "勐": "měng", "堡": "bǎo", "洮": "táo"}
_PHRASES = {
    "长子县": "zhǎng zǐ xiàn",
    "牟定": "móu dìng",
    "荥经": "yíng jīng",
    "六安": "lù ān",
    "六合": "lù hé",
    "单县": "shàn xiàn",
    "浚县": "xùn xiàn",
    "珲春": "hún chūn",
    "繁峙": "fán shì",
    "涡阳": "guō yáng",
    "筠连": "jūn lián",
    "乐清": "yuè qīng",
    "乐亭": "lào tíng",
    "大栅栏": "dà shí lán",
    "栎阳": "yuè yáng",
    "吴堡": "wú bǔ",
    "瓦窑堡": "wǎ yáo bǔ",
    "铅山": "yán shān",
    "枞阳": "zōng yáng",
    "蔚县": "yù xiàn",
    "尉犁": "yù lí",
    "大埔": "dà bù",
    "黄埔": "huáng pǔ",
    "东阿": "dōng ē",
    "歙县": "shè xiàn",
    "莘县": "shēn xiàn",
    "莘庄": "xīn zhuāng",
    "洪洞": "hóng tóng",
    "渑池": "miǎn chí",
    "泌阳": "bì yáng",
    "盱眙": "xū yí",
    "睢县": "suī xiàn",
    "郏县": "jiá xiàn",
    "蠡县": "lǐ xiàn",
    "隰县": "xí xiàn",
    "什邡": "shí fāng",
    "犍为": "qián wéi",
    "番禺": "pān yú",
    "厦门": "xià mén",
    "会稽": "kuài jī",
    "重庆": "chóng qìng",
    "台州": "tāi zhōu",
    "天台": "tiān tāi",
}


_loading = Lock()


@cache
def _corrected() -> Any:
    from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict

    load_single_dict({ord(character): reading for character, reading in _CHARACTERS.items()})
    load_phrases_dict({phrase: [[syllable] for syllable in reading.split()] for phrase, reading in _PHRASES.items()})
    return lazy_pinyin


def reader() -> Any:
    """pypinyin's ``lazy_pinyin``, its dictionary corrected once: whoever spells anything asks here, or the same name reads
    differently in two processes. One thread at a time: the correction walks the whole dictionary."""
    with _loading:
        return _corrected()


def syllables_of(name: str) -> str:
    """Pinyin without tones, syllables apart: 鲁甸县 → ``lu dian xian``. Non-Chinese characters are dropped."""
    return " ".join(s for s in reader()(name, errors="ignore") if s).lower()


def joined(syllables: str) -> tuple[str, str]:
    """Pinyin in one word and its initials: ``lu dian xian`` → ``("ludianxian", "ldx")``."""
    parts = syllables.split()
    return "".join(parts)[:200], "".join(part[0] for part in parts)[:40]


def reading_of(name: str) -> tuple[str, str]:
    return joined(syllables_of(name))

"""Every look-alike radical against Unicode's own data."""

import unicodedata

from exams.exchange.radicals import RADICALS
from exams.exchange.reading import clean, squeeze

ASSIGNED = [chr(code) for code in range(0x2E80, 0x2FE0) if unicodedata.category(chr(code)) != "Cn"]


def test_every_assigned_radical_has_its_ideograph():
    """U+2E80 (repetition) is no radical of anything and has no equivalent in EquivalentUnifiedIdeograph.txt."""
    assert [c for c in ASSIGNED if ord(c) not in RADICALS] == ["\u2e80"]
    blocks = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B81D)]  # unified ideographs, A to D
    assert all(any(low <= ord(target) <= high for low, high in blocks) for target in RADICALS.values())


def test_where_unicode_normalises_we_agree():
    """NFKC knows all of U+2F00–2FD5 and two of U+2E80–2EF3."""
    known = {c: n for c in ASSIGNED if (n := unicodedata.normalize("NFKC", c)) != c}
    assert len(known) == 214 + 2
    assert {c: RADICALS[ord(c)] for c in known} == known


def test_where_unicode_does_not_normalise_the_names_agree():
    """The character database names a radical after its shape: J-SIMPLIFIED, C-SIMPLIFIED, and the plain name of the ideograph."""
    by_hand = {
        "⻓": "长",
        "⻅": "见",
        "⻔": "门",
        "⻋": "车",
        "⻢": "马",
        "⻜": "飞",
        "⻝": "食",
        "⺠": "民",
        "⺟": "母",
        "⻄": "西",
        "⻆": "角",
        "⻘": "青",
    }
    assert {c: RADICALS[ord(c)] for c in by_hand} == by_hand


def test_no_radical_is_left_after_cleaning():
    text = clean("".join(ASSIGNED[1:]))
    assert not any(0x2E80 <= ord(c) <= 0x2FDF for c in text)
    assert squeeze("⼆⻓⽼⺠") == "二长老民"

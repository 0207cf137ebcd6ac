from __future__ import annotations

import pytest

from lms.people.vocabularies import ALL, EDUCATION_LEVELS, ETHNIC_GROUPS, POLITICAL_STATUS, SEXES, code_of


@pytest.mark.parametrize(
    ("vocabulary", "text", "code"),
    [
        (ETHNIC_GROUPS, "汉", "01"),
        (ETHNIC_GROUPS, "汉族", "01"),
        (ETHNIC_GROUPS, "1", "01"),
        (ETHNIC_GROUPS, "彝 族", "07"),
        (ETHNIC_GROUPS, "基诺族", "56"),
        (ETHNIC_GROUPS, "鄂伦春", "52"),
        (ETHNIC_GROUPS, "穿青人", "96"),
        (ETHNIC_GROUPS, "穿青族", "96"),
        (ETHNIC_GROUPS, "其他", "97"),
        (ETHNIC_GROUPS, "不知道", None),
        (ETHNIC_GROUPS, "57", None),
        (EDUCATION_LEVELS, "本科", "21"),
        (EDUCATION_LEVELS, "大学", "21"),
        (EDUCATION_LEVELS, "大专（函授）", None),
        (EDUCATION_LEVELS, "函授大专", "31"),
        (EDUCATION_LEVELS, "硕士研究生", "14"),
        (EDUCATION_LEVELS, "ＭＳＷ", "14"),
        (EDUCATION_LEVELS, "大学本科肄业", "23"),
        (POLITICAL_STATUS, "中共党员", "01"),
        (POLITICAL_STATUS, "党员", "01"),
        (POLITICAL_STATUS, "群众", "13"),
        (POLITICAL_STATUS, "九三学社社员", "10"),
        (SEXES, "男", "1"),
        (SEXES, "女性", "2"),
        (SEXES, "", None),
    ],
)
def test_wording_of_rosters(vocabulary, text, code):
    assert code_of(vocabulary, text) == code


def test_the_56_groups_stand_in_the_order_of_the_standard():
    assert [ETHNIC_GROUPS.names[c] for c in ("01", "06", "15", "37", "43", "48", "50", "56")] == [
        "汉族",
        "苗族",
        "土家族",
        "仡佬族",
        "乌孜别克族",
        "裕固族",
        "塔塔尔族",
        "基诺族",
    ]
    assert len([c for c in ETHNIC_GROUPS.names if c <= "56"]) == 56


@pytest.mark.parametrize("vocabulary", ALL.values(), ids=ALL.keys())
def test_every_alias_names_a_code_and_no_alias_contradicts_a_name(vocabulary):
    assert set(vocabulary.aliases.values()) <= set(vocabulary.names)
    for code, name in vocabulary.names.items():
        assert code_of(vocabulary, name) == code
        assert code_of(vocabulary, code) == code
    for alias, code in vocabulary.aliases.items():
        assert code_of(vocabulary, alias) == code

"""Pure decisions of supervision."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.supervision import rules


@pytest.mark.parametrize(
    "text",
    [
        "身份证号 53062119800101123X 请核对",
        "５３０６２１１９８００１０１１２３４",
        "证件530621 19800101 1234",
        "老证 530621800101123",
    ],
)
def test_identity_numbers_are_found_and_refused(text):
    found = rules.client_identities([text])
    assert [f.kind for f in found] == ["document"]
    assert found[0].is_refused
    assert "19800101" not in found[0].shown


@pytest.mark.parametrize("text", ["电话13800138000", "联系 138-0013-8000", "+86 13800138000"])
def test_telephones_are_asked_about(text):
    found = rules.client_identities([text])
    assert [f.kind for f in found] == ["phone"]
    assert not found[0].is_refused


@pytest.mark.parametrize("text", ["服务对象张桂英近来失眠", "案主：李小明", "来访者王芳", "低保户陈大富家中"])
def test_names_after_a_role_are_asked_about(text):
    assert [f.kind for f in rules.client_identities([text])] == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "案主A 近来情绪平稳",
        "服务对象张某某",
        "服务对象家庭支持不足",
        "老人方面的资源",
        "案主李奶奶愿意参加小组",
        "项目编号 202611220001，金额 12345678901234567 元",
        "讨论了社会救助暂行办法第五十五条",
        "2026年3月12日 9:00—11:00",
    ],
)
def test_ordinary_records_raise_no_warning(text):
    assert rules.client_identities([text]) == []


def test_a_group_of_eight_for_two_hours():
    worth = rules.worth(120, [120] * 8)
    assert (worth.sessions, worth.person_times, worth.supervisor_minutes, worth.supervisee_minutes) == (1, 8, 120, 960)


def test_the_absent_count_for_nothing():
    assert rules.worth(120, [120, 0, 60]) == rules.Worth(1, 2, 120, 180)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_overlap_is_a_shared_minute(start, length, other_start, other_length):
    zero = dt.datetime(2026, 1, 1)
    first = (zero + dt.timedelta(minutes=start), zero + dt.timedelta(minutes=start + length))
    second = (zero + dt.timedelta(minutes=other_start), zero + dt.timedelta(minutes=other_start + other_length))
    shared = set(range(start, start + length)) & set(range(other_start, other_start + other_length))
    assert rules.overlaps(first, second) is bool(shared)
    assert rules.overlaps(second, first) is bool(shared)


@pytest.mark.parametrize(
    ("paths", "narrowest"),
    [
        (["/53/5306/530621/"], "/53/5306/530621/"),
        (["/53/5306/530621/", "/53/5306/530602/"], "/53/5306/"),
        (["/53/5306/530621/", "/53/5306/"], "/53/5306/"),
        (["/53/", "/51/"], "/"),
    ],
)
def test_the_narrowest_division_that_holds_all(paths, narrowest):
    assert rules.narrowest_path(paths) == narrowest

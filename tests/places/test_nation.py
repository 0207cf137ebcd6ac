"""The shipped lists: counts, tree, validity, changes; loading them is idempotent."""

from __future__ import annotations

import collections
import datetime as dt
import gzip

import pytest

from lms.audit.models import AuditEvent
from lms.core.actor import Actor
from lms.core.errors import BadInput
from lms.places import loading, selectors
from lms.places import nation as loader
from lms.places.models import Division, DivisionChange, Level
from lms.places.nation import load_divisions
from lms.places.pinyin import reading_of
from lms.places.signals import tree_loaded


@pytest.fixture(scope="module")
def nation():
    return loading.read()


def test_counts_are_those_of_the_list(nation):
    with gzip.open(loading.LIST, "rt", encoding="utf-8") as lines:
        codes = [line.partition(",")[0] for line in lines][1:]
    listed = collections.Counter(len(code) for code in codes)
    # the published list of 2023 plus Hong Kong, Macao and Taiwan
    assert listed == {2: 31 + 3, 4: 342 + 3 + 2 + 20, 6: 2978 + 18 + 7 + 358, 9: 41352}
    standing = collections.Counter(v.level for v in nation.versions.values() if v.valid_to is None)
    assert standing[Level.PROVINCE] == 34
    assert standing[Level.TOWNSHIP] == 41352
    # 和康县, 和安县, 两江新区 came; 江北区 and 渝北区 went
    assert standing[Level.COUNTY] == 2978 + 18 + 7 + 358 + 3 - 2


def test_every_code_stands_once_and_hangs_on_a_parent_above(nation):
    open_codes = collections.Counter((v.level, v.code) for v in nation.versions.values() if v.valid_to is None)
    assert max(open_codes.values()) == 1
    for version in nation.versions.values():
        if version.level != Level.NATION:
            assert version.parent is not None and version.parent.level < version.level
            assert version.path.startswith(version.parent.path)
        assert version.valid_from is None or version.valid_to is None or version.valid_from <= version.valid_to


@pytest.mark.parametrize(
    ("code", "name", "full_name", "path"),
    [
        ("530621103", "龙头山镇", "云南省昭通市鲁甸县龙头山镇", "/53/5306/530621/530621103/"),
        ("110101", "东城区", "北京市东城区", "/11/1101/110101/"),
        ("500229", "城口县", "重庆市城口县", "/50/5002/500229/"),
        ("441900003", "东城街道", "广东省东莞市东城街道", "/44/4419/441900/441900003/"),
        ("429004", "仙桃市", "湖北省仙桃市", "/42/4290/429004/"),
        ("110228", "密云县", "北京市密云县", "/11/1102/110228/"),
        ("469003", "儋州市", "海南省儋州市", "/46/4690/469003/"),
    ],
)
def test_names_and_paths(nation, code, name, full_name, path):
    version = nation.versions[code, name]
    assert (version.full_name, version.path) == (full_name, path)


def test_statistical_rows_are_marked(nation):
    marked = {v.code for v in nation.versions.values() if v.is_statistical}
    assert {"1101", "1102", "5002", "4290", "6590", "441900", "442000", "460400", "620201"} <= marked
    assert not {"4419", "4420", "4604", "6202", "110101"} & marked


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("鲁甸县", "ludianxian", "ldx"),
        ("重庆市", "chongqingshi", "cqs"),
        ("阆中市", "langzhongshi", "lzs"),
        ("长子县", "zhangzixian", "zzx"),
        ("长治市", "changzhishi", "czs"),
        ("荥经县", "yingjingxian", "yjx"),
        ("六安市", "luanshi", "las"),
        ("什邡市", "shifangshi", "sfs"),
    ],
)
def test_readings_of_places(name, pinyin, initials):
    assert reading_of(name) == (pinyin, initials)


def test_shipped_readings_are_those_of_the_reader(nation):
    for version in list(nation.versions.values())[::499]:
        assert version.reading == reading_of(version.name)


@pytest.mark.slow
def test_loading_again_changes_nothing(db):
    first = load_divisions(by=Actor.system("tests"))
    assert first.divisions == Division.objects.count() > 45_000
    assert first.changes == DivisionChange.objects.count()
    again = load_divisions(by=Actor.system("tests"))
    thorough = load_divisions(by=Actor.system("tests"), again=True)
    assert (again.divisions, again.changes, thorough.divisions, thorough.changes) == (0, 0, 0, 0)
    assert AuditEvent.objects.filter(verb="places.divisions.loaded").count() == 2
    _ask_the_loaded_nation()


def _ask_the_loaded_nation():
    """What selectors say of the whole nation; in one test, since loading it takes seconds."""
    # codes change: each is found on the days when it stood
    assert selectors.division_by_code("530522", on=dt.date(2014, 12, 31)).name == "腾冲县"
    assert selectors.division_by_code("530581").name == "腾冲市"
    for code, day in (("530522", None), ("530581", dt.date(2014, 12, 31)), ("999999", None), ("", None), ("53062x", None)):
        with pytest.raises(BadInput):
            selectors.division_by_code(code, on=day)
    assert selectors.division_by_code("530000").name == "云南省"
    change = selectors.changes_of(selectors.division_by_code("110118")).get()
    assert (change.before.code, change.certainty, change.happened_on.year) == ("110228", "year", 2015)
    # statistical levels are looked through
    beijing = selectors.children_of(selectors.division_by_code("11"))
    assert beijing.count() == 16 and "东城区" in {d.name for d in beijing}
    assert "密云县" in {d.name for d in selectors.children_of(selectors.division_by_code("11"), on=dt.date(2010, 1, 1))}
    dongguan = selectors.children_of(selectors.division_by_code("4419"))
    assert {d.level for d in dongguan} == {Level.TOWNSHIP}
    street = selectors.division_by_code("441900003")
    assert [a.name for a in selectors.ancestors(street)] == ["广东省", "东莞市"]
    assert selectors.ancestor_at(street, Level.COUNTY) is None
    assert selectors.ancestor_at(selectors.division_by_code("110101"), Level.PREFECTURE) is None
    assert selectors.ancestor_at(street, Level.PROVINCE).name == "广东省"
    # the picker's search
    ludian = selectors.division_by_code("530621")
    yunnan = selectors.division_by_code("53")
    assert ludian in selectors.search_divisions("ldx")
    assert selectors.search_divisions("鲁甸")[0] == ludian
    assert selectors.search_divisions("530621")[0] == ludian
    assert selectors.search_divisions("ludian", within=yunnan)[0] == ludian
    assert selectors.search_divisions("昭通 龙头山")[0].code == "530621103"
    assert selectors.search_divisions("鲁甸", within=selectors.division_by_code("51")) == []
    assert not any(d.is_statistical for d in selectors.search_divisions("市辖区"))
    assert {d.level for d in selectors.search_divisions("朝阳", levels=[Level.COUNTY])} == {Level.COUNTY}
    assert selectors.search_divisions("腾冲县") == []
    assert selectors.search_divisions("腾冲县", on=dt.date(2010, 1, 1))[0].code == "530522"
    assert selectors.subtree(ludian).count() == 1 + selectors.children_of(ludian).count()


@pytest.mark.parametrize("written", [0, 2])
def test_rows_written_in_bulk_are_told_of(db, monkeypatch, written):
    monkeypatch.setattr(loading, "read", lambda: None)
    monkeypatch.setattr(loader, "_close", lambda *_: 0)
    monkeypatch.setattr(loader, "_insert_divisions", lambda *_: written)
    monkeypatch.setattr(loader, "_insert_changes", lambda *_: 0)
    heard = []
    tree_loaded.connect(lambda **_: heard.append(1), weak=False, dispatch_uid="here")
    try:
        load_divisions(by=Actor.system("tests"), again=True)
    finally:
        tree_loaded.disconnect(dispatch_uid="here")
    assert len(heard) == (1 if written else 0)

"""Export → import gives equal items, in every format, for every kind it can carry; what it cannot carry is named."""

import dataclasses
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exams.exchange import formats
from exams.exchange.excel import SAMPLES
from exams.exchange.formats import FORMATS, bare, essence
from tests.exams.exchange.strategies import CALM, TRICKY, items
from tests.factories.exams import drawing

KINDS = ["single", "multiple", "true_false", "matching", "ordering", "short_answer", "numeric", "essay", "case"]
SETTINGS = settings(
    max_examples=int(os.environ.get("ROUND_TRIPS", "12")),
    deadline=None,
    phases=[Phase.generate],  # shrinking a whole file takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("code", FORMATS)
@SETTINGS
@given(data=st.data())
def test_what_is_written_comes_back_equal_and_the_rest_is_named(code, data):
    """Whatever characters the items hold: written and left out make up all, and the file gives exactly what was written."""
    given_items = data.draw(st.lists(items(KINDS, TRICKY), min_size=1, max_size=3))
    written = formats.write(given_items, code)
    assert written.count + len(written.left_out) == len(given_items)
    assert all(reason for _name, reason in written.left_out)
    if written.count:
        back = FORMATS[code].read(written.content)
        assert not back.refused
        wanted = {essence(bare(item, FORMATS[code])) for item in given_items}
        assert len(back.accepted) == written.count
        assert all(essence(item) in wanted for item in back.accepted)


@pytest.mark.parametrize("code", FORMATS)
@SETTINGS
@given(data=st.data())
def test_ordinary_words_are_never_left_out(code, data):
    kinds = [kind for kind in KINDS if kind in FORMATS[code].kinds]
    given_items = data.draw(st.lists(items(kinds, CALM), min_size=1, max_size=4))
    written = formats.write(given_items, code)
    assert written.left_out == []
    back = FORMATS[code].read(written.content)
    assert [essence(item) for item in back.accepted] == [essence(bare(item, FORMATS[code])) for item in given_items]


@pytest.mark.parametrize("code", ["excel", "moodle", "qti21", "qti22", "qti30"])
@SETTINGS
@given(data=st.data())
def test_formats_with_a_structure_hold_any_character(code, data):
    kinds = [kind for kind in KINDS if kind in FORMATS[code].kinds and not (code == "excel" and kind in {"matching", "essay"})]
    item = data.draw(items([kind for kind in kinds if kind not in {"essay", "case"}], TRICKY))
    assert formats.write([item], code).left_out == []


@pytest.mark.parametrize("code", FORMATS)
def test_a_kind_that_does_not_fit_is_refused_by_its_name(code):
    written = formats.write(SAMPLES, code)
    wanted = {item.kind for item in SAMPLES} - FORMATS[code].kinds
    assert len(written.left_out) == len(wanted)
    assert written.count == len(SAMPLES) - len(wanted)
    assert all("装不下题型" in reason for _name, reason in written.left_out)


@pytest.mark.parametrize("code", FORMATS)
def test_pictures_come_back_or_their_item_is_refused_by_name(code):
    item = dataclasses.replace(SAMPLES[0], stem="看图回答：\n［图1］\n这是（　　）。", options=("甲［图2］", "乙", "丙", "丁"))
    item = dataclasses.replace(item, images=(drawing(10), drawing(200)))
    written = formats.write([item], code)
    if FORMATS[code].pictures:
        back = FORMATS[code].read(written.content).accepted
        assert [essence(one) for one in back] == [essence(bare(item, FORMATS[code]))]
        assert back[0].images[1].content == item.images[1].content
    else:
        assert written.left_out[0][1].endswith("装不下带图片的题。")


def test_extras_that_a_format_cannot_hold_are_counted():
    written = formats.write(SAMPLES[:3], "aiken")
    assert written.count == 1 and written.lost == {"explanation": 1, "points": 1, "source": 1}

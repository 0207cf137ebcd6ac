"""Hostile files are harmless: refused in a sentence, within bounded memory, nothing opened, nothing written, nothing run."""

import dataclasses
import json
import socket
import subprocess
import sys
import textwrap

import pytest
from openpyxl import load_workbook

from exams.exchange import formats
from exams.exchange.excel import SAMPLES, read_excel, write_excel
from exams.exchange.markup import Gathered, text_of_html
from exams.exchange.moodle import read_moodle
from exams.exchange.pictures import Unusable
from exams.exchange.qti import read_qti
from exams.exchange.reading import Unreadable
from exams.templatetags.exam_words import exam_text
from tests.exams.exchange import hostile
from tests.exams.exchange.test_foreign import item2

ALL = {**hostile.REFUSED_WHOLE, **hostile.REFUSED_BY_ITEM}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a file from outside opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", hostile.REFUSED_WHOLE)
def test_a_hostile_file_is_refused_in_one_sentence(name):
    with pytest.raises(Unreadable) as error:
        formats.read(hostile.REFUSED_WHOLE[name]())
    assert str(error.value).endswith("。") and "\n" not in str(error.value)


@pytest.mark.parametrize("name", hostile.REFUSED_BY_ITEM)
def test_hostile_items_are_refused_with_their_reason(name):
    try:
        _chosen, reading = formats.read(hostile.REFUSED_BY_ITEM[name]())
    except Unreadable as error:
        assert str(error).endswith("。")
    else:
        assert reading.accepted == [] and all(refusal.reason for refusal in reading.refused)


MEASURE = textwrap.dedent("""
    import json, os, resource, sys
    import django
    from pathlib import Path
    django.setup()
    from exams.exchange import formats
    import python_calamine, nh3, PIL.Image, defusedxml.sax

    def most(path):
        out, into = os.pipe()
        if not os.fork():
            try:
                formats.read(path.read_bytes())
            except ValueError:
                pass
            os.write(into, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())
            os._exit(0)
        os.close(into)
        os.wait()
        return int(os.read(out, 20) or 0)

    folder = Path(sys.argv[1])
    most(folder / "good")
    print(json.dumps({path.name: most(path) for path in folder.iterdir()}))
""")


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    """The most memory, in kB, that a process held which read the file; each is a fork of one that has read nothing yet."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good").write_bytes(b"1. a\nA. b\nB. c\n")
    for number, name in enumerate(ALL):
        (folder / str(number)).write_bytes(ALL[name]())
    env = {"DJANGO_SETTINGS_MODULE": "lms.settings.test", "PATH": "/usr/bin", "PYTHONPATH": "."}
    done = subprocess.run([sys.executable, "-c", MEASURE, str(folder)], capture_output=True, check=True, env=env)
    held = json.loads(done.stdout)
    sizes = {name: (folder / str(number)).stat().st_size // 1024 for number, name in enumerate(ALL)}
    return {name: held[str(number)] - held["good"] - sizes[name] for number, name in enumerate(ALL)} | {"good": held["good"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_a_hostile_file_costs_no_more_than_fifty_megabytes(name, memory):
    assert memory["good"] > 20 * 1024, "nothing was measured"
    assert memory[name] < 50 * 1024


SCRIPTS = [
    "<script>alert(1)</script>题干",
    '<img src=x onerror="alert(1)">题干',
    '<a href="javascript:alert(1)">题干</a>',
    "<svg><script>alert(1)</script></svg>题干",
    '<iframe src="http://evil.example/"></iframe>题干',
    '<p onclick="alert(1)">题干</p>',
    "<style>*{display:none}</style>题干",
    '<math><mtext><img src=x onerror="alert(1)"></mtext></math>题干',
]


@pytest.mark.parametrize("html", SCRIPTS)
def test_scripts_in_html_become_nothing_and_are_said(html):
    gathered = Gathered()
    try:
        text = text_of_html(html, gathered)
    except Unusable:  # an image from elsewhere is not fetched: the item is refused
        return
    assert "题干" in text and "alert" not in text and "<" not in text
    assert gathered.notes or "style" in html


def test_mark_up_that_stays_text_is_shown_as_text():
    """What stands in an item is escaped on every page; the only element a text can cause is an image of the bank."""
    shown = exam_text('<script>alert(1)</script> ［图:"onerror=x］ ［图:ABCDEF2345］')
    assert "<script" not in shown and shown.count("<img") == 1 and "onerror=x］" in shown


def test_scripts_in_qti_are_left_out():
    body = '<p onclick="x()">题干<script>alert(1)</script></p><extendedTextInteraction responseIdentifier="RESPONSE"/>'
    reading = read_qti(item2(body, base="string"))
    assert "alert" not in str(reading)


def test_an_outside_picture_is_never_fetched():
    text = '&lt;img src="http://127.0.0.1:9/x.png"&gt;'
    raw = f'<quiz><question type="essay"><questiontext><text>{text}</text></questiontext></question></quiz>'.encode()
    assert "127.0.0.1" in read_moodle(raw).refused[0].reason


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "'=1+1", "''=x", "_x0041_", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_exported_cell_is_a_formula_and_the_text_comes_back(text):
    item = dataclasses.replace(SAMPLES[0], stem=text.strip(), options=(text.strip(), "乙", "丙", "丁"))
    raw = write_excel([item])
    import io

    for row in load_workbook(io.BytesIO(raw)).worksheets[0].iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert cell.value is None or not str(cell.value).startswith(("=", "+", "-", "@", "＝"))
    back = read_excel(raw).accepted[0]
    assert (back.stem, back.options[0]) == (item.stem, item.options[0])

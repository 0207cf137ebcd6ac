"""HTML and text. Items are plain text: what HTML says by paragraphs, lists, tables and raised digits is kept as characters;
scripts, embedded things and styles are left out, and said so."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import nh3
from django.utils.translation import gettext as _

from exams.exchange.pictures import Unusable
from exams.exchange.reading import LONGEST, PICTURE, Picture, tidy
from exams.exchange.xmlparts import Node

_KEPT = {"p", "div", "br", "li", "ul", "ol", "table", "tr", "td", "th", "img", "sub", "sup", "pre", "h1", "h2", "h3", "h4", "hr"}
_BLOCKS = {"p", "div", "li", "ul", "ol", "table", "tr", "pre", "h1", "h2", "h3", "h4", "hr", "blockquote", "section"}
_SILENT = {"script", "style", "title", "head", "object", "iframe", "svg", "embed", "noscript", "template", "math"}
_ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed|svg|form|link|meta)\b|\son\w{3,20}\s*=|javascript\s*:", re.I)
_LOUD = re.compile(r"<\s*(?:math|audio|video|input|select|textarea)\b", re.I)
_UP = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_RAISED, _LOWERED = set("0123456789+-=()n"), set("0123456789+-=()")
_HARD = "\ue000"  # a blank that HTML keeps (&nbsp;), until the others are folded

Find = Callable[[str], Picture]


class Gathered:
    """Pictures and notes of one item, over all its texts; ``find`` turns an address of an image into a picture."""

    def __init__(self, find: Find | None = None) -> None:
        self.images: list[Picture] = []
        self.notes: list[str] = []
        self._find = find

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def picture(self, source: str) -> str:
        """Keep the image and say where it stands. Raises ``pictures.Unusable`` for what is no image at hand."""
        if self._find is None:
            raise Unusable(_("这种格式不带图片，题中却引用了图片 %(name)s。") % {"name": source[:60]})
        self.images.append(self._find(source))
        return PICTURE % len(self.images)


class _Flow(HTMLParser):
    def __init__(self, gathered: Gathered) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._gathered = gathered
        self._silent = 0
        self._lists: list[int] = []
        self._pre = 0
        self._small: list[tuple[str, int]] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.begin(tag, {name: text or "" for name, text in attrs})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.begin(tag, {name: text or "" for name, text in attrs})
        if tag not in {"br", "img", "hr"}:
            self.finish(tag)

    def handle_endtag(self, tag: str) -> None:
        self.finish(tag)

    def begin(self, tag: str, attrs: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
            if tag == "math":
                self._gathered.note(_("公式没有读入，请核对题干。"))
        if self._silent:
            return
        if tag in _BLOCKS:
            self._line()
        if tag == "br":
            self.out.append("\n")
        elif tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ul" else 1)
        elif tag == "li":
            self._bullet()
        elif tag == "pre":
            self._pre += 1
        elif tag == "tr":
            self._cells = 0
        elif tag in {"td", "th"}:
            self._gathered.note(_("表格已转成文字。"))
            if self._cells:
                self.out.append(" | ")
            self._cells += 1
        elif tag in {"sub", "sup"}:
            self._small.append((tag, len(self.out)))
        elif tag == "img":
            self.out.append(self._gathered.picture(attrs.get("src", "")))

    def finish(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if self._silent:
            return
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        elif tag in {"sub", "sup"} and self._small:
            self._shift(*self._small.pop())
        if tag in _BLOCKS:
            self._line()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        data = data.replace("\u00a0", _HARD)
        self.out.append(data.replace(" ", _HARD) if self._pre else re.sub(r"[ \t\r\n\f]+", " ", data))

    def _bullet(self) -> None:
        if self._lists and self._lists[-1]:
            self.out.append(f"{self._lists[-1]}.{_HARD}")
            self._lists[-1] += 1
        else:
            self.out.append(f"·{_HARD}")

    def _line(self) -> None:
        if self.out and self.out[-1] != "\n":
            self.out.append("\n")

    def _shift(self, tag: str, start: int) -> None:
        """Raised and lowered digits have characters of their own; anything else is put after ^ or _."""
        words = "".join(self.out[start:])
        plain, table = (_RAISED, _UP) if tag == "sup" else (_LOWERED, _DOWN)
        if words and set(words) <= plain:
            self.out[start:] = [words.translate(table)]
        elif words.strip():
            self.out[start:] = [f"^{words}" if tag == "sup" else f"_{words}"]
            self._gathered.note(_("上标、下标写成了 ^ 和 _。"))

    def text(self) -> str:
        """Blanks around line ends fold, as HTML folds them; kept blanks come back."""
        joined = re.sub(r" {2,}", " ", "".join(self.out))
        return tidy(re.sub(r" ?\n ?", "\n", joined).strip(" \n").replace(_HARD, " "))


def text_of_html(source: str, gathered: Gathered) -> str:
    """HTML as an item's text. Raises ``pictures.Unusable`` where it shows an image that cannot be kept."""
    if "<" not in source:
        flow = _Flow(gathered)
        flow.handle_data(html.unescape(source))
        return flow.text()
    if len(re.sub(r"data:[^\"'<>\s]+", "", source)) > LONGEST * 12:
        raise Unusable(_("一段网页格式的文字过长。"))
    if _ACTIVE.search(source):
        gathered.note(_("去掉了网页脚本或嵌入内容。"))
    if _LOUD.search(source):
        gathered.note(_("公式、音视频或填空框没有读入，请核对题干。"))
    cleaned = nh3.clean(
        source, tags=_KEPT, attributes={"img": {"src"}}, url_schemes={"http", "https", "data"}, link_rel=None, strip_comments=True
    )
    flow = _Flow(gathered)
    flow.feed(cleaned)
    flow.close()
    return flow.text()


def text_of_node(node: Node, gathered: Gathered, *, skip: Callable[[Node], str | None] = lambda _node: None) -> str:
    """The same for an element already parsed (QTI's XHTML). ``skip`` gives the words that stand for an element, or None."""
    flow = _Flow(gathered)
    _into(flow, node, skip, gathered)
    return flow.text()


def _into(flow: _Flow, node: Node, skip: Callable[[Node], str | None], gathered: Gathered) -> None:
    for held in node.held:
        if isinstance(held, str):
            flow.handle_data(held)
            continue
        instead = skip(held)
        if instead is not None:
            flow.handle_data(instead)
            continue
        tag = held.tag.lower()
        if tag in _SILENT - {"math"} or any(name.lower().startswith("on") for name in held.attrs):
            gathered.note(_("去掉了网页脚本或嵌入内容。"))
        if tag in _SILENT:
            flow.begin(tag, {})
            flow.finish(tag)
            continue
        flow.begin(tag, held.attrs)
        _into(flow, held, skip, gathered)
        if tag not in {"br", "img", "hr"}:
            flow.finish(tag)


def html_of(text: str, address: Callable[[int], str] | None = None) -> str:
    """A text as HTML that reads back as the same text; ``address`` gives where picture n is found."""
    lines = []
    for line in text.split("\n"):
        kept = re.sub(r"^ +| +$|(?<= ) +", lambda m: "\u00a0" * len(m[0]), line)
        made = html.escape(kept, quote=False)
        if address is not None:
            made = re.sub(r"［图(\d{1,3})］", lambda m: f'<img src="{html.escape(address(int(m[1])))}" alt=""/>', made)
        lines.append(made)
    return "<br/>".join(lines)

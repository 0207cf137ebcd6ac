"""Moodle XML, written: what ``moodle`` reads back as the same items."""

from __future__ import annotations

import base64
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from exams.exchange import essays, marks
from exams.exchange.markup import html_of
from exams.exchange.pictures import ENDINGS
from exams.exchange.reading import LETTERS, FoundItem

_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true_false": "truefalse",
    "short_answer": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "essay": "essay",
}


def write_moodle(items: list[FoundItem]) -> bytes:
    """A <quiz> with a category wherever the chapter changes."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    chapter = ""
    for number, item in enumerate(items, start=1):
        if item.chapter != chapter:
            chapter = item.chapter
            path = f"$course$/top/{chapter.replace('/', '//')}" if chapter else "$course$/top"
            lines.append(f'<question type="category"><category><text>{escape(path)}</text></category></question>')
        lines += [f'<question type="{_TYPES[item.kind]}">', f"<name><text>{escape(item.name or str(number))}</text></name>"]
        lines += [*_Writer(item).body(), "</question>"]
    return "\n".join([*lines, "</quiz>", ""]).encode()


class _Writer:
    """One question; a picture's file stands beside the text that shows it."""

    def __init__(self, item: FoundItem) -> None:
        self.item = item
        self.names = [f"{n}{ENDINGS[image.mime]}" for n, image in enumerate(item.images, start=1)]

    def html(self, tag: str, text: str, attributes: str = "", inner: str = "") -> str:
        address = (lambda n: f"@@PLUGINFILE@@/{self.names[n - 1]}") if self.names else None
        files = "".join(
            f'<file name={quoteattr(name)} path="/" encoding="base64">{base64.b64encode(image.content).decode()}</file>'
            for n, (name, image) in enumerate(zip(self.names, self.item.images, strict=True), start=1)
            if f"［图{n}］" in text
        )
        return f'<{tag}{attributes} format="html"><text>{escape(html_of(text, address))}</text>{files}{inner}</{tag}>'

    def body(self) -> list[str]:
        item = self.item
        lines = [self.html("questiontext", item.stem), self.html("generalfeedback", item.explanation)]
        points = item.points or sum(worth for _text, worth in item.marking) or 100
        lines += [f"<defaultgrade>{Decimal(points) / 100:f}</defaultgrade>", "<penalty>0</penalty>", "<hidden>0</hidden>"]
        tags = "".join(f"<tag><text>{escape(mark)}</text></tag>" for mark in marks.marks_of(item))
        return lines + getattr(self, f"_{_TYPES[item.kind]}")() + ([f"<tags>{tags}</tags>"] if tags else [])

    def _multichoice(self) -> list[str]:
        item = self.item
        right = f"{Decimal(100) / len(item.keys):.5f}".rstrip("0").rstrip(".")
        wrong = "0" if item.kind == "single" else "-100"
        head = f"<single>{'true' if item.kind == 'single' else 'false'}</single><shuffleanswers>true</shuffleanswers>"
        return [head, "<answernumbering>ABCD</answernumbering>"] + [
            self.html("answer", text, f' fraction="{right if letter in item.keys else wrong}"')
            for letter, text in zip(LETTERS, item.options, strict=False)
        ]

    def _truefalse(self) -> list[str]:
        return [
            f'<answer fraction="{100 if letter in self.item.keys else 0}" format="moodle_auto_format"><text>{word}</text></answer>'
            for letter, word in (("A", "true"), ("B", "false"))
        ]

    def _shortanswer(self) -> list[str]:
        texts = [escape(answer.replace("*", "\\*")) for answer in self.item.answers]
        answers = [f'<answer fraction="100" format="moodle_auto_format"><text>{text}</text></answer>' for text in texts]
        return ["<usecase>0</usecase>", *answers]

    def _numerical(self) -> list[str]:
        tolerance = self.item.tolerance or "0"
        text = f"<text>{self.item.answers[0]}</text><tolerance>{tolerance}</tolerance>"
        return [f'<answer fraction="100" format="moodle_auto_format">{text}</answer>']

    def _matching(self) -> list[str]:
        pairs = [*self.item.pairs, *(("", right) for right in self.item.distractors)]
        return ["<shuffleanswers>true</shuffleanswers>"] + [
            self.html("subquestion", left, inner=f"<answer><text>{escape(right)}</text></answer>") for left, right in pairs
        ]

    def _ordering(self) -> list[str]:
        head = "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><gradingtype>ALL_OR_NOTHING</gradingtype>"
        return [head] + [
            self.html("answer", text, f' fraction="{number}"') for number, text in enumerate(self.item.options, start=1)
        ]

    def _essay(self) -> list[str]:
        return [
            "<responseformat>editor</responseformat><responserequired>1</responserequired><responsefieldlines>15</responsefieldlines>",
            self.html("graderinfo", essays.join("", self.item.marking)),
        ]

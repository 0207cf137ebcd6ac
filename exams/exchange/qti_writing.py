"""QTI 2.1, 2.2 and 3.0, written: a package with one file an item, its pictures and a manifest."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from exams.exchange import essays, marks, materials
from exams.exchange.markup import html_of
from exams.exchange.pictures import ENDINGS
from exams.exchange.reading import LETTERS, FoundItem

_XHTML = {"p", "div", "br", "img"}
_LOM = "http://ltsc.ieee.org/xsd/LOM"


@dataclass(frozen=True, slots=True)
class Edition:
    """What differs between the editions: namespaces, the type of an item in the manifest, the way names are spelt."""

    code: str
    namespace: str
    manifest: str
    item_type: str
    schema: str
    version: str

    @property
    def is_third(self) -> bool:
        return self.code == "3.0"


EDITIONS = {
    "2.1": Edition(
        "2.1",
        "http://www.imsglobal.org/xsd/imsqti_v2p1",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        "imsqti_item_xmlv2p1",
        "QTIv2.1 Package",
        "1.0.0",
    ),
    "2.2": Edition(
        "2.2",
        "http://www.imsglobal.org/xsd/imsqti_v2p2",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        "imsqti_item_xmlv2p2",
        "QTIv2.2 Package",
        "1.0.0",
    ),
    "3.0": Edition(
        "3.0",
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "imsqti_item_xmlv3p0",
        "QTI Package",
        "3.0.0",
    ),
}


def write_qti(items: list[FoundItem], code: str) -> bytes:
    """The package. Entries carry one fixed date, so that the same items give the same bytes."""
    edition = EDITIONS[code]
    out = io.BytesIO()
    resources = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, item in enumerate(items, start=1):
            name = f"item{number:05d}"
            pictures = [f"images/{name}-{n}{ENDINGS[image.mime]}" for n, image in enumerate(item.images, start=1)]
            _put(archive, f"items/{name}.xml", _Writer(item, name, [f"../{p}" for p in pictures], edition).document())
            for picture, image in zip(pictures, item.images, strict=True):
                _put(archive, picture, image.content)
            resources.append(_resource(item, name, pictures, edition))
        _put(archive, "imsmanifest.xml", _manifest(resources, edition))
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _manifest(resources: list[str], edition: Edition) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<manifest xmlns="{edition.manifest}" xmlns:lom="{_LOM}" identifier="item-bank">',
        f"<metadata><schema>{edition.schema}</schema><schemaversion>{edition.version}</schemaversion></metadata>",
        "<organizations/>",
        "<resources>",
        *resources,
        "</resources>",
        "</manifest>",
        "",
    ]
    return "\n".join(lines).encode()


def _resource(item: FoundItem, name: str, pictures: list[str], edition: Edition) -> str:
    words = [f'<lom:keyword><lom:string language="zh-Hans">{escape(m)}</lom:string></lom:keyword>' for m in marks.marks_of(item)]
    said = f"<lom:general>{''.join(words)}</lom:general>" if words else ""
    if item.chapter:
        entry = f'<lom:entry><lom:string language="zh-Hans">{escape(item.chapter)}</lom:string></lom:entry>'
        taxon = f"<lom:taxonPath><lom:taxon>{entry}</lom:taxon></lom:taxonPath>"
        said += f"<lom:classification>{taxon}</lom:classification>"
    about = f"<metadata><lom:lom>{said}</lom:lom></metadata>" if said else ""
    files = "".join(f'<file href="{path}"/>' for path in (f"items/{name}.xml", *pictures))
    return f'<resource identifier="{name}" type="{edition.item_type}" href="items/{name}.xml">{about}{files}</resource>'


class _Writer:
    """One item. Elements are written with the names of QTI 2 and spelt as QTI 3 wants where that is asked for."""

    def __init__(self, item: FoundItem, name: str, pictures: list[str], edition: Edition) -> None:
        self.item, self.name, self.pictures, self.edition = item, name, pictures, edition
        self.declarations: list[str] = []
        self.outcomes: list[str] = []
        self.processing: list[str] = []

    def el(self, tag: str, *inner: str, **attributes: str) -> str:
        third = self.edition.is_third and tag not in _XHTML
        name = f"qti-{_kebab(tag)}" if third else tag
        pairs = "".join(f" {_kebab(key) if third else key}={quoteattr(text)}" for key, text in attributes.items())
        return f"<{name}{pairs}>{''.join(inner)}</{name}>" if inner else f"<{name}{pairs}/>"

    def words(self, text: str) -> str:
        return html_of(text, (lambda n: self.pictures[n - 1]) if self.pictures else None)

    def content(self, text: str) -> str:
        """What rubrics and feedback hold: QTI 3 wants a body of its own inside."""
        inner = self.el("p", self.words(text))
        return self.el("contentBody", inner) if self.edition.is_third else inner

    def document(self) -> bytes:
        item = self.item
        if item.kind == "case":
            blocks = [self.el("p", self.words(materials.join(item.stem, item.exhibits)))]
            for number, part in enumerate(item.parts, start=1):
                block, rubric = self.asked(part, f"RESPONSE_{number}", f"SCORE_{number}")
                blocks.append(self.el("div", rubric, block))
            total = "".join(self.el("variable", identifier=f"SCORE_{n}") for n in range(1, len(item.parts) + 1))
            self.processing.append(self.el("setOutcomeValue", self.el("sum", total), identifier="SCORE"))
            self.outcomes.insert(0, self.outcome("SCORE", sum(_worth(part) for part in item.parts)))
        else:
            block, rubric = self.asked(item, "RESPONSE", "SCORE")
            blocks = [rubric, block] if rubric else [block]
        feedback = ""
        if item.explanation:
            self.outcomes.append(self.el("outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier"))
            shown = self.el("baseValue", "explanation", baseType="identifier")
            self.processing.append(self.el("setOutcomeValue", shown, identifier="FEEDBACK"))
            feedback = self.el(
                "modalFeedback",
                self.content(item.explanation) if self.edition.is_third else self.words(item.explanation),
                outcomeIdentifier="FEEDBACK",
                identifier="explanation",
                showHide="show",
            )
        return self.wrapped(blocks, feedback)

    def wrapped(self, blocks: list[str], feedback: str) -> bytes:
        third = self.edition.is_third
        tag = "qti-assessment-item" if third else "assessmentItem"
        depends = "time-dependent" if third else "timeDependent"
        title = self.item.name or self.name
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<{tag} xmlns="{self.edition.namespace}" identifier="{self.name}" title={quoteattr(title)} adaptive="false" '
            f'{depends}="false" xml:lang="zh-Hans">',
            *self.declarations,
            *self.outcomes,
            self.el("itemBody", *blocks),
        ]
        if self.processing:
            lines.append(self.el("responseProcessing", *self.processing))
        return "\n".join([*lines, *([feedback] if feedback else []), f"</{tag}>", ""]).encode()

    def outcome(self, name: str, points: int) -> str:
        most = {"normalMaximum": f"{Decimal(points) / 100:f}"} if points else {}
        zero = self.el("defaultValue", self.el("value", "0"))
        return self.el("outcomeDeclaration", zero, identifier=name, cardinality="single", baseType="float", **most)

    def declare(self, name: str, cardinality: str, base: str, right: list[str], mapping: str = "") -> None:
        values = "".join(self.el("value", escape(value)) for value in right)
        inner = [self.el("correctResponse", values)] if right else []
        self.declarations.append(
            self.el("responseDeclaration", *inner, mapping, identifier=name, cardinality=cardinality, baseType=base)
            if inner or mapping
            else self.el("responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
        )

    def asked(self, item: FoundItem, name: str, score: str) -> tuple[str, str]:
        """The block that asks, and the rubric for those who mark it; declarations and processing are added on the way."""
        self.outcomes.append(self.outcome(score, _worth(item) if item.kind == "essay" else item.points))
        makers = {"short_answer": self._text, "numeric": self._text, "matching": self._match, "ordering": self._order}
        if item.kind == "essay":
            return self._essay(item, name)
        block = makers.get(item.kind, self._choice)(item, name)
        test = self._test(item, name)
        if item.kind == "short_answer":
            self.processing.append(self.el("setOutcomeValue", self.el("mapResponse", identifier=name), identifier=score))
        else:
            points = self.el("baseValue", f"{Decimal(item.points or 100) / 100:f}", baseType="float")
            then = self.el("setOutcomeValue", points, identifier=score)
            self.processing.append(self.el("responseCondition", self.el("responseIf", test, then)))
        return block, ""

    def _test(self, item: FoundItem, name: str) -> str:
        both = (self.el("variable", identifier=name), self.el("correct", identifier=name))
        if item.kind != "numeric":
            return self.el("match", *both)
        if not item.tolerance:
            return self.el("equal", *both, toleranceMode="exact")
        return self.el("equal", *both, toleranceMode="absolute", tolerance=f"{item.tolerance} {item.tolerance}")

    def _choice(self, item: FoundItem, name: str) -> str:
        if item.kind == "true_false":
            ids = {"A": "true", "B": "false"}
        else:
            ids = {letter: letter for letter in LETTERS}
        many = item.kind == "multiple"
        self.declare(name, "multiple" if many else "single", "identifier", [ids[key] for key in sorted(item.keys)])
        choices = [
            self.el("simpleChoice", self.words(text), identifier=ids[letter])
            for letter, text in zip(LETTERS, item.options, strict=False)
        ]
        prompt = self.el("prompt", self.words(item.stem))
        return self.el(
            "choiceInteraction", prompt, *choices, responseIdentifier=name, shuffle="false", maxChoices="0" if many else "1"
        )

    def _text(self, item: FoundItem, name: str) -> str:
        mapping = ""
        if item.kind == "short_answer":
            worth = f"{Decimal(item.points or 100) / 100:f}"
            entries = [self.el("mapEntry", mapKey=answer, mappedValue=worth) for answer in item.answers]
            mapping = self.el("mapping", *entries, defaultValue="0")
        self.declare(name, "single", "string" if mapping else "float", list(item.answers[:1]), mapping)
        entry = self.el("textEntryInteraction", responseIdentifier=name)
        return self.el("div", self.el("p", self.words(item.stem)), self.el("p", entry))

    def _match(self, item: FoundItem, name: str) -> str:
        rights = list(dict.fromkeys([right for _left, right in item.pairs] + list(item.distractors)))
        right_ids = {text: f"R{n}" for n, text in enumerate(rights, start=1)}
        self.declare(
            name,
            "multiple",
            "directedPair",
            [f"L{n} {right_ids[right]}" for n, (_left, right) in enumerate(item.pairs, start=1)],
        )
        lefts = [
            self.el("simpleAssociableChoice", self.words(left), identifier=f"L{n}", matchMax="1")
            for n, (left, _right) in enumerate(item.pairs, start=1)
        ]
        others = [self.el("simpleAssociableChoice", self.words(text), identifier=right_ids[text], matchMax="0") for text in rights]
        return self.el(
            "matchInteraction",
            self.el("prompt", self.words(item.stem)),
            self.el("simpleMatchSet", *lefts),
            self.el("simpleMatchSet", *others),
            responseIdentifier=name,
            shuffle="true",
            maxAssociations=str(len(item.pairs)),
        )

    def _order(self, item: FoundItem, name: str) -> str:
        ids = [f"S{n}" for n in range(1, len(item.options) + 1)]
        self.declare(name, "ordered", "identifier", ids)
        choices = [self.el("simpleChoice", self.words(text), identifier=one) for one, text in zip(ids, item.options, strict=True)]
        prompt = self.el("prompt", self.words(item.stem))
        return self.el("orderInteraction", prompt, *choices, responseIdentifier=name, shuffle="true")

    def _essay(self, item: FoundItem, name: str) -> tuple[str, str]:
        self.declare(name, "single", "string", [])
        rubric = self.el("rubricBlock", self.content(essays.join("", item.marking)), view="scorer")
        prompt = self.el("prompt", self.words(item.stem))
        return self.el("extendedTextInteraction", prompt, responseIdentifier=name, expectedLines="15"), rubric


def _worth(item: FoundItem) -> int:
    return item.points or sum(points for _text, points in item.marking)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()

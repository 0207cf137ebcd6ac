"""What we write, read by something that is not our reader: ElementTree, and the rules of the specifications."""

import base64
import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from exams.exchange import formats
from exams.exchange.excel import SAMPLES
from tests.factories.exams import drawing

PICTURED = replace(SAMPLES[0], stem="看［图1］，社工应当（　　）。", images=(drawing(7),))
ITEMS = [*SAMPLES, PICTURED]


def test_moodle_xml_read_slowly_holds_every_item():
    root = ElementTree.fromstring(formats.write(ITEMS, "moodle").content)
    questions = {q.findtext("questiontext/text"): q for q in root.findall("question") if q.get("type") != "category"}
    by_kind = {item.kind: item for item in SAMPLES}
    assert len(questions) == len(ITEMS) - 1  # no case in Moodle
    single = questions[by_kind["single"].stem]
    right = [a.findtext("text") for a in single.findall("answer") if float(a.get("fraction")) == 100]
    assert right == ["婉言谢绝并说明原因"] and single.findtext("single") == "true" and single.get("type") == "multichoice"
    multiple = questions[by_kind["multiple"].stem]
    shares = [float(a.get("fraction")) for a in multiple.findall("answer")]
    assert sum(share for share in shares if share > 0) == pytest.approx(100, abs=0.01) and shares.count(-100.0) == 1
    match = questions[by_kind["matching"].stem]
    pairs = [(s.findtext("text"), s.findtext("answer/text")) for s in match.findall("subquestion")]
    assert pairs == [*by_kind["matching"].pairs, *(("", text) for text in by_kind["matching"].distractors)]
    order = questions[by_kind["ordering"].stem]
    assert [a.findtext("text") for a in order.findall("answer")] == list(by_kind["ordering"].options)
    number = questions[by_kind["numeric"].stem].find("answer")
    assert (number.findtext("text"), number.findtext("tolerance"), number.get("fraction")) == ("24", "0", "100")
    essay = questions[by_kind["essay"].stem]
    assert float(essay.findtext("defaultgrade")) == 20 and "说明需求评估的方法（5分）" in essay.findtext("graderinfo/text")
    pictured = next(q for text, q in questions.items() if "<img" in text)
    file = pictured.find("questiontext/file")
    assert base64.b64decode(file.text) == PICTURED.images[0].content
    assert f"@@PLUGINFILE@@/{file.get('name')}" in pictured.findtext("questiontext/text")


# --- QTI: rules of the information models -------------------------------------------------------------------------------

ORDER2 = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
NAMESPACES = {
    "qti21": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "qti22": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "qti30": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
}
TYPES = {"qti21": "imsqti_item_xmlv2p1", "qti22": "imsqti_item_xmlv2p2", "qti30": "imsqti_item_xmlv3p0"}
XHTML = {"p", "div", "br", "img"}
BASES = {"identifier", "string", "float", "directedPair"}


def kebab(name):
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: f"-{m[1].lower()}", name)


def local(node):
    return node.tag.rpartition("}")[2]


@pytest.fixture(scope="module", params=list(NAMESPACES))
def edition(request):
    archive = zipfile.ZipFile(io.BytesIO(formats.write(ITEMS, request.param).content))
    return request.param, archive


def items_of(code, archive):
    manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    resources = [node for node in manifest.iter() if local(node) == "resource"]
    assert {node.get("type") for node in resources} == {TYPES[code]} and len(resources) == len(ITEMS)
    for resource in resources:
        files = [node.get("href") for node in resource.iter() if local(node) == "file"]
        assert resource.get("href") in files and set(files) <= set(archive.namelist())
        yield resource.get("href"), ElementTree.fromstring(archive.read(resource.get("href")))


def test_names_namespaces_and_order_are_those_of_the_edition(edition):
    code, archive = edition
    third = code == "qti30"
    for _href, item in items_of(code, archive):
        assert item.tag == f"{{{NAMESPACES[code]}}}{'qti-assessment-item' if third else 'assessmentItem'}"
        for name in ("identifier", "title", "time-dependent" if third else "timeDependent"):
            assert item.get(name) is not None
        wanted = [f"qti-{kebab(name)}" if third else name for name in ORDER2]
        ranks = [wanted.index(local(child)) for child in item]
        assert ranks == sorted(ranks)
        for node in item.iter():
            assert local(node) in XHTML or local(node).startswith("qti-") == third
            if third:
                assert not any(re.search("[A-Z]", name.rpartition("}")[2]) for name in node.attrib)


def test_every_interaction_has_its_declaration_and_right_answers_name_choices(edition):
    code, archive = edition
    third = code == "qti30"

    def name_of(node):
        tag = local(node).removeprefix("qti-")
        return re.sub(r"-([a-z])", lambda m: m[1].upper(), tag)

    def get(node, name):
        return node.get(kebab(name) if third else name)

    for _href, item in items_of(code, archive):
        declared = {node.get("identifier"): node for node in item.iter() if name_of(node) == "responseDeclaration"}
        outcomes = {node.get("identifier") for node in item.iter() if name_of(node) == "outcomeDeclaration"}
        asked = [node for node in item.iter() if name_of(node).endswith("Interaction")]
        assert {get(node, "responseIdentifier") for node in asked} == set(declared)
        for node in asked:
            declaration = declared[get(node, "responseIdentifier")]
            assert get(declaration, "baseType") in BASES
            choices = {c.get("identifier") for c in node.iter() if name_of(c) in {"simpleChoice", "simpleAssociableChoice"}}
            values = [v.text for v in declaration.iter() if name_of(v) == "value"]
            if get(declaration, "baseType") == "identifier":
                assert values and set(values) <= choices
                assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", choice) for choice in choices)
            if get(declaration, "baseType") == "directedPair":
                assert all(side in choices for value in values for side in value.split())
            if declaration.get("cardinality") == "single":
                assert len(values) <= 1
        for node in item.iter():
            if name_of(node) == "setOutcomeValue":
                assert node.get("identifier") in outcomes
            if name_of(node) == "variable":
                assert node.get("identifier") in set(declared) | outcomes
            if local(node) == "img":
                assert f"images/{node.get('src').rpartition('/')[2]}" in archive.namelist() and node.get("alt") is not None
        body = next(node for node in item if name_of(node) == "itemBody")
        assert not (body.text or "").strip()  # blocks only


def test_the_package_is_the_same_bytes_twice():
    assert formats.write(ITEMS, "qti22").content == formats.write(ITEMS, "qti22").content


def test_a_word_document_opens_as_the_parts_its_relations_name():
    archive = zipfile.ZipFile(io.BytesIO(formats.write(ITEMS, "docx").content))
    rels = ElementTree.fromstring(archive.read("word/_rels/document.xml.rels"))
    targets = {node.get("Id"): node.get("Target") for node in rels}
    document = ElementTree.fromstring(archive.read("word/document.xml"))
    used = [v for node in document.iter() for k, v in node.attrib.items() if k.endswith("}embed")]
    assert used and all(archive.read(f"word/{targets[name]}") == PICTURED.images[0].content for name in used)
    text = "".join(node.text or "" for node in document.iter() if node.tag.endswith("}t"))
    assert all(item.options[0] in text for item in SAMPLES if item.options and item.kind != "true_false")

"""A province's own workbook: refused with sheet, cell and reason, or filled with everything else kept and totals still right."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import uuid
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import etree

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core import positions
from lms.core.errors import BadInput, Missing
from lms.core.models import Job
from lms.ledger.kinds import Kind
from lms.reports.approval import services as approval
from lms.reports.layouts import cells, jobs, services, shifting
from lms.reports.layouts.filling import fill
from lms.reports.layouts.package import MAIN, Package
from lms.reports.layouts.sample import sample
from lms.reports.layouts.shifting import Block
from lms.reports.layouts.template import Unfit, look
from lms.reports.models import Layout
from tests.factories import ledger as book
from tests.factories.reports import layout_of
from tests.factories.world import make_actor, make_client, make_person, make_user

DAY = dt.date(2022, 3, 10)
MARCH = 202203


@pytest.fixture
def march(world):
    """Three people of the county in one class; one of them, and one of the prefecture's own, in another."""
    people = [make_person(world.county) for _ in range(3)]
    first, second = book.scheduled(uuid.uuid4(), DAY, world.county), book.scheduled(uuid.uuid4(), DAY, world.prefecture)
    for planned in (first, second):
        for topic in ("class", "session"):
            book.line(Kind.HELD, DAY, division=planned.division, occasion=planned.occasion, topic=topic, quantity=1)
    for person in people:
        book.attended(person, first)
    for person in (people[0], make_person(world.prefecture)):
        book.attended(person, second)


def filled(place, content: bytes, first: int = MARCH, last: int = MARCH) -> bytes:
    return fill(content, jobs.values_of(place, first, last, positions.closed()))


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def written(rows: dict[str, object], **sheets: dict[str, object]) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "表"
    for title, found in {"表": rows, **sheets}.items():
        page = made["表"] if title == "表" else made.create_sheet(title)
        for cell, content in found.items():
            page[cell] = content
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def faults(content: bytes) -> list[str]:
    with pytest.raises(Unfit) as caught:
        look(Package(content))
    return caught.value.faults


# --- references


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(C5:C5)", "SUM(C5:C8)"),
        ("SUM(C$5:C$5)/C6", "SUM(C$5:C$8)/C9"),
        ("SUM(C2:C4)", "SUM(C2:C4)"),
        ("SUM(C4:C6)", "SUM(C4:C9)"),
        ('A4&"C5:C5"', 'A4&"C5:C5"'),
        ("SUM(C:C)+SUM(5:5)", "SUM(C:C)+SUM(5:8)"),
        ("别表!C9+表!C9+'表'!C6", "别表!C9+表!C12+'表'!C9"),
    ],
)
def test_references_from_outside_follow_the_rows(before, after):
    assert shifting.formula(before, "表", Block("表", 5, 5, 4)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("C5-D5", "C7-D7"),
        ("C5/SUM(C$5:C$5)", "C7/SUM(C$5:C$8)"),
        ("SUM(C5:F5)+C6+C$2", "SUM(C7:F7)+C9+C$2"),
    ],
)
def test_references_within_the_block_stay_with_their_copy(before, after):
    assert shifting.formula(before, "表", Block("表", 5, 5, 4), inside=2) == after


def test_a_single_cell_of_the_block_is_unclear_from_outside():
    with pytest.raises(shifting.Unclear):
        shifting.formula("C5+1", "表", Block("表", 5, 5, 4))


# --- what is refused


@pytest.mark.django_db
def test_each_fault_is_said_with_its_sheet_and_cell():
    first = {"A1": "{{人次数}}", "B2": "{{人次|下月}}", "C3": "{{学时|方式=线上}}", "D4": "{{人次"}
    first |= {"A5": "{{人次|下级}}", "A6": "=A5*2"}
    found = faults(written(first, 乙={"B1": '=WEBSERVICE("http://example.org")', "B2": "{{人次|方式=飞鸽}}"}))
    assert len(found) == 7
    for place in ("“表”A1", "“表”B2", "“表”C3", "“表”D4", "“表”A6", "“乙”B1", "“乙”B2"):
        assert sum(place in fault for fault in found) == 1, place


@pytest.mark.django_db
def test_no_placeholder_no_workbook_and_what_is_hidden_in_one_are_refused():
    for content in (b"", b"<html>", b"PK\x03\x04nothing", written({"A1": "培训情况"})):
        with pytest.raises(BadInput):
            look(Package(content))
    for name in ("xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin"):
        with pytest.raises(BadInput):
            Package(_with_part(sample(), name, b"x"))
    body = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="%b"><sheetData/></worksheet>' % MAIN.encode()
    with pytest.raises(BadInput):
        look(Package(_with_part(sample(), "xl/worksheets/sheet1.xml", body)))


def _with_part(content: bytes, name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, body)
    return out.getvalue()


# --- what is filled


def test_rows_for_divisions_below_with_totals_that_follow(world, march):
    page = opened(filled(world.prefecture, sample()))["培训情况表"]
    children = {c.code for c in (world.county,)}
    rows = {}
    number = 5
    while page.cell(number, 2).value and page.cell(number, 1).value != "合计":
        rows[page.cell(number, 2).value] = [page.cell(number, column).value for column in range(1, 12)]
        number += 1
    assert page.cell(number, 1).value == "合计" and len(rows) == number - 5 >= len(children) + 1
    assert rows[world.county.name][3] == 4 and rows[world.county.name][5] == 3
    own = rows[f"{world.prefecture.name}本级"]
    assert own[3] == 1 and own[5] == 1 and own[2] == 1
    last = number - 1
    assert page.cell(number, 4).value == f"=SUM(D5:D{last})"
    assert page.cell(number, 6).value == 4
    assert page.cell(last, 10).value == f"=D{last}-I{last}"
    assert page.cell(last, 11).value == f"=IF(SUM(D$5:D${last})=0,0,D{last}/SUM(D$5:D${last}))"
    assert [row[0] for row in rows.values()] == list(range(1, len(rows) + 1))
    assert page.cell(5, 11).number_format == page.cell(last, 11).number_format == "0.0%"
    assert {str(area) for area in page.merged_cells.ranges} == {"A1:K1", "A2:K2"}
    assert "2022年3月1日—2022年3月31日" in page["A2"].value and "未报送" in page["A2"].value


def test_what_is_not_a_placeholder_is_kept(world, march):
    before = sample()
    after = filled(world.prefecture, before)
    old, new = zipfile.ZipFile(io.BytesIO(before)), zipfile.ZipFile(io.BytesIO(after))
    assert new.namelist() == old.namelist()
    for name in ("xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml"):
        assert new.read(name) == old.read(name), name
    copies = len([r for r in opened(after)["培训情况表"].iter_rows(min_row=5, max_col=1) if isinstance(r[0].value, int)])
    refs = [node.text for node in etree.fromstring(new.read("xl/charts/chart1.xml")).iter() if str(node.tag).endswith("}f")]
    assert sorted(refs) == [f"'培训情况表'!$B$5:$B${4 + copies}", f"'培训情况表'!$D$5:$D${4 + copies}"]
    assert opened(after)["培训情况表"].print_title_rows == "$4:$4"
    assert opened(after)["填写说明"]["B1"].value == opened(before)["填写说明"]["B1"].value
    assert etree.fromstring(new.read("xl/workbook.xml")).find(f"{{{MAIN}}}calcPr").get("fullCalcOnLoad") == "1"
    assert filled(world.prefecture, before) == after


def test_a_workbook_as_excel_writes_it(world, march):
    """Shared strings, rich text, a shared formula, a calculation chain, cached results, a merged row and a format of the block."""
    content = written({"A1": "表头", "A2": "{{地区名称|下级}}", "A3": "合计", "B3": "=SUM(B2:B2)"})
    sheet = f"""<worksheet xmlns="{MAIN}"><dimension ref="A1:D3"/><sheetData>
      <row r="1"><c r="A1" t="s"><v>0</v></c></row>
      <row r="2" spans="1:4" ht="20"><c r="A2" t="s"><v>1</v></c><c r="B2" s="0" t="s"><v>2</v></c>
        <c r="D2"><f t="shared" ref="D2:E2" si="0">B2*2</f><v>9</v></c><c r="E2"><f t="shared" si="0"/><v>9</v></c></row>
      <row r="3"><c r="A3" t="s"><v>3</v></c><c r="B3"><f>SUM(B2:B2)</f><v>9</v></c></row></sheetData>
      <mergeCells count="2"><mergeCell ref="B2:C2"/><mergeCell ref="A3:A4"/></mergeCells>
      <conditionalFormatting sqref="B2:B2"><cfRule type="expression" priority="1">
        <formula>B2&gt;MAX(B$2:B$2)</formula></cfRule></conditionalFormatting>
      <rowBreaks count="1"><brk id="2" man="1"/></rowBreaks></worksheet>"""
    strings = f"""<sst xmlns="{MAIN}"><si><t>表头</t></si><si><r><t>{{{{地区名称|</t></r><r><t>下级}}}}</t></r></si>
      <si><t>{{{{人次|下级}}}}</t></si><si><t>合计</t></si></sst>"""
    content = _with_part(content, "xl/worksheets/sheet1.xml", sheet.encode())
    content = _with_part(content, "xl/sharedStrings.xml", strings.encode())
    content = _with_part(content, "xl/calcChain.xml", f'<calcChain xmlns="{MAIN}"><c r="B3" i="1"/></calcChain>'.encode())
    rels = zipfile.ZipFile(io.BytesIO(content)).read("xl/_rels/workbook.xml.rels").decode()
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    more = "".join(
        f'<Relationship Id="rIdX{name}" Type="{kinds}/{name}" Target="{name}.xml"/>' for name in ("sharedStrings", "calcChain")
    )
    rels = rels.replace("</Relationships>", more + "</Relationships>")
    content = _with_part(content, "xl/_rels/workbook.xml.rels", rels.encode())
    types = zipfile.ZipFile(io.BytesIO(content)).read("[Content_Types].xml").decode()
    start = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    more = "".join(f'<Override PartName="/xl/{n}.xml" ContentType="{start}{n}+xml"/>' for n in ("sharedStrings", "calcChain"))
    content = _with_part(content, "[Content_Types].xml", types.replace("</Types>", more + "</Types>").encode())
    made = filled(world.prefecture, content)
    page = opened(made)["表"]
    rows = {page.cell(n, 1).value: n for n in range(1, page.max_row + 1)}
    n, last = rows[world.county.name], rows["合计"] - 1
    assert page.cell(n, 2).value == 4 and page.cell(n, 4).value == f"=B{n}*2" and page.cell(n, 5).value == f"=C{n}*2"
    assert page.cell(last + 1, 2).value == f"=SUM(B2:B{last})"
    merged = {str(area) for area in page.merged_cells.ranges}
    assert merged == {f"B{k}:C{k}" for k in range(2, last + 1)} | {f"A{last + 1}:A{last + 2}"}
    [rule] = page.conditional_formatting
    assert str(rule.sqref) == f"B2:B{last}" and rule.rules[0].formula == [f"B2>MAX(B$2:B${last})"]
    assert page.row_breaks.brk[0].id == last and page.row_dimensions[last].height == 20
    package = zipfile.ZipFile(io.BytesIO(made))
    assert not [name for name in package.namelist() if "calcChain" in name or b"calcChain" in package.read(name)]


def test_periods_places_and_conditions(world, march):
    content = written(
        {
            "A1": "{{人次|上年同期}}",
            "A2": "{{人次|本年累计}}",
            "A3": f"{{{{人次|{world.county.code}}}}}",
            "A4": "{{人次|方式=线上}}",
            "A5": "共{{人次}}人次",
            "A6": "{{课次}}",
            "A7": "{{分钟}}",
            "A8": "{{小时}}",
        }
    )
    page = opened(filled(world.prefecture, content, 202202, MARCH))["表"]
    minutes = page["A7"].value
    assert [page[f"A{n}"].value for n in range(1, 7)] == [0, 5, 4, 0, "共5人次", 2]
    assert minutes > 0 and page["A8"].value == pytest.approx(minutes / 60, abs=0.005)


def test_a_month_handed_in_is_filled_as_signed(world, march):
    approval.submit(division=world.county, period=MARCH, by=make_actor(Role.CLASS_MANAGER, world.county))
    book.attended(make_person(world.county), book.scheduled(uuid.uuid4(), DAY, world.county))
    page = opened(filled(world.county, written({"A1": "{{人次}}", "A2": "{{状态}}", "A3": "{{截至时点}}"})))["表"]
    assert page["A1"].value == 4 and page["A2"].value == "已报送，待审核"


def test_a_name_that_would_run_is_text(world, march):
    values = jobs.values_of(world.county, MARCH, MARCH, positions.closed())
    values.facts["name"] = "=1+1"
    cell = opened(fill(written({"A1": "{{地区名称}}"}), values))["表"]["A1"]
    assert cell.data_type == "s" and cell.value == "'=1+1"
    root = etree.fromstring(f'<c xmlns="{MAIN}" r="A1" s="4" t="s"><v>0</v></c>')
    cells.put(root, 7)
    assert etree.tostring(root) == f'<c xmlns="{MAIN}" r="A1" s="4"><v>7</v></c>'.encode()


# --- who, and through the pages


def test_the_province_keeps_and_the_county_fills(world, march, django_capture_on_commit_callbacks):
    keeper = make_client(make_user(Role.CLASS_MANAGER, world.prefecture))
    address = reverse("reports:layouts", args=[world.prefecture.code])
    content = sample()
    for _click in range(2):
        keeper.post(address, {"name": "市表", "file": SimpleUploadedFile("a.xlsx", content)})
    row = Layout.objects.get()
    assert AuditEvent.objects.filter(verb="reports.layout.kept").count() == 1
    reader = make_client(make_user(Role.AUDITOR, world.county))
    assert "市表" in reader.get(reverse("reports:layouts", args=[world.county.code])).content.decode()
    target = reverse("reports:layout_fill", args=[world.county.code, row.uuid])
    with django_capture_on_commit_callbacks(execute=True):
        pages = {reader.post(target, {"from": "2022-03", "to": "2022-03"}).url for _click in range(2)}
    job = Job.objects.get(kind="reports.fill_layout")
    assert pages == {reverse("job_detail", args=[job.uuid])} and job.status == "done"
    made = job.result_file.read()
    assert AuditEvent.objects.get(verb="reports.layout.filled").details["sha256"] == hashlib.sha256(made).hexdigest()
    assert reader.post(reverse("reports:layout_end", args=[world.county.code, row.uuid])).status_code in (403, 404)
    keeper.post(reverse("reports:layout_end", args=[world.prefecture.code, row.uuid]))
    assert reader.post(target, {"from": "2022-03", "to": "2022-03"}).status_code == 404


def test_a_refused_layout_says_why_and_is_not_kept(world):
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    upload = SimpleUploadedFile("a.xlsx", written({"B7": "{{人次数}}"}))
    page = client.post(reverse("reports:layouts", args=[world.county.code]), {"name": "表", "file": upload})
    assert "“表”B7" in page.content.decode() and not Layout.objects.exists()


def test_only_an_office_of_the_division_keeps_and_outsiders_find_nothing(world):
    row = layout_of(world.county)
    for role, place in ((Role.AUDITOR, world.county), (Role.CLASS_MANAGER, world.foreign_county)):
        with pytest.raises(Missing):
            services.keep_layout(division=world.county, name="表", content=sample(), by=make_actor(role, place))
    client = make_client(make_user(Role.CLASS_MANAGER, world.foreign_county))
    assert client.get(reverse("reports:layouts", args=[world.county.code])).status_code == 404
    assert client.get(reverse("reports:layout_file", args=[world.county.code, row.uuid])).status_code == 404
    assert client.get(reverse("reports:layout_file", args=[world.foreign_county.code, row.uuid])).status_code == 404


def test_one_of_a_name_stands_and_the_list_asks_no_more_for_more(world, django_assert_max_num_queries):
    first = layout_of(world.county)
    second = layout_of(world.county, written({"A1": "{{人次}}"}))
    first.refresh_from_db()
    assert first.ended_at is not None and list(services.layouts_for(world.county)) == [second]
    by = make_actor(Role.CLASS_MANAGER, world.county)
    for n in range(20):
        services.keep_layout(division=world.county, name=f"表{n}", content=written({"A1": "{{人次}}"}), by=by)
    client = make_client(make_user(Role.CLASS_MANAGER, world.county))
    client.get(reverse("reports:layouts", args=[world.county.code]))
    with django_assert_max_num_queries(10):
        client.get(reverse("reports:layouts", args=[world.county.code]))

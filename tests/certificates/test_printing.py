"""The paper: what it says, that it is whole, that nothing is fetched, that the same certificate is the same bytes."""

import json
import socket
from io import BytesIO

import pikepdf
import pypdf
import pytest

from certificates import services
from certificates.fonts import SERIF, characters, uncovered
from certificates.models import Certificate
from certificates.rendering import render, stock
from certificates.rendering.artwork import qr_squares
from certificates.rendering.content import content_of
from certificates.rendering.typesetting import NOT_FIRST, NOT_LAST, paragraph, the_face
from lms.audit.models import AuditEvent
from lms.core.actor import Actor
from tests.factories.certificates import make_certificate, make_issuer
from tests.factories.world import make_person

SYSTEM = Actor.system("tests")


def words(body):
    return "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(body)).pages).replace("\n", "")


def test_the_page_says_what_the_certificate_says(world):
    certificate = make_certificate(world.division, person=make_person(world.division, name="段玥㼆喆", sex="2"))
    text = words(render(certificate))
    for part in ("结业证书", "段玥㼆喆", "女", certificate.title, "2026年11月16日至2026年11月20日", "共计40学时", "考核结果：合格"):
        assert part in text
    assert certificate.number in text and certificate.issuer.printed_name in text


def test_the_same_certificate_is_the_same_bytes(world):
    certificate = make_certificate(world.division)
    first = render(certificate)
    stock.stock.cache_clear()
    assert render(Certificate.objects.get(pk=certificate.pk)) == first


def test_the_file_is_tagged_archivable_and_carries_its_payload(world):
    certificate = make_certificate(world.division)
    with pikepdf.open(BytesIO(render(certificate))) as pdf:
        assert pdf.attachments["certificate.json"].get_file().read_bytes().decode() == certificate.payload
        assert json.loads(certificate.payload)["number"] == certificate.number
        assert bool(pdf.Root.MarkInfo.Marked) and str(pdf.Root.Lang) == "zh-Hans"
        roles = [str(e.S) for e in pdf.Root.StructTreeRoot.K.K]
        assert roles[0] == "/H1" and roles.count("/Figure") == 2
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "U")
        fonts = pdf.pages[0].obj.Resources.Font
        assert all("/FontFile3" in f.DescendantFonts[0].FontDescriptor and "/ToUnicode" in f for f in fonts.values())
        assert pdf.check_pdf_syntax() == [] if hasattr(pdf, "check_pdf_syntax") else pdf.check() == []


def test_printing_opens_no_socket(world, monkeypatch):
    def refuse(*_args, **_more):
        raise AssertionError("a certificate opened a socket")

    certificate = make_certificate(world.division)
    stock.stock.cache_clear()
    monkeypatch.setattr(socket, "socket", refuse)
    assert render(certificate).startswith(b"%PDF-1.7")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:1/x.png", "/etc/passwd"])
def test_a_design_can_fetch_nothing(address):
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    page = HTML(string=f'<img src="{address}">', url_fetcher=stock.fetcher(), base_url="file:///")
    with pytest.raises(FatalURLFetchingError):
        page.write_pdf()


def test_printed_once_and_kept_with_its_hash(world):
    certificate = make_certificate(world.division)
    first = services.print_certificate(certificate=certificate, by=SYSTEM)
    again = services.print_certificate(certificate=certificate, by=SYSTEM)
    assert first.file.name == again.file.name and first.file_sha256
    assert AuditEvent.objects.filter(verb="certificates.certificate.printed").count() == 1
    with first.file.open() as handle:
        assert handle.read() == render(first)
    assert "weasyprint" in first.renderer and SERIF in first.renderer


def test_a_job_prints_what_is_not_printed(world, django_capture_on_commit_callbacks):
    made = [make_certificate(world.division) for _ in range(3)]
    services.print_certificate(certificate=made[0], by=SYSTEM)
    rows = list(Certificate.objects.all())
    with django_capture_on_commit_callbacks(execute=True):
        job = services.request_printing(certificates=rows, by=SYSTEM)
        assert services.request_printing(certificates=rows, by=SYSTEM) == job
    job.refresh_from_db()
    assert (job.status, job.queue, job.outcome) == ("done", "pdf", {"certificates": 2})
    rows = list(Certificate.objects.all())
    assert all(row.file_sha256 for row in rows)
    assert services.request_printing(certificates=rows, by=SYSTEM) is None


def test_rare_characters_are_held_and_missing_ones_named():
    assert uncovered("段玥㼆喆·木根𠮷") == []
    assert uncovered("张\ue000三\ue000") == ["\ue000"]
    assert {ord(c) for c in "㼆喆玥"} <= characters(SERIF, "bold")


def test_a_rare_character_is_printed_as_the_same_glyph_as_any_other_way():
    """The cut of common characters and the whole font agree on codes and widths."""
    face = the_face("regular")
    common, whole = face.run("参加2026年（培训）“班”", 17), face.run("参加2026年（培训）“班”㼆", 17)
    assert common.glyphs == whole.glyphs[:-1]


def test_lines_keep_marks_where_they_belong():
    text = "于2026年11月16日至2026年11月20日参加“乡镇（街道）社会工作服务站负责人培训班”，共计40学时，考核结果：合格。" * 3
    for width in range(120, 600, 17):
        lines = paragraph(text, 17, width, indent=34)
        assert "".join(run.text for line in lines for run in line.runs) == text
        for index, line in enumerate(lines):
            written = "".join(run.text for run in line.runs)
            assert written[-1] not in NOT_LAST
            assert index == 0 or written[0] not in NOT_FIRST
            assert not (index and written[0].isdigit() and "".join(r.text for r in lines[index - 1].runs)[-1].isdigit())


@pytest.mark.parametrize("name", ["玥", "阿卜杜热合曼·买买提依明·阿布都克里木·古丽巴哈尔·努尔麦麦提", "长" * 60])
def test_names_are_never_cut(world, name):
    certificate = make_certificate(world.division, person=make_person(world.division, name=name))
    assert name in words(render(certificate))


def test_the_code_of_the_link_is_what_the_phone_reads(world):
    certificate = make_certificate(world.division, issuer=make_issuer(world.division, code="530621"))
    link = content_of(certificate).link
    assert link == f"http://testserver/v/{certificate.number}/{certificate.code}/"
    modules, runs = qr_squares(link)
    import segno

    dark = {(r, c + i) for r, c, n in runs for i in range(n)}
    matrix = segno.make(link, error="m", mask=2, boost_error=False, micro=False).matrix
    assert modules == len(matrix) + 6
    assert dark == {(y + 3, x + 3) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell}


def test_a_demonstration_is_marked(world, settings):
    certificate = make_certificate(world.division)
    plain = render(certificate)
    settings.LMS_DEMO = True
    assert render(certificate) != plain

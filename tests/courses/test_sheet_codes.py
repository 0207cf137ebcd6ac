"""A printed sheet read as a scanner reads it: every row's square code found on paper by another library, and entered back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from courses import rules, services
from courses.models import Attendance
from courses.sheet_pdf import sheet_pdf
from tests.factories.courses import SYSTEM, make_class, make_enrolment, make_session
from tests.factories.world import World, make_person

pytestmark = pytest.mark.django_db


def test_every_row_of_the_paper_is_read_and_entered(world: World, tmp_path: Path):
    import zxingcpp
    from PIL import Image

    training_class = make_class(world.county)
    enrolments = [make_enrolment(training_class, make_person(world.township, name=f"学员{n}")) for n in range(30)]
    session = make_session(training_class)
    sheet = services.print_sheet(session=session, by=SYSTEM)
    paper = tmp_path / "sheet.pdf"
    paper.write_bytes(sheet_pdf(sheet))
    subprocess.run(["pdftoppm", "-r", "200", "-gray", "-png", paper, tmp_path / "page"], check=True)
    pages = [zxingcpp.read_barcodes(Image.open(page)) for page in sorted(tmp_path.glob("page*.png"))]
    read = [code.text for page in pages for code in sorted(page, key=lambda code: code.position.top_left.y)]
    assert read == [rules.row_code(sheet.code, number) for number in range(1, 31)]
    for code in read:
        services.enter_row(session=session, code=code, by=SYSTEM)
    marked = Attendance.objects.filter(session=session, minutes=session.minutes).order_by("marked_at", "pk")
    assert [mark.enrolment_id for mark in marked] == [enrolment.pk for enrolment in enrolments]

"""The printed sign-in sheet (签到表): A4, a row for each learner with its code, blank rows for walk-ins."""

from __future__ import annotations

import segno
from django.conf import settings
from django.template.loader import render_to_string

from certificates.rendering.stock import fetcher
from courses import rules
from courses.models import SignInSheet
from lms.people.rules.phones import mask_phone


def sheet_html(sheet: SignInSheet) -> str:
    session = sheet.session
    listed = []
    for row in sheet.rows.select_related("enrolment__person", "enrolment__organisation", "enrolment__division"):
        enrolment = row.enrolment
        code = rules.row_code(sheet.code, row.number)
        listed.append(
            {
                "number": row.number,
                "name": enrolment.person.name,
                "unit": enrolment.organisation.name if enrolment.organisation else enrolment.division.name,
                "title": enrolment.person.position_title,
                "phone": mask_phone(enrolment.person.phone) if enrolment.person.phone else "",
                "code": code.rpartition("-")[2],
                "qr": segno.make(code, error="m", micro=False).svg_inline(border=0, omitsize=True),
            }
        )
    context = {
        "sheet": sheet,
        "session": session,
        "training_class": session.training_class,
        "trainers": [p for p in [session.trainer, *session.other_trainers.all()] if p is not None],
        "rows": listed,
        "blanks": range(len(listed) + 1, len(listed) + sheet.blank_rows + 1),
        "demo": settings.LMS_DEMO,
        "with_out": session.training_class.needs_check_out,
    }
    return render_to_string("courses/print/sign_in_sheet.html", context)


def sheet_pdf(sheet: SignInSheet) -> bytes:
    """The sheet as PDF. Nothing is fetched: what it shows is in it."""
    from weasyprint import HTML

    drawn = HTML(string=sheet_html(sheet), url_fetcher=fetcher()).write_pdf()
    assert drawn is not None
    return drawn

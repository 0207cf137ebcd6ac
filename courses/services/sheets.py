"""Printed sign-in sheets (签到表): the rows frozen as printed, the printing asked for, the rows entered back by their codes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courses import rules
from courses.models import Attendance, ClassEnrolment, CourseSession, SheetRow, SignInSheet
from courses.services.attendance import mark
from courses.services.locks import check_live, locked_session
from courses.states import AttendanceMethod, EnrolmentState, SessionState
from lms.audit import services as audit
from lms.core import jobs
from lms.core.actor import Actor
from lms.core.errors import BadInput, Refused
from lms.core.ids import new_code

BLANK_ROWS = 10


@dataclass(frozen=True, slots=True)
class Entered:
    """One row entered back. ``again``: it was marked before."""

    enrolment: ClassEnrolment
    minutes: int
    again: bool


def print_sheet(*, session: CourseSession, blank_rows: int = BLANK_ROWS, by: Actor) -> SignInSheet:
    """Freeze the rows of a sheet, in the order of the roster, and ask for its printing as a job. Nobody on the roster: refused."""
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        if found.state == SessionState.CANCELLED:
            raise Refused(_("本课次已取消，不能印签到表。"))
        enrolments = list(found.training_class.enrolments.filter(state=EnrolmentState.ENROLLED).order_by("pk"))
        if not enrolments:
            raise Refused(_("班里还没有学员，先导入名册再印签到表。"))
        sheet = SignInSheet.objects.create(
            session=found, code=new_code(6), blank_rows=min(max(blank_rows, 0), 60), printed_by=by.uuid
        )
        SheetRow.objects.bulk_create(
            [SheetRow(sheet=sheet, number=number, enrolment=e) for number, e in enumerate(enrolments, 1)], batch_size=500
        )
        audit.record("courses.sheet.printed", sheet, by=by, division_path=found.training_class.division.path, rows=len(enrolments))
        sheet.job = jobs.enqueue(
            "courses.print_sheet",
            title=_("签到表：%(title)s") % {"title": found.title},
            by=by,
            params={"sheet": str(sheet.uuid)},
            division_path=found.training_class.division.path,
            key=f"sheet:{sheet.uuid}",
        )
        sheet.save(update_fields=["job"])
    return sheet


def _row(session: CourseSession, text: str) -> SheetRow:
    """The row a code stands for, on one of the sheets of this half-day."""
    read = rules.read_row_code(text)
    if read is None:
        raise BadInput(_("“%(text)s”不是签到表上的行码，例如 017K。") % {"text": text.strip()[:20]})
    code, number, letter = read
    if code:
        sheet = SignInSheet.objects.filter(code=code).first()
        if sheet is None:
            raise BadInput(_("没有编号为 %(code)s 的签到表。") % {"code": code})
        if sheet.session_id != session.pk:
            raise Refused(_("这是另一课次的签到表，请核对。"))
        sheets = [sheet]
    else:
        sheets = list(session.sheets.all())
    fitting = [sheet for sheet in sheets if rules.row_check(sheet.code, number) == letter]
    rows = list(SheetRow.objects.filter(sheet__in=fitting, number=number).select_related("enrolment__person"))
    if not rows:
        raise BadInput(_("行码 %(text)s 不对：请核对数字和字母，或是否拿错了签到表。") % {"text": text.strip()[:20]})
    if len({row.enrolment_id for row in rows}) > 1:
        raise Refused(_("这个行码在两份签到表上指不同的人，请扫描二维码，或输入带编号的完整行码。"))
    return rows[0]


def enter_row(*, session: CourseSession, code: str, by: Actor) -> Entered:
    """Mark the one whose row was signed as present for the whole half-day. Entering a row twice is once."""
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        enrolment = _row(found, code).enrolment
        standing = Attendance.objects.filter(session=found, enrolment=enrolment, minutes__gt=0).first()
        if standing is not None:
            return Entered(enrolment, standing.minutes, again=True)
        made = mark(found, [(enrolment, found.minutes)], method=AttendanceMethod.SHEET, by=by)[0]
    return Entered(enrolment, made.minutes, again=False)


def undo_row(*, session: CourseSession, enrolment: ClassEnrolment, by: Actor) -> None:
    """Take back a row just entered from a sheet. A mark made in another way is left alone."""
    with transaction.atomic():
        found = locked_session(session, by)
        check_live(found.training_class)
        standing = Attendance.objects.filter(session=found, enrolment=enrolment, minutes__gt=0).first()
        if standing is None:
            return
        if standing.method != AttendanceMethod.SHEET:
            raise Refused(_("这条出勤不是从签到表录入的，请在出勤页更正。"))
        mark(found, [(enrolment, 0)], method=AttendanceMethod.SHEET, by=by)

"""States of courses, classes, sessions and enrolments, and which may follow which. Data only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.core.roles import OFFICE, Role


class LessonKind(models.TextChoices):
    POLICY = "policy", _("政策解读")
    PRACTICE = "practice", _("实务练习")


class ClassState(models.TextChoices):
    PLANNED = "planned", _("筹备中")
    OPEN = "open", _("报名中")
    RUNNING = "running", _("进行中")
    HELD = "held", _("已结班")
    CANCELLED = "cancelled", _("已取消")


# what a class may become; ``held`` is reached by close_class only
CLASS_TRANSITIONS: dict[str, tuple[str, ...]] = {
    ClassState.PLANNED: (ClassState.OPEN, ClassState.RUNNING, ClassState.HELD, ClassState.CANCELLED),
    ClassState.OPEN: (ClassState.PLANNED, ClassState.RUNNING, ClassState.HELD, ClassState.CANCELLED),
    ClassState.RUNNING: (ClassState.HELD, ClassState.CANCELLED),
    ClassState.HELD: (),
    ClassState.CANCELLED: (),
}
# classes that still take learners, sessions and attendance
CLASS_LIVE = (ClassState.PLANNED, ClassState.OPEN, ClassState.RUNNING)


class SessionKind(models.TextChoices):
    LECTURE = "lecture", _("授课")
    EXCHANGE_BETWEEN_COUNTIES = "exchange_between_counties", _("县际交流")
    BUREAU_EXPERIENCE = "bureau_experience", _("局长经验交流")
    CASE_SHOWCASE = "case_showcase", _("案例展示")
    SUPERVISION_ROUND = "supervision_round", _("督导巡回")


# kinds that are events of their own in the ledger (场次), beside being a course session
EVENT_KINDS = (
    SessionKind.EXCHANGE_BETWEEN_COUNTIES,
    SessionKind.BUREAU_EXPERIENCE,
    SessionKind.CASE_SHOWCASE,
    SessionKind.SUPERVISION_ROUND,
)


class SessionState(models.TextChoices):
    PLANNED = "planned", _("待举办")
    HELD = "held", _("已举办")
    CANCELLED = "cancelled", _("已取消")


class HalfDay(models.TextChoices):
    MORNING = "am", _("上午")
    AFTERNOON = "pm", _("下午")
    EVENING = "ev", _("晚上")


class EnrolmentState(models.TextChoices):
    ENROLLED = "enrolled", _("在班")
    COMPLETED = "completed", _("结业")
    NOT_MET = "not_met", _("未达出勤要求")
    WITHDRAWN = "withdrawn", _("已退出")


class AttendanceMethod(models.TextChoices):
    MANUAL = "manual", _("经办人登记")
    CODE = "code", _("现场签到码")
    SHEET = "sheet", _("签到表补录")
    IMPORT = "import", _("批量导入")
    WALK_IN = "walk_in", _("现场来宾认定")


class SignUpState(models.TextChoices):
    APPLIED = "applied", _("待单位审核")  # holds a seat
    WAITING = "waiting", _("候补")  # holds none; ``number`` is the order
    ACCEPTED = "accepted", _("已录取")
    DECLINED = "declined", _("未通过")
    WITHDRAWN = "withdrawn", _("已取消报名")
    LAPSED = "lapsed", _("报名已截止")  # the class closed or was cancelled before a seat was found


SIGN_UP_OPEN = (SignUpState.APPLIED, SignUpState.WAITING)
# what a sign-up may become; withdrawn, declined and lapsed ones begin anew at the end of the queue
SIGN_UP_TRANSITIONS: dict[str, tuple[str, ...]] = {
    SignUpState.APPLIED: (SignUpState.ACCEPTED, SignUpState.DECLINED, SignUpState.WITHDRAWN, SignUpState.LAPSED),
    SignUpState.WAITING: (
        SignUpState.APPLIED,
        SignUpState.ACCEPTED,
        SignUpState.DECLINED,
        SignUpState.WITHDRAWN,
        SignUpState.LAPSED,
    ),
    SignUpState.ACCEPTED: (SignUpState.WITHDRAWN,),
    SignUpState.DECLINED: (SignUpState.APPLIED, SignUpState.WAITING, SignUpState.ACCEPTED),
    SignUpState.WITHDRAWN: (SignUpState.APPLIED, SignUpState.WAITING, SignUpState.ACCEPTED),
    SignUpState.LAPSED: (),
}
# who answers for the unit (单位审核): a role held where the learner belongs
APPROVERS = OFFICE | {Role.REVIEWER}


class WithdrawalKind(models.TextChoices):
    WORK = "work", _("工作冲突")
    HEALTH = "health", _("健康原因")
    POST = "post", _("岗位变动")
    FAMILY = "family", _("家庭原因")
    ABSENT = "absent", _("未报到")
    TRANSFER = "transfer", _("转入其他班次")
    CANCELLED = "cancelled", _("班次取消")
    OTHER = "other", _("其他")


class LeaveState(models.TextChoices):
    ASKED = "asked", _("待批")
    GRANTED = "granted", _("已准假")
    REFUSED = "refused", _("未准假")
    WITHDRAWN = "withdrawn", _("已撤回")


class RosterState(models.TextChoices):
    READING = "reading", _("正在读取")
    MAPPING = "mapping", _("待确认列")
    EXAMINING = "examining", _("正在核对")
    READY = "ready", _("待确认")
    COMMITTING = "committing", _("正在导入")
    DONE = "done", _("已导入")
    REFUSED = "refused", _("文件无法使用")
    DISCARDED = "discarded", _("已放弃")


class RowVerdict(models.TextChoices):
    NEW = "new", _("新学员")
    KNOWN = "known", _("已有档案")
    ALREADY = "already", _("已在班内")
    REFUSED = "refused", _("未通过")
    LEFT_OUT = "left_out", _("不导入")

"""What a line may say, and in which mode it happened: the vocabulary of the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    # lines of an occasion, without a person
    SCHEDULED = (
        "scheduled",
        _("排定课次"),
    )  # one per planned half-day; its minutes are the plan the attendance floor is held against
    HELD = "held", _("已举办")  # a class, a course session or an event took place; ``topic`` says which kind of event
    HEADCOUNT = "headcount", _("未具名人数")  # ``quantity`` persons without names
    CASES_SHARED = "cases_shared", _("分享案例")  # ``quantity`` cases
    # lines of a person
    ENROLLED = "enrolled", _("报名入班")
    WITHDRAWN = "withdrawn", _("退出")
    ATTENDED = "attended", _("出勤")  # one per half-day
    STUDIED = "studied", _("线上学习")  # one per lesson and day
    COMPLETED = "completed", _("结业")
    PASSED = "passed", _("考核合格")
    TAUGHT = "taught", _("授课")
    CULTIVATION_STARTED = "cultivation_started", _("进入培养")
    CULTIVATION_ENDED = "cultivation_ended", _("培养结束")
    CULTIVATION_COMPLETED = "cultivation_completed", _("培养期满合格")
    SUPERVISED = "supervised", _("接受督导")
    SUPERVISING = "supervising", _("实施督导")
    SCORED = "scored", _("模拟考试成绩")
    CERTIFIED = "certified", _("发放证书")
    CERTIFICATE_VOIDED = "certificate_voided", _("证书作废")
    EMPLOYED = "employed", _("在册")
    EMPLOYMENT_ENDED = "employment_ended", _("不再在册")
    POST_STARTED = "post_started", _("到岗")
    POST_ENDED = "post_ended", _("离岗")
    EDUCATED = "educated", _("取得学历")
    EXAM_REGISTERED = "exam_registered", _("报考")
    EXAM_SCORED = "exam_scored", _("考试成绩")
    LICENSED = "licensed", _("持证")
    REGISTERED = "registered", _("登记")
    DESIGNATED = "designated", _("聘任")


class Mode(models.TextChoices):
    FACE_TO_FACE = "face_to_face", _("线下")
    ONLINE = "online", _("线上")
    PHONE = "phone", _("电话")
    NONE = "none", _("不适用")


# the mode of a person-time whose occasion was planned in several; no line has it
MIXED = "mixed"
MODE_LABELS = {**dict(Mode.choices), MIXED: _("混合")}

# kinds whose minutes are learning time and are worth hours
LEARNING = (Kind.ATTENDED, Kind.STUDIED)

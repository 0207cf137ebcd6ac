"""Where the exam room stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(
        _("练习"),
        "exams:practice",
        icon="pencil",
        group=Group.LEARNER,
        order=20,
        under=("/exams/papers/", "/exams/review/", "/exams/readiness/"),
    ),
    Entry(_("考试"), "exams:sitting_list", icon="check-list", group=Group.LEARNER, order=25, under=("/exams/attempts/",)),
    Entry(_("我的作答"), "exams:attempt_list", "pencil", Group.MINE, 30),
    Entry(_("阅卷"), "exams:marking_list", icon="check-list", group=Group.TRAINING, order=65, under=("/exams/marking/",)),
    Entry(
        _("题库"),
        "exams:bank_list",
        icon="question",
        group=Group.CONTENT,
        order=40,
        under=("/exams/office/items/", "/exams/office/imports/", "/exams/office/stale/", "/exams/office/laws/"),
    ),
    Entry(_("复习错题"), "exams:review", "clock", Group.MINE, 31),
    Entry(_("备考估计"), "exams:readiness", "chart", Group.MINE, 32),
    Entry(_("我的报错"), "exams:fault_list", "flag", Group.MINE, 33),
    Entry(_("报错与改分"), "exams:office_faults", icon="flag", group=Group.CONTENT, order=45, under=("/exams/office/regrades/",)),
    Entry(
        _("试卷与成绩"),
        "exams:office_paper_list",
        icon="check-list",
        group=Group.TRAINING,
        order=60,
        under=("/exams/office/attempts/",),
    ),
    Entry(_("细目表"), "exams:blueprint_list", icon="filter", group=Group.CONTENT, order=45),
    Entry(
        _("考次与监考"),
        "exams:office_sitting_list",
        icon="clock",
        group=Group.TRAINING,
        order=55,
        under=("/exams/office/seats/",),
    ),
]

"""Where the exam room stands in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(
        _("练习"), "exams:paper_list", icon="pencil", group=Group.LEARNER, order=20, under=("/exams/papers/", "/exams/attempts/")
    ),
    Entry(_("我的作答"), "exams:attempt_list", "pencil", Group.MINE, 30),
    Entry(_("题库"), "exams:bank_list", icon="question", group=Group.CONTENT, order=40, under=("/exams/office/items/",)),
    Entry(
        _("试卷与成绩"),
        "exams:office_paper_list",
        icon="check-list",
        group=Group.TRAINING,
        order=60,
        under=("/exams/office/attempts/",),
    ),
]

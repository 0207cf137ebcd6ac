"""What courses offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("课程"), "courses:catalogue", "book", Group.PUBLIC, 10),
    Entry(_("学习"), "courses:home", "book", Group.LEARNER, 10, under=("/learn/courses/", "/learn/lessons/", "/learn/classes/")),
    Entry(_("记录"), "courses:records", "record", Group.LEARNER, 30),
    Entry(_("我的班次"), "courses:my_classes", "class", Group.MINE, 10),
    Entry(_("培训班次"), "courses:class_list", "class", Group.TRAINING, 10, under=("/learn/office/",)),
    Entry(_("报名审核"), "courses:approvals", "check", Group.TRAINING, 12),
    Entry(_("请假审批"), "courses:leave_list", "calendar", Group.TRAINING, 13),
    Entry(_("师资库"), "courses:trainer_list", "people", Group.TRAINING, 14, under=("/learn/office/trainers/",)),
    Entry(_("我的授课"), "courses:my_teaching", "pencil", Group.TRAINING, 15),
]

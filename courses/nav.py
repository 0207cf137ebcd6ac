"""What courses offers in the navigation."""

from django.utils.translation import gettext_lazy as _

from lms.core.navigation import Entry, Group

ENTRIES = [
    Entry(_("课程"), "courses:catalogue", "book", Group.PUBLIC, 10),
    Entry(_("学习"), "courses:home", "book", Group.LEARNER, 10, under=("/learn/courses/", "/learn/lessons/", "/learn/classes/")),
    Entry(_("记录"), "courses:records", "record", Group.LEARNER, 30),
    Entry(_("培训班次"), "courses:class_list", "class", Group.TRAINING, 10, under=("/learn/office/",)),
]

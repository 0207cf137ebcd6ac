"""Tables of courses, by meaning: pages, study, classes, rosters. What a figure counts stands in the ledger, not here."""

from courses.models.classes import Attendance, ClassEnrolment, CourseSession, HeadCount, TrainingClass
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.models.roster import RosterImport, RosterRow, RosterWording
from courses.models.study import CheckAnswer, CourseEnrolment, LessonProgress, StudyClock, StudyDay, StudySpell

__all__ = [
    "Attendance",
    "CheckAnswer",
    "ClassEnrolment",
    "CourseEnrolment",
    "CourseIndexPage",
    "CoursePage",
    "CourseSession",
    "HeadCount",
    "LessonPage",
    "LessonProgress",
    "ModulePage",
    "RosterImport",
    "RosterRow",
    "RosterWording",
    "StudyClock",
    "StudyDay",
    "StudySpell",
    "TrainingClass",
]

"""Tables of courses, by meaning: pages, study, classes, rosters. What a figure counts stands in the ledger, not here."""

from courses.models.classes import Attendance, ClassEnrolment, CourseSession, HeadCount, TrainingClass
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.models.presence import SheetRow, SignInSheet, WalkIn
from courses.models.roster import RosterImport, RosterRow, RosterWording
from courses.models.signups import ClassQuota, LeaveRequest, SignUp
from courses.models.study import CheckAnswer, CourseEnrolment, LessonProgress, StudyClock, StudyDay, StudySpell
from courses.models.trainers import Feedback, FeedbackGiven, TrainerProfile

__all__ = [
    "Attendance",
    "CheckAnswer",
    "ClassEnrolment",
    "ClassQuota",
    "CourseEnrolment",
    "CourseIndexPage",
    "CoursePage",
    "CourseSession",
    "Feedback",
    "FeedbackGiven",
    "HeadCount",
    "LeaveRequest",
    "LessonPage",
    "LessonProgress",
    "ModulePage",
    "RosterImport",
    "RosterRow",
    "RosterWording",
    "SheetRow",
    "SignInSheet",
    "SignUp",
    "StudyClock",
    "StudyDay",
    "StudySpell",
    "TrainerProfile",
    "TrainingClass",
    "WalkIn",
]

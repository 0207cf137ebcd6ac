"""Load the licence syllabus, the marking rules and the templates of papers. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from exams.services import load_standards, load_syllabus
from lms.core.actor import Actor


class Command(BaseCommand):
    help = "载入考试大纲、评分规则和试卷模板；可重复运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("load_syllabus")
        syllabus = load_syllabus(by=by)
        standards = load_standards(by=by)
        self.stdout.write(
            f"chapters added {syllabus['added']} of {syllabus['chapters']}; "
            f"rules added {standards['rules']}; templates added {standards['templates']}"
        )

"""Load the licence syllabus, the marking rules, the templates of papers and the pass lines. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from exams.services import load_pass_lines, load_standards, load_syllabus
from lms.core.actor import Actor


class Command(BaseCommand):
    help = "载入考试大纲、评分规则、试卷模板和合格标准；可重复运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor.system("load_syllabus")
        syllabus = load_syllabus(by=by)
        standards = load_standards(by=by)
        lines = load_pass_lines(by=by)
        self.stdout.write(
            f"chapters added {syllabus['added']} of {syllabus['chapters']}; "
            f"rules added {standards['rules']}; templates added {standards['templates']}; "
            f"pass lines {lines}"
        )

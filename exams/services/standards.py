"""Loading of what is set elsewhere: syllabus, marking rules, templates. Idempotent; a row in use is never rewritten."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from exams.models import (
    DifficultyScale,
    EssayRule,
    MarkingRule,
    PaperTemplate,
    SyllabusChapter,
    SyllabusEdition,
    SyllabusSubject,
    TemplateSection,
)
from exams.rules import Marking
from lms.audit import services as audit
from lms.careers import services as careers
from lms.careers.states import Subject
from lms.core.actor import Actor
from lms.places.selectors import divisions_by_code

FOLDER = Path(__file__).resolve().parent.parent / "data"


def load_syllabus(*, by: Actor, content: dict[str, Any] | None = None) -> dict[str, int]:
    """Load editions, subjects and chapters; a chapter that is gone from the file stays, since items may hang on it."""
    content = content or json.loads((FOLDER / "syllabus.json").read_text(encoding="utf-8"))
    codes = {_plain(label): code for code, label in Subject.choices}
    added = 0
    with transaction.atomic():
        for entry in content["editions"]:
            first, last = entry["sittings"]
            published = dt.date.fromisoformat(entry["published"]) if entry.get("published") else None
            edition, _made = SyllabusEdition.objects.update_or_create(
                code=entry["edition"], defaults={"published_on": published, "first_sitting": first, "last_sitting": last}
            )
            for listed in entry["subjects"]:
                subject, _made = SyllabusSubject.objects.update_or_create(
                    edition=edition,
                    subject=codes[_plain(listed["subject"])],
                    defaults={"certainty": listed["certainty"], "is_complete": listed["complete"]},
                )
                for number, title in enumerate(listed["chapters"], 1):
                    _chapter, made = SyllabusChapter.objects.update_or_create(
                        syllabus_subject=subject, title=title, defaults={"number": number}
                    )
                    added += made
        chapters = SyllabusChapter.objects.count()
        if added:
            audit.record("exams.syllabus.loaded", by=by, record_label="exams.syllabusedition", chapters_added=added)
    return {"added": added, "chapters": chapters}


def load_standards(*, by: Actor, content: dict[str, Any] | None = None) -> dict[str, int]:
    """Load marking rules and templates of papers. A row that is there already is left as it is: papers point to it."""
    content = content or json.loads((FOLDER / "standards.json").read_text(encoding="utf-8"))
    rules_added = templates_added = 0
    with transaction.atomic():
        for entry in content["rules"]:
            Marking(entry["method"], entry["parameters"])  # refuses a method that does not exist
            _rule, made = MarkingRule.objects.get_or_create(code=entry["code"], valid_from=None, defaults=_without(entry, "code"))
            rules_added += made
        for entry in content.get("difficulty_scales", []):
            DifficultyScale.objects.get_or_create(code=entry["code"], valid_to=None, defaults=_without(entry, "code"))
        for entry in content.get("essay_rules", []):
            EssayRule.objects.get_or_create(code=entry["code"], valid_from=None, defaults=_without(entry, "code"))
        essay_rules = {rule.code: rule for rule in EssayRule.objects.filter(valid_to__isnull=True)}
        rules = {rule.code: rule for rule in MarkingRule.objects.filter(valid_to__isnull=True)}
        for entry in content["templates"]:
            template, made = PaperTemplate.objects.get_or_create(
                code=entry["code"],
                valid_from=None,
                defaults={
                    "subject": entry["subject"],
                    "name": entry["name"],
                    "duration_minutes": entry["minutes"],
                    "full_points": entry["full"],
                    "pass_points": entry["pass"],
                    "is_objective": entry["objective"],
                    "certainty": entry["certainty"],
                    "source": entry.get("source", content["template_source"]),
                },
            )
            if not made:
                continue
            templates_added += 1
            sections = entry["sections"] if isinstance(entry["sections"], list) else content["sections"][entry["sections"]]
            TemplateSection.objects.bulk_create(
                TemplateSection(
                    template=template,
                    number=s["number"],
                    title=s["title"],
                    kind=s["kind"],
                    count=s["count"],
                    points=s["points"],
                    options_count=s.get("options", 0),
                    keys_min=s.get("keys_min", 1),
                    keys_max=s.get("keys_max", 1),
                    rule=rules[s["rule"]] if "rule" in s else None,
                    essay_rule=essay_rules[s["essay_rule"]] if "essay_rule" in s else None,
                )
                for s in sections
            )
        if rules_added or templates_added:
            audit.record(
                "exams.standards.loaded", by=by, record_label="exams.papertemplate", rules=rules_added, templates=templates_added
            )
    return {"rules": rules_added, "templates": templates_added}


def load_pass_lines(*, by: Actor, content: dict[str, Any] | None = None) -> int:
    """Load the pass lines (合格标准) known with certainty into careers, each with its source; areas not loaded are left out."""
    content = content or json.loads((FOLDER / "standards.json").read_text(encoding="utf-8"))
    loaded = 0
    with transaction.atomic():
        for entry in content["pass_lines"]:
            known = divisions_by_code(entry.get("regions", []))
            regions = [known[code] for code in entry["regions"] if code in known] if "regions" in entry else [None]
            for region in regions:
                for year in entry["years"]:
                    careers.load_pass_line(
                        year=year, level=entry["level"], points=entry["points"], source=entry["source"], region=region, by=by
                    )
                    loaded += 1
    return loaded


def _plain(label: object) -> str:
    return str(label).replace("（", "(").replace("）", ")")


def _without(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: entry[key] for key in entry if key not in names}

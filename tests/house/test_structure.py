"""Conventions of the house that the linter cannot see."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
# rank of a room: higher may point to lower, and siblings may not point to each other
RANK = {room.strip(): -index for index, layer in enumerate(CONTRACT) for room in layer.split("|")}
OWN_APPS = {config.name for config in apps.get_app_configs() if config.name in RANK}


def test_every_room_is_installed_and_every_own_app_is_a_room():
    assert set(settings.ROOMS) == {room for room in RANK if room not in {"lms.urls", "lms.celery", "lms.wsgi", "lms.access"}}
    own = {p.parent.relative_to(ROOT).as_posix().replace("/", ".") for p in [*ROOT.glob("*/apps.py"), *ROOT.glob("lms/*/apps.py")]}
    assert own == set(settings.ROOMS)


def test_foreign_keys_point_down():
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_config.name
        for field in model._meta.get_fields():
            target = field.related_model if (field.is_relation and field.concrete) else None
            if target is None or isinstance(target, str):
                continue
            other = target._meta.app_config.name
            if room in RANK and other in RANK and other != room and RANK[other] >= RANK[room]:
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
            if room not in RANK and other in RANK and other not in {"lms.accounts", "cms"}:
                wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    sorted(p for p in [*ROOT.rglob("rules.py"), *ROOT.rglob("rules/*.py")] if ".venv" not in p.parts),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_rules_import_no_django(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    allowed = {"django.utils.translation"}  # a refusal is a sentence for the user
    assert not {n for n in names if n.split(".")[0] in {"django", "wagtail"} and n not in allowed}
    assert not {n for n in names if n.endswith((".models", ".selectors", ".services"))}


def test_locks_let_those_pass_who_only_name_the_row():
    """See ARCHITECTURE, "In what order rows are held". The ledger's own few rows are named by nobody who waits."""
    wrong = []
    for path in (p for room in ("lms", "courses", "exams", "certificates", "cms") for p in (ROOT / room).rglob("*.py")):
        for number, text in enumerate(path.read_text().splitlines(), 1):
            if "select_for_update(" in text and "no_key=True" not in text and not path.is_relative_to(ROOT / "lms/ledger"):
                wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert wrong == []


def test_every_model_declares_its_personal_data():
    missing = []
    for model in apps.get_models():
        if model._meta.app_config.name not in OWN_APPS or model._meta.auto_created:
            continue
        declared = getattr(model, "PERSONAL", None)
        if declared is None:
            missing.append(model._meta.label)
            continue
        fields = {f.name for f in model._meta.get_fields()}
        missing += [f"{model._meta.label}.{name}" for name in declared if name not in fields]
    assert missing == []


def test_migrations_import_no_app_code():
    wrong = []
    for path in [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("lms/*/migrations/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith((".services", ".selectors", ".rules")):
                wrong.append(f"{path.relative_to(ROOT)}: {node.module}")
    assert wrong == []


def test_screens_write_dates_in_the_reader_s_language():
    """Chinese date formats are messages; paper (``print``, ``pdf``) is Chinese for every reader."""
    chinese = re.compile(r"""date:["'][^"']*[年月日]""")
    apart = {".venv", "var", "print", "pdf"}
    screens = [p for p in ROOT.glob("**/templates/**/*.html") if not apart & set(p.relative_to(ROOT).parts)]
    assert len(screens) > 100
    assert [str(p.relative_to(ROOT)) for p in screens if chinese.search(p.read_text())] == []

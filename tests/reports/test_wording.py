"""Built-in names are shown in English on English pages; what an office wrote stays as it wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.urls import reverse

from lms.accounts.roles import Role
from lms.people.vocabularies import EDUCATION_LEVELS
from lms.programmes.categories import FIVE
from lms.reports import wording
from tests.factories.world import make_client, make_user

RULES = json.loads((Path(settings.BASE_DIR) / "lms/ledger/data/rules.json").read_text())
BUILT_IN = {
    *(row[key] for row in RULES["bases"] for key in ("name", "description", "source")),
    *(row[key] for row in RULES["schemes"] for key in ("name", "source")),
    *EDUCATION_LEVELS.names.values(),
    *(name for _code, name in FIVE),
}


def test_every_built_in_name_is_known_and_has_an_english_one():
    assert BUILT_IN == wording.KNOWN
    english = {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(Path(settings.BASE_DIR) / "locale/en/LC_MESSAGES/django.po"))
    }
    assert all(english.get(name, "").isprintable() and english[name].isascii() for name in BUILT_IN - {"其他"})


def test_what_an_office_wrote_stays(settings):
    assert wording.known("村干部和网格员") == "村干部和网格员" and wording.known(None) == ""


@pytest.mark.parametrize("name", ["division", "definitions"])
def test_english_pages_name_bases_and_schemes_in_english(world, monkeypatch, name):
    monkeypatch.setattr(wording, "gettext", lambda text: f"EN({text})")
    client = make_client(make_user(Role.REGIONAL_ADMIN, world.province))
    page = client.get(reverse(f"reports:{name}", args=["53"] if name == "division" else [])).content.decode()
    assert "EN(每人每班)" in page and "EN(45 分钟折 1 学时)" in page

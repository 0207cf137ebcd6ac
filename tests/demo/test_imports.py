"""The files of items of the demonstration: each is read, each says what it could not take, and the same text twice adds nothing."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from exams.models import Item, ItemImport, ItemPicture
from exams.services.exchange import counts_of
from lms.core import clock
from lms.core.actor import Actor
from lms.demo.chapters import imports
from lms.demo.kit import Kit
from lms.people.models import Person
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db


def test_every_file_is_shown_item_by_item(world):
    user = make_user("trainer", world.county)
    kit = Kit(rng=random.Random(1), by=Actor.system("demo"), say=lambda _text: None)
    kit.cast["jiangshi"] = Person.objects.create(name="讲师", division=world.county, user=user)
    imports.build(kit, clock.today())
    told = {one.file_name: (one.format, one.state, counts_of(one)) for one in ItemImport.objects.all()}
    assert {name: (code, state, c["found"], c["refused"], c["entered"]) for name, (code, state, c) in told.items()} == {
        "粘贴的文字": ("text", "done", 7, 2, 5),
        "moodle-export.gift": ("gift", "done", 7, 2, 5),
        "moodle-questions.xml": ("moodle", "done", 6, 2, 4),
        "社区工作-qti22.zip": ("qti22", "done", 4, 1, 3),
        "督导与伦理-qti30.zip": ("qti30", "done", 4, 1, 3),
        "粘贴的文字（再次）": ("text", "ready", 7, 2, 0),
        "社会工作实务练习.docx": ("docx", "ready", 7, 1, 0),
    }
    assert told["粘贴的文字（再次）"][2]["known"] == 5
    assert Item.objects.filter(case__isnull=True).count() == 20 and ItemPicture.objects.count() == 1
    client = make_client(user)
    bank = ItemImport.objects.first().bank
    listed = client.get(reverse("exams:import_upload", args=[bank.uuid])).text
    for one in ItemImport.objects.all():
        assert one.file_name in listed
        page = client.get(reverse("exams:import", args=[one.uuid])).text
        for row in one.rows.filter(verdict="refused"):
            assert row.reason.split("“")[0] in page and str(row.place) in page

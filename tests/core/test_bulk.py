"""Bulk inserts: the same rows as Django's own, refused by the same constraints with the same errors."""

from __future__ import annotations

import datetime as dt
import itertools
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from lms.core import bulk, ids
from lms.core.models import Job
from lms.people.models import Person
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def test_created_rows_equal_those_of_bulk_create_and_have_their_keys(world: World):
    def drafts():
        return [Person(name=f"甲{n}", division=world.county, pinyin="=1+1\t\\N", phone="") for n in range(3)]

    ours, theirs = drafts(), drafts()
    bulk.create(Person, ours)
    Person.objects.bulk_create(theirs)
    stored = {p.pk: p for p in Person.objects.filter(pk__in=[p.pk for p in (*ours, *theirs)])}
    assert len(stored) == 6
    for one, other in zip(ours, theirs, strict=True):
        mine, his = model_to_dict(stored[one.pk]), model_to_dict(stored[other.pk])
        for differs in ("id", "salt", "created_at"):
            mine.pop(differs, None), his.pop(differs, None)
        assert mine == his
        assert stored[one.pk].uuid == one.uuid
        assert bytes(stored[one.pk].salt) == bytes(one.salt)


def test_a_refused_row_is_an_integrity_error_and_leaves_none(world: World):
    twin = Person(name="甲", division=world.county)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.create(Person, [twin, Person(name="乙", division=world.county, uuid=twin.uuid)])
    assert not Person.objects.filter(name__in=["甲", "乙"]).exists()


def test_updated_rows(world: World):
    people = [Person(name=f"甲{n}", division=world.county) for n in range(3)]
    bulk.create(Person, people)
    jobs = [Job.objects.create(kind="k", title="t", owner_uuid=uuid4(), owner_label="o") for _ in range(2)]
    bulk.update_rows(Job, ("params", "title"), [(jobs[0].pk, {"a": ["“b”", None]}, "甲"), (jobs[1].pk, {}, "乙")])
    assert list(Job.objects.order_by("pk").values_list("params", "title")) == [({"a": ["“b”", None]}, "甲"), ({}, "乙")]
    bulk.update_rows(Person, ("phone", "birth_date"), [(p.pk, f"1380000000{n}", None) for n, p in enumerate(people)])
    assert [p.phone for p in Person.objects.order_by("pk")][-3:] == ["13800000000", "13800000001", "13800000002"]


def test_columns_hold_a_list_for_each_row_or_one_value_for_all(world: World):
    with transaction.atomic():
        bulk.insert_columns(
            Person, 3, name=["甲", "乙", "丙"], division_id=world.county.pk, birth_date=[None, dt.date(1990, 1, 1), None]
        )
    made = list(Person.objects.filter(name__in=["甲", "乙", "丙"]).order_by("pk"))
    assert [(p.name, p.division_id, p.birth_date, p.sex) for p in made] == [
        ("甲", world.county.pk, None, "0"),
        ("乙", world.county.pk, dt.date(1990, 1, 1), "0"),
        ("丙", world.county.pk, None, "0"),
    ]
    assert len({p.uuid for p in made}) == len({bytes(p.salt) for p in made}) == 3  # defaults are drawn for each
    with pytest.raises(TypeError):
        bulk.insert_columns(Person, 1, nickname="小甲")
    with pytest.raises(ValueError), transaction.atomic():
        bulk.insert_columns(Person, 2, name=["丁"], division_id=world.county.pk)
    assert not Person.objects.filter(name="丁").exists()


def test_ids_by_the_hundred_are_those_of_the_seed():
    with ids.seeded(3):
        wanted = [ids.new_uuid() for _ in range(5)]
    with ids.seeded(3):
        assert list(itertools.islice(ids.uuids(), 5)) == wanted
    drawn = list(itertools.islice(ids.uuids(), 200))
    assert len(set(drawn)) == 200
    # those of a batch lie together in an index, those of another elsewhere
    assert {one.bytes[:6] for one in drawn} == {drawn[0].bytes[:6]}
    assert next(ids.uuids()).bytes[:6] != drawn[0].bytes[:6]
    assert {one.version for one in drawn} == {4}

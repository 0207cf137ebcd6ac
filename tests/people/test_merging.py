from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from lms.audit.models import AuditEvent
from lms.core import positions
from lms.core.errors import BadInput, Refused
from lms.people import duplicates, selectors, services
from lms.people.models import Merge
from lms.people.rules import to_eighteen
from lms.people.rules.duplicates import Traits, likeness
from tests.factories.people import SYSTEM, register, resident_number
from tests.factories.world import make_actor, make_division_tree, make_person

pytestmark = pytest.mark.django_db


def merge(kept, duplicate, reason="同一人"):
    return services.merge(kept=kept, duplicate=duplicate, reason=reason, by=SYSTEM)


def test_chains_and_taking_back_are_known_at_their_positions(world):
    a, b, c = (make_person(world.county, name=n) for n in ("甲甲", "乙乙", "丙丙"))
    before = positions.closed()
    first = merge(a, b)
    between = positions.closed()
    merge(c, a)
    both = positions.closed()
    services.unmerge(merge=first, reason="弄错了", by=SYSTEM)
    assert selectors.ids_of(b, as_of=before) == {b.pk}
    assert selectors.canonical_ids(between) == {b.pk: a.pk}
    assert selectors.canonical_ids(both) == {a.pk: c.pk, b.pk: c.pk}
    assert selectors.canonical_ids() == {a.pk: c.pk}
    assert selectors.ids_of(a) == selectors.ids_of(c) == {a.pk, c.pk} and selectors.ids_of(b) == {b.pk}
    assert Merge.objects.count() == 3


def test_merging_twice_is_merging_once(world):
    a, b = make_person(world.county), make_person(world.county)
    link = merge(a, b)
    assert merge(a, b) == link and merge(b, a) == link
    back = services.unmerge(merge=link, reason="弄错了", by=SYSTEM)
    assert services.unmerge(merge=link, reason="弄错了", by=SYSTEM) == back
    again = merge(b, a)
    assert again != link and selectors.canonical_ids() == {a.pk: b.pk}
    verbs = list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["people.person.merged", "people.person.unmerged", "people.person.merged"]


def test_refusals(world):
    a, b, c = (make_person(world.county) for _ in range(3))
    with pytest.raises(BadInput):
        merge(a, a)
    with pytest.raises(BadInput, match="依据"):
        merge(a, b, " ")
    link = merge(a, b)
    merge(b, c)
    with pytest.raises(Refused, match="已经合并"):
        merge(c, a)
    with pytest.raises(BadInput, match="依据"):
        services.unmerge(merge=link, reason="", by=SYSTEM)
    back = services.unmerge(merge=link, reason="弄错了", by=SYSTEM)
    with pytest.raises(Refused):
        services.unmerge(merge=back, reason="弄错了", by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Merge.objects.create(kept=a, duplicate=a, decided_by=SYSTEM.uuid, reason="x", position=10**9)


BORN = dt.date(1980, 5, 6)


def test_scores_say_why_and_are_symmetric():
    base = Traits("张三", "zhangsan", BORN, "13800138000", "1", 7)
    cases = {
        Traits("张三", "zhangsan", BORN, "", "1", None): (80, {"name_birth"}),
        Traits("章三", "zhangsan", BORN, "", "1", None): (60, {"pinyin_birth"}),
        Traits("张三", "zhangsan", None, "13800138000", "1", None): (75, {"name_phone"}),
        Traits("张三", "zhangsan", BORN, "13800138000", "1", 7): (90, {"name_birth", "name_phone", "name_unit"}),
        Traits("张三", "zhangsan", BORN, "", "2", None): (50, {"name_birth", "other_sex"}),
        Traits("李四", "lisi", BORN, "13800138000", "1", 7): (50, {"phone"}),
        Traits("李四", "lisi", dt.date(1971, 2, 3), "13800138000", "1", 7): (20, {"phone", "other_birth"}),
        Traits("李四", "lisi", BORN, "", "1", 7): (0, set()),
    }
    for other, (score, reasons) in cases.items():
        assert likeness(base, other) == likeness(other, base)
        assert (likeness(base, other).score, set(likeness(base, other).reasons)) == (score, reasons)


def test_two_resident_numbers_speak_against(world):
    born = dt.date(1980, 5, 6)
    one, other = (register(world.county, "张三", document=resident_number(born, order=n)) for n in (1, 3))
    assert selectors.possible_duplicates(one) == []
    third = make_person(world.county, name="张三", pinyin="zhangsan", birth_date=born)
    assert {pair.other for pair in selectors.possible_duplicates(third)} == {one, other}


def test_an_old_number_of_fifteen_digits_is_likely_its_later_form(world):
    old = register(world.county, "张三", document="530621700101123")
    new = register(world.township, "张三丰", document=to_eighteen("530621700101123"))
    assert old != new
    (pair,) = selectors.possible_duplicates(new)
    assert pair.other == old and pair.score >= 95 and "document" in pair.reasons
    assert [(p.one, p.other) for p in duplicates.worklist(SYSTEM)] == [(old, new)]


def test_worklist_is_scoped_and_forgets_what_was_decided(world):
    born = dt.date(1980, 5, 6)
    a, b = (register(world.county, n, document="", birth_date=born) for n in ("张三", "章三"))
    c = register(world.other_county, "张三", document="", birth_date=born)
    county, prefecture = make_actor("regional_admin", world.county), make_actor("regional_admin", world.prefecture)
    assert [{p.one, p.other} for p in duplicates.worklist(county)] == [{a, b}]
    assert len(duplicates.worklist(prefecture)) == 3
    decision = services.mark_distinct(one=b, other=a, reason="双胞胎", by=county)
    assert services.mark_distinct(one=a, other=b, reason="双胞胎", by=county) == decision
    assert duplicates.worklist(county) == []
    services.unmark_distinct(distinct=decision, by=county)
    merge(a, b)
    assert duplicates.worklist(county) == []
    with pytest.raises(Refused, match="已经合并"):
        services.mark_distinct(one=a, other=b, reason="不是", by=county)
    assert {frozenset((p.one, p.other)) for p in duplicates.worklist(prefecture)} == {frozenset((a, c)), frozenset((b, c))}


@pytest.mark.django_db(transaction=True)
def test_merges_decided_at_once_leave_one_link():
    world = make_division_tree()
    a, b = make_person(world.county), make_person(world.county)
    barrier, links = threading.Barrier(4), []

    def work(kept, duplicate) -> None:
        try:
            barrier.wait()
            links.append(merge(kept, duplicate).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in ((a, b), (b, a), (a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(links) == 4 and len(set(links)) == 1 and Merge.objects.count() == 1

"""Posting: once per key, in commit order, whole or not at all, also when many post at once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import connections, transaction

from lms.audit.models import AuditEvent
from lms.core import positions
from lms.core.errors import BadInput, Refused
from lms.ledger import services
from lms.ledger.kinds import Kind
from lms.ledger.models import Line, PeriodLock
from tests.factories import ledger as book
from tests.factories.world import make_division_tree, make_person

DAY = dt.date(2022, 3, 10)


def post(*drafts):
    with transaction.atomic():
        return services.post(drafts, by=book.BY)


def test_same_key_is_one_line(world):
    one = book.draft(Kind.HEADCOUNT, DAY, division=world.county, key="act:1", quantity=3)
    [first] = post(one)
    [again, twin] = post(one, one)
    assert first.pk == again.pk == twin.pk
    assert Line.objects.count() == 1


def test_positions_follow_the_order_of_drafts_without_gaps(world):
    start = positions.closed()
    lines = post(*[book.draft(Kind.HEADCOUNT, DAY, division=world.county, key=f"k{n}") for n in range(5)])
    assert [line.position for line in lines] == list(range(start + 1, start + 6))
    post(*[book.draft(Kind.HEADCOUNT, DAY, division=world.county, key=f"k{n}") for n in range(5)])
    assert positions.closed() == start + 5  # nothing new takes no position


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_is_refused():
    world = make_division_tree()
    with pytest.raises(transaction.TransactionManagementError):
        services.post([book.draft(Kind.HEADCOUNT, DAY, division=world.county)], by=book.BY)


def test_rolled_back_act_leaves_no_line(world):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.post([book.draft(Kind.HEADCOUNT, DAY, division=world.county)], by=book.BY)
        raise ZeroDivisionError
    assert not Line.objects.exists()


def test_as_then_facts_are_copied_from_the_person(world):
    person = make_person(world.county, sex="2", ethnic_group="03", education="20", birth_date=dt.date(1985, 5, 1))
    line = book.line(Kind.PASSED, DAY, person=person)
    person.division = world.other_county
    person.sex = "1"
    person.save()
    line.refresh_from_db()
    assert (line.division, line.sex, line.ethnic_group, line.education, line.birth_year) == (world.county, "2", "03", "20", 1985)


def test_reversal_is_one_counter_line_with_its_reason_audited(world):
    line = book.line(Kind.HEADCOUNT, DAY, division=world.county, quantity=4)
    counter = services.reverse(line, reason="多计", by=book.BY)
    assert services.reverse(line, reason="多计", by=book.BY).pk == counter.pk
    assert (counter.sign, counter.quantity, counter.reverses) == (-1, 4, line)
    assert AuditEvent.objects.get(verb="ledger.line.reversed").details == {"reason": "多计"}
    with pytest.raises(Refused):
        services.reverse(counter, reason="再改", by=book.BY)


def test_reversing_many_is_one_counter_line_each(world):
    lines = [book.line(Kind.HEADCOUNT, DAY, division=world.county) for _ in range(3)]
    found = services.reverse_many([*lines, lines[0]], reason="全部更正", by=book.BY)
    assert [counter.reverses_id for counter in found] == [line.pk for line in [*lines, lines[0]]]
    assert Line.objects.standing().count() == 0


def test_lock_reaches_below_and_lifting_needs_a_reason(world):
    lock = services.lock_period(division=world.province, period=202203, by=book.BY)
    assert services.lock_period(division=world.province, period=202203, by=book.BY).pk == lock.pk
    services.lock_period(division=world.county, period=202204, by=book.BY)
    assert book.line(Kind.HEADCOUNT, DAY, division=world.county).posted_period == 202205
    assert book.line(Kind.HEADCOUNT, DAY, division=world.foreign_county).posted_period == 202203
    with pytest.raises(Refused):
        services.lift_lock(lock=lock, reason=" ", by=book.BY)
    services.lift_lock(lock=lock, reason="补录", by=book.BY)
    assert services.lift_lock(lock=lock, reason="补录", by=book.BY).lifted_reason == "补录"
    assert book.line(Kind.HEADCOUNT, DAY, division=world.county).posted_period == 202203
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"ledger.period.locked", "ledger.period.lock_lifted"}
    with pytest.raises(BadInput):
        services.lock_period(division=world.county, period=202213, by=book.BY)


def test_december_locked_goes_to_january(world):
    services.lock_period(division=world.county, period=202212, by=book.BY)
    line = book.line(Kind.HEADCOUNT, dt.date(2022, 12, 31), division=world.county)
    assert (line.posted_period, line.posted_on) == (202301, dt.date(2023, 1, 1))


def test_opening_balance_is_stated_and_replaced(world):
    for times, standing in ((40, [40]), (40, [40]), (55, [55]), (0, []), (12, [12])):
        services.set_opening_balance(division=world.county, month=202112, person_times=times, by=book.BY)
        assert list(Line.objects.standing().values_list("quantity", flat=True)) == standing
    with pytest.raises(BadInput):
        services.set_opening_balance(division=world.county, month=202112, person_times=-1, by=book.BY)


def test_a_basis_or_scheme_is_never_rewritten(world):
    same = {"code": "x", "name": "一", "description": "一", "source": "测试", "by": book.BY}
    kinds = [{"kind": "attended", "occasion": "courses.trainingclass"}]
    basis = services.create_basis(kinds=kinds, **same)
    assert services.create_basis(kinds=kinds, **same).pk == basis.pk
    with pytest.raises(Refused):
        services.create_basis(kinds=kinds, **{**same, "name": "二"})
    with pytest.raises(BadInput):
        services.create_basis(kinds=[], **{**same, "code": "y"})
    with pytest.raises(BadInput):
        services.create_hour_scheme(code="z", name="z", hour_rules={}, source="测试", by=book.BY)
    assert services.load_built_in(by=book.BY) == 0


def in_threads(count, work):
    """Run ``work(n)`` in ``count`` threads, each with its own connection, all starting together."""
    gate, failures = threading.Barrier(count), []

    def run(number):
        try:
            gate.wait()
            work(number)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_many_posting_at_once_post_each_key_once_and_in_commit_order():
    world = make_division_tree()
    seen: list[list[int]] = []

    def work(number):
        for turn in range(4):
            own = book.draft(Kind.HEADCOUNT, DAY, division=world.county, key=f"own:{number}:{turn}")
            shared = book.draft(Kind.HEADCOUNT, DAY, division=world.county, key=f"shared:{turn}")
            post(own, shared)
            # what a report sees now: every line up to the closed position, none of which may turn up later
            closed = positions.closed()
            seen.append([closed, Line.objects.filter(position__lte=closed).count()])

    in_threads(6, work)
    assert Line.objects.count() == 6 * 4 + 4
    for closed, count in seen:
        assert Line.objects.filter(position__lte=closed).count() == count
    recorded = list(Line.objects.order_by("position").values_list("recorded_at", flat=True))
    assert recorded == sorted(recorded)


@pytest.mark.django_db(transaction=True)
def test_reversed_by_many_at_once_is_reversed_once():
    world = make_division_tree()
    line = book.line(Kind.HEADCOUNT, DAY, division=world.county)
    in_threads(5, lambda _n: services.reverse(Line.objects.get(pk=line.pk), reason="同时更正", by=book.BY))
    assert Line.objects.filter(reverses=line).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_line_is_never_posted_into_a_month_locked_meanwhile():
    world = make_division_tree()

    def work(number):
        if number == 0:
            services.lock_period(division=world.county, period=202203, by=book.BY)
        else:
            post(book.draft(Kind.HEADCOUNT, DAY, division=world.county, key=f"race:{number}"))

    in_threads(5, work)
    lock = PeriodLock.objects.get()
    assert not Line.objects.filter(posted_period=202203, position__gt=lock.position).exists()
    assert not Line.objects.filter(posted_period=202204, position__lt=lock.position).exists()


@pytest.mark.django_db(transaction=True)
def test_summaries_refreshed_by_many_at_once_equal_a_rebuild():
    world = make_division_tree()
    person = make_person(world.county)

    def work(number):
        for turn in range(3):
            half_day = book.draft(
                Kind.ATTENDED,
                DAY,
                key=f"a:{number}:{turn}",
                person=person,
                occasion_label=book.CLASS,
                occasion=uuid.uuid4(),
                slot="s",
                minutes=60,
            )
            post(half_day)
            services.refresh_summaries()

    in_threads(4, work)
    from lms.ledger.verifying import verify

    services.refresh_summaries()
    assert [fault.where for fault in verify().faults] == []

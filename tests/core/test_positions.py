"""Positions follow commit order: whoever sees a position sees every row before it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from lms.core import positions
from lms.places.models import Division, Level


def divide(code: str) -> Division:
    return Division.objects.create(code=code, name=code, level=Level.PROVINCE, path=f"/{code}/", position=positions.take())


@pytest.mark.django_db
def test_positions_are_consecutive_and_taken_in_blocks():
    first = positions.take()
    block = positions.take(5)
    assert (block, positions.take(), positions.closed()) == (first + 1, first + 6, first + 6)


@pytest.mark.django_db(transaction=True)
def test_position_needs_a_transaction_and_a_rollback_gives_it_back():
    with pytest.raises(transaction.TransactionManagementError):
        positions.take()
    before = positions.closed()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        positions.take(10)
        raise ZeroDivisionError
    assert positions.closed() == before
    with transaction.atomic(), pytest.raises(ValueError):
        positions.take(0)


@pytest.mark.django_db(transaction=True)
def test_whoever_sees_a_position_sees_every_row_before_it():
    """Six writers, one reader: at each moment the rows up to the closed position are all there."""
    start, finished, torn = threading.Barrier(7), threading.Event(), []
    began = positions.closed()

    def writer(number: int) -> None:
        start.wait()
        for turn in range(15):
            with transaction.atomic():
                divide(f"{number}{turn:02}")
        connection.close()

    def reader() -> None:
        start.wait()
        while not finished.is_set():
            closed = positions.closed()
            seen = Division.objects.filter(position__gt=began, position__lte=closed).count()
            if seen != closed - began:
                torn.append((closed - began, seen))
        connection.close()

    writers = [threading.Thread(target=writer, args=[n]) for n in range(6)]
    watching = threading.Thread(target=reader)
    [t.start() for t in (*writers, watching)]
    [t.join() for t in writers]
    finished.set()
    watching.join()
    assert torn == []
    found = sorted(Division.objects.filter(position__gt=began).values_list("position", flat=True))
    assert found == list(range(began + 1, began + 91))


@pytest.mark.django_db(transaction=True)
def test_position_that_is_not_committed_is_not_closed():
    began, taken, look = positions.closed(), threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            divide("99")
            taken.set()
            look.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert taken.wait(20)
    assert positions.closed() == began and not Division.objects.filter(position__gt=began).exists()
    look.set()
    thread.join()
    assert positions.closed() == began + 1

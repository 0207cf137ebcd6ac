"""Seals: the tree against published roots, the printed root against its lines, later lines outside it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from lms.core import positions
from lms.ledger import merkle, seals, services
from lms.ledger.kinds import Kind
from lms.ledger.verifying import verify
from tests.factories import ledger as book
from tests.factories.world import make_person
from tests.ledger.test_chain import tamper

DAY = dt.date(2022, 3, 10)
# inputs and roots of the Certificate Transparency reference tests (RFC 6962)
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(9))
def test_trees_have_the_published_roots(count):
    leaves = [merkle.leaf(bytes.fromhex(text).decode("latin-1")) for text in INPUTS[:count]]
    assert merkle.tree_root(leaves).hex() == ROOTS[count]


@pytest.fixture
def march(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    for _ in range(6):
        book.attended(make_person(world.county), half_day)
    book.attended(make_person(world.other_county), book.scheduled(uuid.uuid4(), DAY, world.other_county))
    return half_day


def seal(division, position=None):
    return services.seal_period(division=division, period=202203, position=position or positions.closed(), by=book.BY)


def test_seal_is_over_the_lines_known_then_and_stands_once(world, march):
    first = seal(world.county)
    assert (first.line_count, first.root) == (7, seals.root_of(first))
    assert seal(world.county, first.closing_position).pk == first.pk
    assert seal(world.prefecture).line_count == 9
    book.attended(make_person(world.county), march)
    book.line(Kind.HEADCOUNT, DAY, division=world.county)
    assert seals.root_of(first) == first.root
    later = seal(world.county)
    assert later.line_count == 9 and later.root != first.root


def test_reversal_is_sealed_with_the_period_it_is_posted_to(world, march):
    line = book.attended(make_person(world.county), march)
    first = seal(world.county)
    services.lock_period(division=world.county, period=202203, by=book.BY)
    assert services.reverse(line, reason="签错", by=book.BY).posted_period == 202204
    assert seals.root_of(first) == first.root


def test_verification_names_a_seal_whose_lines_were_changed(world, march):
    made = seal(world.county)
    services.refresh_summaries()
    assert [fault.where for fault in verify().faults] == []
    tamper("ledger_line", "UPDATE ledger_line SET slot = 'x' WHERE kind = 'scheduled'")
    assert ("ledger.seal", str(made.uuid)) in [(fault.where, fault.row) for fault in verify().faults]


@pytest.mark.parametrize("statement", ["UPDATE ledger_seal SET root = 'x'", "DELETE FROM ledger_seal"])
def test_a_seal_cannot_be_changed(world, march, statement):
    seal(world.county)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["ledger_line", "ledger_linetag", "ledger_daychain", "ledger_seal"])
def test_postgresql_refuses_to_truncate(world, march, table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE: emptying a table is a DELETE, refused row by row")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")

"""Approval of periods: who may, in which order, what is kept, sealed, compared; and the script that needs none of us."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import io
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.accounts.roles import Role
from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger import services as ledger
from lms.ledger.kinds import Kind
from lms.ledger.models import Line, PeriodLock
from lms.people import services as people
from lms.places.changing import Heir, change_division
from lms.reports.approval import comparing, exports, payloads, services, units
from lms.reports.models import Submission
from lms.reports.states import Status
from tests.factories import ledger as book
from tests.factories.world import make_actor, make_person

DAY = dt.date(2022, 3, 10)
MARCH = 202203


class Offices:
    """A county, its prefecture and its province, each with who hands in and who decides."""

    def __init__(self, world):
        self.world = world
        self.county = make_actor(Role.CLASS_MANAGER, world.county)
        self.prefecture = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
        self.checker = make_actor(Role.REVIEWER, world.prefecture)
        self.province = make_actor(Role.REGIONAL_ADMIN, world.province)
        self.head = make_actor(Role.REVIEWER, world.province)

    def to_the_province(self):
        """Everything up to the province's own report, not locked yet."""
        w = self.world
        services.accept(submission=services.submit(division=w.county, period=MARCH, by=self.county), by=self.checker)
        services.declare_nil(division=w.prefecture, period=MARCH, by=self.prefecture)
        services.accept_nil(division=w.prefecture, period=MARCH, by=self.checker)
        mine = services.submit(division=w.prefecture, period=MARCH, by=self.prefecture)
        services.declare_nil(division=w.province, period=MARCH, by=self.province)
        services.accept_nil(division=w.province, period=MARCH, by=self.head)
        services.accept(submission=mine, by=self.head)
        return services.submit(division=w.province, period=MARCH, by=self.province)


@pytest.fixture
def offices(world):
    return Offices(world)


@pytest.fixture
def march(world):
    half_day = book.scheduled(uuid.uuid4(), DAY, world.county)
    return half_day, [book.attended(make_person(world.county, sex=str(1 + n % 2)), half_day) for n in range(5)]


def test_county_prefecture_province_in_this_order(world, offices, march):
    with pytest.raises(Refused, match="鲁甸县"):
        services.submit(division=world.prefecture, period=MARCH, by=offices.prefecture)
    handed_in = services.submit(division=world.county, period=MARCH, by=offices.county)
    assert services.submit(division=world.county, period=MARCH, by=offices.county).pk == handed_in.pk
    with pytest.raises(Refused, match="昭阳区"):
        services.submit(division=world.prefecture, period=MARCH, by=offices.prefecture)
    services.return_submission(submission=handed_in, reason="先核对", by=offices.checker)
    top = offices.to_the_province()
    locked = services.lock(submission=top, by=offices.head)
    assert services.lock(submission=top, by=offices.head).pk == locked.pk
    assert set(Submission.objects.standing().values_list("status", flat=True)) == {Status.LOCKED}
    assert Submission.objects.standing().count() == 5  # two counties, two prefectures, the province
    assert all(row.seal is not None for row in Submission.objects.standing())
    assert locked.content["total"]["person_times"] == 5
    assert AuditEvent.objects.filter(verb="reports.submission.locked").count() == 5


def test_what_happened_in_a_handed_in_month_is_posted_to_the_next(world, offices, march):
    services.submit(division=world.county, period=MARCH, by=offices.county)
    assert book.line(Kind.HEADCOUNT, DAY, division=world.township).posted_period == 202204
    assert book.line(Kind.HEADCOUNT, DAY, division=world.other_county).posted_period == MARCH


def test_return_opens_the_month_again_and_makes_a_second_round(world, offices, march):
    first = services.submit(division=world.county, period=MARCH, by=offices.county)
    with pytest.raises(BadInput):
        services.return_submission(submission=first, reason=" ", by=offices.checker)
    services.return_submission(submission=first, reason="少一场", by=offices.checker)
    assert not PeriodLock.objects.filter(lifted_at__isnull=True).exists()
    assert book.line(Kind.HEADCOUNT, DAY, division=world.county, quantity=3).posted_period == MARCH
    second = services.submit(division=world.county, period=MARCH, by=offices.county)
    assert (second.number, second.content["total"]["unnamed"]) == (2, 3)
    assert units.rounds(world.county, MARCH).count() == 2


def test_nobody_decides_on_what_they_handed_in(world, offices, march):
    both = make_actor(Role.REGIONAL_ADMIN, world.prefecture)
    handed_in = services.submit(division=world.county, period=MARCH, by=both)
    with pytest.raises(Refused, match="填报人"):
        services.accept(submission=handed_in, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=handed_in.pk).update(
            status="accepted", accepted_at=handed_in.submitted_at, accepted_by=handed_in.submitted_by
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=handed_in.pk).update(
            status="locked", locked_at=handed_in.submitted_at, locked_by=handed_in.submitted_by
        )


def test_outsiders_find_nothing(world, offices, march):
    handed_in = services.submit(division=world.county, period=MARCH, by=offices.county)
    for stranger in (make_actor(Role.REVIEWER, world.foreign_province), offices.county, make_actor(Role.REVIEWER, world.county)):
        with pytest.raises(Missing):
            services.accept(submission=handed_in, by=stranger)
        with pytest.raises(Missing):
            services.return_submission(submission=handed_in, reason="x", by=stranger)
    with pytest.raises(Missing):
        services.submit(division=world.county, period=MARCH, by=make_actor(Role.CLASS_MANAGER, world.other_county))
    with pytest.raises(Refused):  # not over yet
        services.submit(division=world.county, period=209912, by=offices.county)
    with pytest.raises(BadInput):
        services.submit(division=world.township, period=MARCH, by=offices.county)


def test_below_is_not_returned_while_the_level_above_rests_on_it(world, offices, march):
    offices.to_the_province()
    county = units.standing_of([world.county], MARCH)[world.county.pk]
    with pytest.raises(Refused, match="昭通市"):
        services.return_submission(submission=county, reason="改", by=offices.checker)
    services.lock(submission=units.standing_of([world.province], MARCH)[world.province.pk], by=offices.head)
    with pytest.raises(Refused):
        services.return_submission(submission=county, reason="改", by=offices.checker)


def test_figures_that_changed_after_signing_stop_the_level_above(world, offices, march):
    handed_in = services.accept(
        submission=services.submit(division=world.county, period=MARCH, by=offices.county), by=offices.checker
    )
    services.declare_nil(division=world.prefecture, period=MARCH, by=offices.prefecture)
    services.accept_nil(division=world.prefecture, period=MARCH, by=offices.checker)
    ledger.reverse(march[1][0], reason="签错", by=book.BY)
    with pytest.raises(Refused, match="鲁甸县"):
        services.submit(division=world.prefecture, period=MARCH, by=offices.prefecture)
    found = comparing.compare(world.county, MARCH, basis=None, submission=handed_in)
    assert (found.total.signed.person_times, found.total.known.person_times, found.total.difference.person_times) == (5, 4, -1)
    assert found.reversed_since == 1


def test_as_now_known_holds_what_came_late(world, offices, march):
    handed_in = services.submit(division=world.county, period=MARCH, by=offices.county)
    late = book.attended(make_person(world.county), march[0])
    assert late.posted_period == 202204
    found = comparing.compare(world.county, MARCH, basis=None, submission=handed_in)
    assert (found.total.signed.person_times, found.total.known.person_times, found.late) == (5, 6, 1)
    assert found.total.difference.minutes == 180
    april = comparing.compare(world.county, 202204, basis=None, submission=None)
    assert april.total.known.person_times == 1  # posted there, and reported there


def test_past_report_is_made_again_byte_for_byte(world, offices, march):
    """After merges, moves, corrections, late lines and changed boundaries, all learnt later."""
    top = offices.to_the_province()
    services.lock(submission=top, by=offices.head)
    kept = {row.pk: row.payload for row in Submission.objects.standing()}
    persons = [line.person for line in march[1]]
    people.merge(kept=persons[0], duplicate=persons[1], reason="同一人", by=book.BY)
    ledger.reverse(march[1][2], reason="签错", by=book.BY)
    persons[3].division = world.far_county
    persons[3].save(update_fields=["division"])
    book.attended(make_person(world.other_county), march[0])
    change_division(
        before=world.county,
        heirs=[Heir("530581", "鲁甸市", world.other_prefecture)],
        happened_on=dt.date(2022, 2, 1),  # even before the month
        source="测试用通知",
        by=world.system,
    )
    people.erase(person=persons[4], reason="本人申请", by=book.BY)
    for row in Submission.objects.standing().select_related("division", "basis"):
        assert payloads.made_again(row) == kept[row.pk] == row.payload
        assert payloads.digest(row.payload) == row.payload_sha256
    found = comparing.compare(
        world.prefecture, MARCH, basis=None, submission=units.standing_of([world.prefecture], MARCH)[world.prefecture.pk]
    )
    assert found.total.difference.persons == -1


def load_script():
    spec = importlib.util.spec_from_file_location("verify_export", exports.SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sealed(world, offices, march):
    book.line(Kind.HEADCOUNT, DAY, division=world.county, quantity=3, facts={"source": '有逗号,有"引号"'})
    return services.accept(submission=services.submit(division=world.county, period=MARCH, by=offices.county), by=offices.checker)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_script_runs_alone_and_names_the_first_line_that_does_not_fit(sealed, tmp_path, form):
    file = tmp_path / f"export.{form}"
    content = "".join(exports.text(sealed.seal, form)).encode()
    file.write_bytes(content)
    script = tmp_path / "verify_export.py"
    script.write_bytes(exports.SCRIPT.read_bytes())

    def run(root=sealed.seal.root):
        return subprocess.run([sys.executable, "-I", str(script), str(file), root], capture_output=True, text=True, check=False)

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert run("0" * 64).returncode == 1
    file.write_bytes(content.replace(b",180,", b",181,", 1) if form == "csv" else content.replace(b'"180"', b'"181"', 1))
    done = run()
    assert done.returncode == 1 and "第 3 行" in done.stdout
    lines = content.split(b"\n")
    file.write_bytes(b"\n".join(lines[:5] + lines[6:]))
    assert "第 6 行" in run().stdout  # the fifth record is missing: what stands in its place is named
    assert subprocess.run([sys.executable, "-I", str(script)], capture_output=True, check=False).returncode == 2


def test_whoever_forges_a_line_and_its_path_is_named_all_the_same(sealed):
    script = load_script()
    rows = list(csv.reader(io.StringIO("".join(exports.text(sealed.seal, "csv")))))
    rows[4][script.COLUMNS.index("minutes")] = "999"
    leaves = [script.hash_leaf(row[1:-1]) for row in rows[2:]]
    from lms.ledger import merkle

    for row, part in zip(rows[2:], merkle.new_path_parts(leaves), strict=True):
        row[-1] = "".join(d.hex() for d in part)  # every path made anew over the forged line
    forged = "".join(script.csv_line(row) for row in rows).encode()
    with pytest.raises(script.Misfit, match=r"第 [345] 行"):
        script.check(forged, sealed.seal.root)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), form=st.sampled_from(["csv", "json"]))
def test_one_byte_changed_anywhere_is_found(sealed, where, byte, form):
    script = load_script()
    content = bytearray("".join(exports.text(sealed.seal, form)).encode())
    spot = int(where * len(content))
    if content[spot] == byte:
        byte = (byte + 1) % 256
    content[spot] = byte
    with pytest.raises(script.Misfit):
        script.check(bytes(content), sealed.seal.root)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 13, 64, 100])
def test_paths_of_every_size_lead_to_the_root(count):
    from lms.ledger import merkle

    script = load_script()
    leaves = [merkle.leaf(str(n)) for n in range(count)]
    root, before, stored = merkle.tree_root(leaves), [], 0
    for index, part in enumerate(merkle.new_path_parts(leaves)):
        sides = script.steps(index, count)
        kept = len(sides) - len(part)
        before = part + (before[len(before) - kept :] if kept else [])
        stored += len(part)
        assert script.climb(leaves[index], before, sides) == root
    assert stored <= 2 * count  # not n log n


def test_script_names_the_columns_of_the_export():
    assert load_script().COLUMNS == exports.COLUMNS
    assert "django" not in Path(exports.SCRIPT).read_text()


def test_payload_holds_its_completeness_and_no_name(world, offices, march, sealed):
    content = json.loads(sealed.payload)
    assert content["completeness"] == {"persons_unnamed": 3, "sessions_not_held": 1}
    assert content["position"] == sealed.closing_position
    assert sum(row["person_times"] for row in content["splits"]["mode"]) == content["total"]["person_times"] == 5
    assert "张桂英" not in sealed.payload
    assert Line.objects.filter(person__name="张桂英").exists()

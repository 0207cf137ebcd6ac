"""Jobs: asked for once, claimed once, cancelled, failed with a sentence, swept; files bound and cleaned."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.utils import timezone

from lms.core import jobs, runner
from lms.core.actor import Actor, Grant
from lms.core.errors import BadInput, Refused
from lms.core.models import Job

MANAGER = Actor(uuid=uuid.uuid4(), label="u:manager", user_id=7, grants=(Grant("class_manager", "/53/5306/"),), address="10.0.0.1")


@pytest.fixture
def kind(monkeypatch):
    """Register a kind for one test: ``kind(function)``."""
    monkeypatch.setattr(jobs, "KINDS", {})
    monkeypatch.setattr(runner, "KINDS", jobs.KINDS)

    def register(run, queue="default"):
        jobs.job_kind("tests.work", queue=queue)(run)
        return "tests.work"

    return register


def nothing(job, progress):
    return {}


def ask(**kwargs):
    return jobs.enqueue("tests.work", title="试验", by=MANAGER, **kwargs)


def run(job):
    runner.execute(job.uuid, worker="w", live=False)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_job_runs_on_commit_with_progress_and_outcome(kind, django_capture_on_commit_callbacks):
    def work(job, progress):
        progress.set_total(3, "读取")
        for _ in range(3):
            progress.advance()
        return {"rows": 3}

    kind(work, queue="import")
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(params={"class": "K1"}, division_path="/53/5306/530621/")
        assert job.status == Job.Status.PENDING
    job.refresh_from_db()
    assert (job.status, job.outcome, job.queue) == (Job.Status.DONE, {"rows": 3}, "import")
    assert (job.progress_done, job.progress_total, job.percent, job.stage) == (3, 3, 100, "读取")
    assert job.claims == 1 and job.sent_at and job.started_at and job.finished_at


@pytest.mark.django_db
def test_job_acts_with_the_roles_of_the_one_who_asked(kind):
    kind(nothing)
    assert jobs.actor_of(Job.objects.get(pk=ask().pk)) == MANAGER


@pytest.mark.django_db
def test_same_key_is_one_job_until_it_failed(kind):
    kind(nothing)
    first = ask(key="k")
    assert ask(key="k").pk == first.pk
    Job.objects.filter(pk=first.pk).update(status="failed", finished_at=timezone.now())
    assert ask(key="k").pk != first.pk
    assert Job.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_claims(kind):
    kind(nothing)
    job = ask()
    Job.objects.update(status="pending", finished_at=None, claims=0)
    start, won = threading.Barrier(6), []

    def worker(number):
        start.wait()
        if runner.claim(job.uuid, worker=f"w{number}"):
            won.append(number)
        connection.close()

    threads = [threading.Thread(target=worker, args=[n]) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    job.refresh_from_db()
    assert len(won) == 1 and job.claims == 1 and job.worker == f"w{won[0]}"


@pytest.mark.django_db(transaction=True)
def test_same_key_asked_at_once_is_one_job(kind):
    kind(nothing)
    start, got = threading.Barrier(4), []

    def asker():
        start.wait()
        got.append(ask(key="same").pk)
        connection.close()

    threads = [threading.Thread(target=asker) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(set(got)) == 1 and len(got) == 4


@pytest.mark.django_db
def test_waiting_job_is_cancelled_at_once_and_never_runs(kind):
    ran = []
    kind(lambda job, progress: ran.append(1))
    job = ask()
    jobs.cancel(job=job, by=MANAGER)
    run(job)
    assert job.status == Job.Status.CANCELLED and job.cancel_requested_by == MANAGER.uuid and not ran


@pytest.mark.django_db
def test_running_job_stops_at_its_next_step(kind):
    def work(job, progress):
        progress.set_total(10)
        progress.attach_result("a.csv", b"half")
        jobs.cancel(job=job, by=MANAGER)
        progress.beat()
        progress.advance()
        raise AssertionError("not reached")

    kind(work)
    job = run(ask())
    assert job.status == Job.Status.CANCELLED and not job.result_file


@pytest.mark.django_db
def test_closed_job_is_not_cancelled(kind):
    kind(nothing)
    job = run(ask())
    with pytest.raises(Refused):
        jobs.cancel(job=job, by=MANAGER)


@pytest.mark.django_db
def test_refusal_is_kept_as_its_sentence(kind):
    def work(job, progress):
        raise BadInput("第 3 行没有姓名。")

    kind(work)
    job = run(ask())
    assert (job.status, job.error) == (Job.Status.FAILED, "第 3 行没有姓名。")


@pytest.mark.django_db
def test_unexpected_error_shows_a_reference_and_is_logged(kind, caplog):
    def work(job, progress):
        raise KeyError("secret name")

    kind(work)
    job = run(ask())
    assert job.status == Job.Status.FAILED and "secret" not in job.error
    reference = job.error.partition("编号 ")[2].split()[0]
    assert reference in caplog.text


@pytest.mark.django_db
def test_unknown_kind_fails_with_a_sentence(kind):
    kind(nothing)
    job = ask()
    jobs.KINDS.clear()
    assert "tests.work" in run(job).error


@pytest.mark.django_db
def test_database_that_went_away_leaves_the_job_to_the_sweep(kind):
    def work(job, progress):
        raise OperationalError("gone")

    kind(work)
    job = run(ask())
    assert job.status == Job.Status.RUNNING


@pytest.mark.django_db
def test_failed_job_runs_again_as_the_same_row(kind):
    attempts = []

    def work(job, progress):
        attempts.append(1)
        if len(attempts) == 1:
            raise Refused("还不行。")
        return {"ok": True}

    kind(work)
    job = run(ask())
    jobs.retry(job=job, by=MANAGER)
    run(job)
    assert (job.status, job.error, job.outcome) == (Job.Status.DONE, "", {"ok": True})
    with pytest.raises(Refused):
        jobs.retry(job=job, by=MANAGER)


@pytest.mark.django_db
def test_result_is_bound_when_done_and_replaced_by_a_later_one(kind, tmp_path):
    (tmp_path / "b.csv").write_bytes(b"final")

    def work(job, progress):
        progress.attach_result("a.csv", b"draft")
        progress.attach_result("成绩.csv", tmp_path / "b.csv")
        return {}

    kind(work)
    job = run(ask())
    assert (job.result_name, job.result_file.read()) == ("成绩.csv", b"final")
    assert len(list((tmp_path / "private").rglob("*.csv"))) == 1


@pytest.mark.django_db
def test_worker_that_was_thought_dead_writes_nothing(kind, tmp_path):
    def work(job, progress):
        progress.attach_result("a.csv", b"late")
        Job.objects.filter(pk=job.pk).update(claims=2, worker="other")
        return {"late": True}

    kind(work)
    job = run(ask())
    assert (job.status, job.outcome, job.worker) == (Job.Status.RUNNING, {}, "other")
    assert not list((tmp_path / "private").rglob("*.csv"))


def _age(job, **fields):
    Job.objects.filter(pk=job.pk).update(**fields)


@pytest.mark.django_db
def test_sweep_sends_stale_and_unsent_jobs_and_leaves_the_living(kind):
    kind(nothing)
    long_ago, now = timezone.now() - timedelta(minutes=5), timezone.now()
    dead, unsent, living, fresh = ask(), ask(), ask(), ask()
    _age(dead, status="running", heartbeat_at=long_ago, claims=1, sent_at=long_ago)
    _age(unsent, created_at=long_ago)
    _age(living, status="running", heartbeat_at=now, claims=1)
    assert runner.sweep() == {"sent": 2, "given_up": 0, "cancelled": 0}
    states = {job.pk: job.status for job in Job.objects.all()}
    assert [states[job.pk] for job in (dead, unsent, living, fresh)] == ["done", "done", "running", "pending"]


@pytest.mark.django_db
def test_sweep_gives_up_on_a_job_that_kills_its_workers(kind, settings):
    kind(nothing)
    job = ask()
    _age(job, status="running", heartbeat_at=timezone.now() - timedelta(minutes=5), claims=settings.JOB_MAX_CLAIMS)
    assert runner.sweep()["given_up"] == 1
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED and str(job.uuid)[:8] in job.error


@pytest.mark.django_db
def test_sweep_closes_a_dead_job_that_was_to_be_cancelled(kind):
    kind(nothing)
    job = ask()
    _age(job, status="running", heartbeat_at=timezone.now() - timedelta(minutes=5), claims=1)
    jobs.cancel(job=job, by=MANAGER)
    assert runner.sweep()["cancelled"] == 1


@pytest.mark.django_db
def test_broker_that_is_down_does_not_lose_the_job(kind, django_capture_on_commit_callbacks, monkeypatch):
    from lms.core.tasks import run_job

    kind(nothing)

    def down(*args, **kwargs):
        raise run_job.OperationalError("no broker")

    monkeypatch.setattr(run_job, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):
        job = ask()
    _age(job, sent_at=timezone.now() - timedelta(minutes=5))
    monkeypatch.undo()
    jobs.KINDS["tests.work"] = jobs.Kind("tests.work", "default", nothing)
    runner.sweep()
    job.refresh_from_db()
    assert job.status == Job.Status.DONE


@pytest.mark.django_db
def test_files_of_old_jobs_are_cleaned_and_the_row_stays(kind, tmp_path):
    def work(job, progress):
        progress.attach_result("a.csv", b"x")
        return {"rows": 1}

    kind(work)
    old, new = ask(input_file=ContentFile(b"y", name="../../名单.xlsx")), ask(input_file=ContentFile(b"z", name="b.xlsx"))
    run(old), run(new)
    _age(old, finished_at=timezone.now() - timedelta(days=31))
    assert runner.clean_files() == 2
    old.refresh_from_db()
    assert not old.input_file and not old.result_file and old.outcome == {"rows": 1}
    assert len([p for p in (tmp_path / "private").rglob("*") if p.is_file()]) == 2


def test_kind_is_registered_once(kind):
    kind(nothing)
    kind(nothing)
    with pytest.raises(ValueError):
        jobs.job_kind("tests.work")(lambda job, progress: {})
    with pytest.raises(ValueError):
        jobs.job_kind("tests.other", queue="nowhere")

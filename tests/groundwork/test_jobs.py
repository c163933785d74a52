"""Jobs: wanted in a transaction, done once it is durable, tried again, given up in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from comity.groundwork import jobs
from comity.groundwork.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def done() -> Iterator[list[str]]:
    """What the job `test.note` was told."""
    told: list[str] = []

    def note(what: str) -> None:
        if what == "fail":
            raise RuntimeError("as asked")
        told.append(what)

    jobs.JOBS["test.note"] = note
    yield told
    del jobs.JOBS["test.note"]


def test_a_job_is_done_once_and_is_gone(done: list[str]) -> None:
    jobs.enqueue("test.note", what="hello")
    assert jobs.run_due(timezone.now()) == 1
    assert jobs.run_due(timezone.now()) == 0
    assert done == ["hello"]
    assert not Job.objects.exists()


def test_a_job_of_a_transaction_that_fails_is_never_done(done: list[str]) -> None:
    def fails() -> None:
        with transaction.atomic():
            jobs.enqueue("test.note", what="hello")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert jobs.run_due(timezone.now()) == 0
    assert done == []


def test_a_job_that_is_due_later_waits(done: list[str]) -> None:
    now = timezone.now()
    jobs.enqueue("test.note", due_at=now + timedelta(hours=1), what="later")
    assert jobs.run_due(now) == 0
    assert jobs.run_due(now + timedelta(hours=2)) == 1
    assert done == ["later"]


def test_a_failing_job_is_tried_with_growing_pauses_and_given_up_without_stopping_others(done: list[str]) -> None:
    jobs.enqueue("test.note", what="fail")
    jobs.enqueue("test.note", what="next")
    now = timezone.now()
    pauses = []
    for _ in range(jobs.MOST_ATTEMPTS):
        jobs.run_due(now)
        job = Job.objects.get()
        pauses.append(job.due_at - now)
        now = max(job.due_at, now)
    assert done == ["next"]
    assert pauses[:-1] == sorted(pauses[:-1])
    assert job.given_up_at is not None
    assert "as asked" in job.failure
    assert jobs.run_due(now + timedelta(days=30)) == 0


def test_a_job_claimed_by_a_server_that_was_killed_is_done_by_the_next(done: list[str]) -> None:
    jobs.enqueue("test.note", what="again")
    now = timezone.now()
    assert jobs._claim(now) is not None
    assert jobs.run_due(now) == 0
    assert jobs.run_due(now + jobs.CLAIM + timedelta(seconds=1)) == 1
    assert done == ["again"]


def test_no_job_of_an_unknown_name_can_be_wanted() -> None:
    with pytest.raises(ValueError, match="no job is called"):
        jobs.enqueue("test.nothing")

"""Short runs of ``tests.fuzzing``; the long one is a command of its own."""

import argparse

import psutil
import pytest

from tests.endpoints import every_endpoint
from tests.fake_worker import Workers
from tests.fuzzing import LIMIT, fuzz, still_reads
from tests.serving import as_teacher, serve_class, serve_process


@pytest.fixture(scope="module")
def endpoints():
    return every_endpoint()


def check(outcome, address):
    assert outcome.wrong == []
    assert outcome.statuses["200"] > outcome.sent / 20  # not all is refused at the gate
    assert still_reads(address)


def test_malformed_requests_get_no_error_of_the_server_s(endpoints):
    chosen = argparse.Namespace(requests=200, seed=1)
    with serve_class(worker=Workers(pace=0)) as (address, teachers):
        cookie = as_teacher(address, teachers.token)["Cookie"]
        outcome = fuzz(address, psutil.Process(), endpoints, chosen, cookie)
        assert outcome.sent >= 200
        check(outcome, address)


@pytest.mark.slow
def test_thousands_of_malformed_requests_get_none_and_leave_nothing_in_memory(endpoints):
    chosen = argparse.Namespace(requests=6000, seed=2)
    with serve_process() as (address, process):
        token = process.stdout.readline().strip().partition("#teacher=")[2]
        cookie = as_teacher(address, token)["Cookie"]
        outcome = fuzz(address, psutil.Process(process.pid), endpoints, chosen, cookie)
        assert outcome.sent >= 6000
        check(outcome, address)
    assert outcome.late / outcome.early < LIMIT

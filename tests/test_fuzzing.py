"""A short run of ``tests.fuzzing``; the long one is a command of its own."""

import argparse

import psutil

from tests.enumerating import every_endpoint
from tests.fuzzing import fuzz, still_draws
from tests.serving import serve_process


def test_malformed_requests_get_no_error_of_the_server_s(reader):
    endpoints = every_endpoint(reader)
    chosen = argparse.Namespace(requests=400, seed=1)
    with serve_process() as (address, process):
        outcome = fuzz(address, psutil.Process(process.pid), endpoints, chosen)
        assert outcome.wrong == []
        assert outcome.sent >= 400
        assert outcome.statuses["200"] > 20  # what is malformed is not all refused at the gate
        assert still_draws(address)

"""A server that was suspended with every page open goes on where it was."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from tests.serving import ROOT
from tests.trainings import LONG_CHOICES

GRACE = 8  # seconds, instead of a minute

PROGRAM = f"""
import dataclasses, time
from tests.fake_worker import Workers
from tests.serving import serving

with serving(worker=Workers(pace=0.05)) as (address, served):
    runs = served.state.runs
    runs.limits = dataclasses.replace(runs.limits, grace_seconds={GRACE})
    print(address, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_trainings_outlive_a_suspension_longer_than_their_pages_may_be_away():
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().strip()
            session = {"X-Mnist-Cnn-Session": "ann" * 6}
            asked = {"base_url": f"{address}/mnist_cnn", "headers": session, "timeout": 60}
            with httpx.Client(**asked) as page:
                run = page.post("/trainings", json=LONG_CHOICES).raise_for_status().json()["id"]
                server.send_signal(signal.SIGSTOP)
                time.sleep(GRACE + 2)
                server.send_signal(signal.SIGCONT)
                time.sleep(2)  # it sweeps before the page is back
                told = page.get(f"/trainings/{run}").raise_for_status().json()
                assert (told["state"], told["cut"]) == ("training", None)
        finally:
            server.kill()

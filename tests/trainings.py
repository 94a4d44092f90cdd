"""The trainings that tests start: with generated digits, which are always there."""

from __future__ import annotations

import time

import httpx

from mnist_cnn.training.options import Options

LONG_CHOICES = {"data": "generated", "digits": 1000, "epochs": 200}
SHORT_CHOICES = {"data": "generated", "digits": 200, "epochs": 2, "downsampling": "stride"}
LONG = Options.parse(LONG_CHOICES)
SHORT = Options.parse(SHORT_CHOICES)


def start(client: httpx.Client, choices: dict) -> dict:
    """Start a training over HTTP; return its run."""
    response = client.post("/trainings", json=choices)
    assert response.status_code == 200, response.text
    return response.json()


def follow(client: httpx.Client, run: dict) -> tuple[dict, list[dict]]:
    """Wait until a run is over; return it, and all its events."""
    events: list[dict] = []
    while True:
        after = events[-1]["number"] if events else 0
        news = client.get(f"/trainings/{run['id']}", params={"after": after}).json()
        events += news.pop("events")
        if news["state"] in ("done", "stopped", "failed"):
            return news, events
        time.sleep(0.2)  # training runs at low priority: do not take its processor

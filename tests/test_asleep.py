"""A server shows its page, trains and holds a class without TensorFlow in its process."""

import subprocess
import sys

from tests.serving import ROOT

PROGRAM = """
import io, json, sys
import httpx, numpy as np
from PIL import Image
from tests.fake_worker import Workers
from tests.serving import as_teacher, people, serving

DIGIT = bytes([255]) * 784
CHOICES = {"data": "generated", "digits": 200, "epochs": 1, "downsampling": "stride"}

def said(moment):
    print(moment, bool({"tensorflow", "keras"} & sys.modules.keys()), flush=True)

def over(client, run):
    news = {"state": "", "sequence": 0}
    while news["state"] != "done":
        asked = {"after": news["sequence"]}
        news = client.get(f"/trainings/{run}", params=asked).raise_for_status().json()

with serving(worker=Workers(pace=0)) as (address, served), people(f"{address}/mnist_cnn") as person:
    ann, teacher = person("ann"), as_teacher(address, served.state.teachers.token)
    for path in ("", "/config", "/health"):
        httpx.get(f"{address}{path}").raise_for_status()
    ann.get("/network/shipped").raise_for_status()
    picture = io.BytesIO()
    Image.new("L", (40, 40), 255).save(picture, "PNG")
    ann.post("/ink", content=picture.getvalue()).raise_for_status()
    said("page")
    ann.get("/trainings", params={"choices": json.dumps(CHOICES)}).raise_for_status()
    run = ann.post("/trainings", json=CHOICES).raise_for_status().json()["id"]
    over(ann, run)
    for path in (f"/network/{run}", f"/network/{run}.0", f"/trainings/{run}/digits", "/trainings"):
        ann.get(path).raise_for_status()
    said("training")
    probabilities = np.eye(10, dtype="<f4")[7].tobytes()
    ann.post("/wall?meant=7", content=DIGIT + probabilities).raise_for_status()
    ann.post("/class", json={"rules": {"network": run}}, headers=teacher).raise_for_status()
    ann.get("/wall?format=npz", headers=teacher).raise_for_status()
    ann.get("/news?heard={}").raise_for_status()
    said("class")
    ann.post("/check?width=28&height=28", content=DIGIT).raise_for_status()
    said("check")
"""


def test_tensorflow_comes_when_a_check_is_asked_for_and_for_nothing_before():
    command = [sys.executable, "-c", PROGRAM]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    moments = [line.split() for line in outcome.stdout.splitlines()]
    assert moments == [
        ["page", "False"],
        ["training", "False"],
        ["class", "False"],
        ["check", "True"],
    ], outcome.stderr

"""A page serves, trains and checks for a user without a name and a home, as in a container."""

import os

import httpx
import pytest

from mnist_cnn.digits import mnist_files
from tests.serving import ROOT, people, serve_process
from tests.trainings import SHORT_CHOICES, follow, start

# Python runs it at the start of every process, so of the training's, too.
NAMELESS = """
import pwd
def getpwuid(user):
    raise KeyError(f"getpwuid(): uid not found: {user}")
pwd.getpwuid = getpwuid
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="every user has a name")
@pytest.mark.parametrize("home", ["", "/nonexistent"], ids=["no home", "a home that is not there"])
def test_a_user_without_a_name_and_a_home_has_all_that_others_have(home, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(NAMELESS)
    variables = dict.fromkeys(["HOME", "USER", "LOGNAME", "LNAME", "USERNAME", "KERAS_HOME"], "")
    variables |= {"HOME": home, "PYTHONPATH": str(tmp_path)}
    page = ("--host", "127.0.0.1")
    with (
        serve_process(*page, **variables) as (address, process),
        people(f"{address}/mnist_cnn") as person,
    ):
        ann = person("ann")
        run, _ = follow(ann, start(ann, SHORT_CHOICES | {"data": "mnist"}))
        assert (run["state"], run["failure"]) == ("done", None)
        drawing = ann.post("/check?width=28&height=28", content=bytes([255]) * 784)
        assert drawing.status_code == httpx.get(address).status_code == 200
        assert process.poll() is None
    assert not (ROOT / "~").exists()  # TensorFlow's folder for settings


def test_a_user_without_a_home_keeps_what_is_downloaded_for_as_long_as_the_process(monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(mnist_files.tempfile, "tempdir", "of this process")

    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(mnist_files.Path, "home", home)
    assert mnist_files.cache_folder().parts == ("of this process", ".keras", "datasets")

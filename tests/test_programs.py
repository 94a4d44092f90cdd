"""Programs: the README's Python example runs as it stands, and the tools for language models."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from mnist_cnn.digits import strokes
from mnist_cnn.network import weights
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.programs import train
from tests.drawings import SEVEN
from tests.event_loop import run
from tests.fake_worker import Workers
from tests.serving import ROOT, serve, serve_process
from tests.trainings import LONG


@pytest.fixture(scope="module")
def page():
    """The page of an app that trains without learning anything."""
    with serve(worker=Workers(pace=0)) as address:
        yield address


def test_the_example_in_the_readme_runs(page, tmp_path):
    program = _python("README.md")
    assert program == _python("README.zh-CN.md")
    assert program.count("http://127.0.0.1:7860") == 1
    program = program.replace("http://127.0.0.1:7860", page).replace("10_000", "500")
    Image.fromarray(255 - strokes.render(SEVEN)).save(tmp_path / "photo.jpg")
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert outcome.returncode == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line == "7")
    assert lines[start + 1] == "[11, 11, 64]"
    assert "'state': 'done'" in lines[-2]
    assert "'tested_on': 'generated digits', 'data': 'generated'" in lines[-2]
    network = weights.load(lines[-1])
    assert network.count_params() == 93_322


@pytest.mark.parametrize(
    ("tested_on", "drawings", "data"),
    [
        ("MNIST test", "none", "mnist"),
        ("MNIST test", "6,000 UCI pen digits by 24 people", "mnist+pens"),
        ("generated digits", "none", "generated"),  # whatever was asked for
        ("generated digits", "6,000 UCI pen digits by 24 people", "generated+pens"),
    ],
)
def test_the_last_report_of_a_training_says_what_its_accuracy_is_worth(tested_on, drawings, data):
    card = replace(weights.load_card(), tested_on=tested_on, drawings=drawings, test_accuracy=0.5)
    told = train.tested(card)
    assert told == {"test_accuracy": 0.5, "tested_on": tested_on, "data": data}


def test_a_training_that_is_cut_short_says_why():
    runs = Runs(worker=Workers())

    async def reports(of_run):
        return [report async for report, _ in train._reports(runs, of_run)]

    try:
        asked_for = runs.start("ann", LONG)
        worker = asked_for.worker
        runs.limit(workers=1, max_seconds=60)
        worker.step(seconds=61)
        runs.sweep()
        assert worker.join(60)
        last = run(reports(asked_for))[-1]
    finally:
        runs.close()
    assert (last["state"], last["cut"]) == ("stopped", "time")


def test_the_javascript_example_is_the_same_in_each_language():
    assert _javascript("README.md") == _javascript("README.zh-CN.md")


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no node or npm")
def test_the_javascript_example_in_the_readme_runs(page, tmp_path):
    program = _javascript("README.md")
    assert program.count("http://127.0.0.1:7860") == 1
    program = program.replace("http://127.0.0.1:7860", page).replace("10_000", "500")
    (tmp_path / "program.mjs").write_text(program, encoding="utf-8")
    Image.fromarray(255 - strokes.render(SEVEN)).save(tmp_path / "photo.jpg")
    install = ["npm", "install", "--no-audit", "--no-fund", "@gradio/client"]
    installed = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True)
    if installed.returncode:
        pytest.skip("the registry of npm is not to be had")
    outcome = subprocess.run(
        ["node", "program.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert outcome.returncode == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    assert lines[0] == "7"
    assert "11, 11, 64" in lines[1]
    assert "state: 'done'" in outcome.stdout
    assert "mnist_cnn.keras" in outcome.stdout


def _python(readme):
    return _program(readme, "python")


def _javascript(readme):
    return _program(readme, "js")


def _program(readme, language):
    text = (ROOT / readme).read_text(encoding="utf-8")
    programs = (part.split("```")[0] for part in text.split(f"```{language}\n")[1:])
    return next(program for program in programs if "http://" in program)


def test_a_choice_that_cannot_be_trained_is_refused_in_a_sentence(address):
    client = Client(address, verbose=False)
    with pytest.raises(AppError, match="Recipe must be"):
        client.predict(recipe="slow", api_name="/train")
    with pytest.raises(AppError, match="Digits must be"):
        client.predict(digits=5, api_name="/train")


@pytest.fixture(scope="module")
def tools():
    """The address of an app with tools for language models."""
    pytest.importorskip("mcp", reason="needs pip install 'gradio[mcp]'")
    with serve("--mcp") as address:
        yield f"{address}/gradio_api/mcp/"


def test_every_endpoint_is_a_tool_for_language_models(tools):
    schema = httpx.get(f"{tools}schema").json()
    named = {tool["name"].removeprefix("mnist_cnn_"): tool for tool in schema}
    assert {name.rpartition("_")[2] for name in named} == {"predict", "activations", "train"}
    described = {name: tool["description"] for name, tool in named.items()}
    assert "photo of paper" in json.dumps(described)
    for name, tool in named.items():
        if not name.endswith("train"):
            picture = tool["inputSchema"]["properties"]["picture"]
            assert "data: URI" in picture["description"]
    assert run(_tool_names(tools)) == {tool["name"] for tool in schema}


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A file of more than 64 KiB, the bound of other calls, that shows a seven."""
    paper = Image.fromarray(255 - strokes.render(SEVEN)).resize((1120, 1120))
    noise = np.random.default_rng(0).integers(-8, 8, (1120, 1120))
    noisy = Image.fromarray((np.asarray(paper) + noise).clip(0, 255).astype(np.uint8))
    path = tmp_path_factory.mktemp("tools") / "photo.png"
    noisy.save(path)
    return path


def as_sent(photo):
    sent = base64.b64encode(photo.read_bytes()).decode()
    assert len(sent) > 500_000
    return f"data:image/png;base64,{sent}"


def test_a_tool_reads_the_picture_it_is_sent_and_fetches_none(tools, photo):
    pictures = [as_sent(photo), "http://127.0.0.1:9/photo.png", str(photo)]
    read, *refused = run(_predicted(tools, pictures))
    assert not read.isError
    assert '"digit": 7' in read.content[0].text.replace("'", '"')
    for answer in refused:
        assert answer.isError
        assert "data:image/png;base64," in answer.content[0].text


@pytest.mark.slow
def test_tools_are_answered_past_a_proxy_that_does_not_know_this_machine(photo):
    pytest.importorskip("mcp", reason="needs pip install 'gradio[mcp]'")
    with serve_process("--mcp", http_proxy="http://127.0.0.1:9") as (address, _):
        pictures = [as_sent(photo), str(photo)]
        read, refused = run(_predicted(f"{address}/gradio_api/mcp/", pictures))
    assert not read.isError
    assert '"digit": 7' in read.content[0].text.replace("'", '"')
    assert refused.isError
    assert "data:image/png;base64," in refused.content[0].text


async def _predicted(address, pictures):
    async with _session(address) as session:
        (name,) = (t.name for t in (await session.list_tools()).tools if t.name.endswith("predict"))
        return [await session.call_tool(name, {"picture": picture}) for picture in pictures]


async def _tool_names(address):
    async with _session(address) as session:
        return {tool.name for tool in (await session.list_tools()).tools}


@contextlib.asynccontextmanager
async def _session(address):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(address) as (incoming, outgoing, *_),
        ClientSession(incoming, outgoing) as session,
    ):
        await session.initialize()
        yield session

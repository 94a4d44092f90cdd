"""Programs: the README's Python example runs as it stands, and the tools for language models."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys

import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from mnist_cnn import strokes, weights
from tests.looping import run
from tests.serving import ROOT, serve, serve_process

SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]


@pytest.fixture(scope="module")
def address():
    with serve() as address:
        yield address


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_example_in_the_readme_runs(address, tmp_path, readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    program = text.split("```python\n")[1].split("```")[0]
    assert program.count("http://127.0.0.1:7860") == 1
    program = program.replace("http://127.0.0.1:7860", address).replace("10_000", "500")
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
    assert "test_accuracy" in lines[-2]
    network = weights.load(lines[-1])
    assert network.count_params() == 93_322


@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no node or npm")
def test_the_javascript_example_in_the_readme_runs(address, tmp_path):
    program = _javascript("README.md")
    assert program == _javascript("README.zh-CN.md")
    assert program.count("http://127.0.0.1:7860") == 1
    program = program.replace("http://127.0.0.1:7860", address).replace("10_000", "500")
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


def _javascript(readme):
    return (ROOT / readme).read_text(encoding="utf-8").split("```js\n")[1].split("```")[0]


def test_a_choice_that_cannot_be_trained_is_refused_in_a_sentence(address):
    client = Client(address, verbose=False)
    with pytest.raises(AppError, match="Recipe must be"):
        client.predict(recipe="slow", api_name="/train")
    with pytest.raises(AppError, match="Digits must be"):
        client.predict(digits=5, api_name="/train")


def test_every_endpoint_is_a_tool_for_language_models():
    pytest.importorskip("mcp", reason="needs pip install 'gradio[mcp]'")
    with serve("--mcp") as address:
        schema = httpx.get(f"{address}/gradio_api/mcp/schema").json()
        tools = {tool["name"].removeprefix("mnist_cnn_"): tool for tool in schema}
        assert {name.rpartition("_")[2] for name in tools} == {"predict", "activations", "train"}
        described = {name: tool["description"] for name, tool in tools.items()}
        assert "photo of paper" in json.dumps(described)
        for name in tools:
            if not name.endswith("train"):
                assert (
                    "data: URI"
                    in tools[name]["inputSchema"]["properties"]["picture"]["description"]
                )
        assert run(_tool_names(f"{address}/gradio_api/mcp/")) == {tool["name"] for tool in schema}


def test_a_tool_reads_the_picture_it_is_sent(tmp_path):
    """One of more than 64 KiB, the bound of other calls; an address is not fetched.

    The proxy knows nothing of this machine: the server has to ask itself past it.
    """
    pytest.importorskip("mcp", reason="needs pip install 'gradio[mcp]'")
    paper = Image.fromarray(255 - strokes.render(SEVEN)).resize((1120, 1120))
    noise = np.random.default_rng(0).integers(-8, 8, (1120, 1120))
    photo = Image.fromarray((np.asarray(paper) + noise).clip(0, 255).astype(np.uint8))
    photo.save(tmp_path / "photo.png")
    sent = base64.b64encode((tmp_path / "photo.png").read_bytes()).decode()
    assert len(sent) > 500_000
    with serve_process("--mcp", http_proxy="http://127.0.0.1:9") as (address, _):
        here = f"data:image/png;base64,{sent}"
        pictures = [here, "http://127.0.0.1:9/photo.png", str(tmp_path / "photo.png")]
        read, *refused = run(_predicted(f"{address}/gradio_api/mcp/", pictures))
    assert not read.isError
    assert '"digit": 7' in read.content[0].text.replace("'", '"')
    for answer in refused:
        assert answer.isError
        assert "data:image/png;base64," in answer.content[0].text


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

"""Programs: the README's Python example runs as it stands, and the tools for language models."""

import json
import os
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
from tests.serving import ROOT, serve

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
        assert run(_tool_names(f"{address}/gradio_api/mcp/")) == {tool["name"] for tool in schema}


async def _tool_names(address):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(address) as (incoming, outgoing, *_),
        ClientSession(incoming, outgoing) as session,
    ):
        await session.initialize()
        return {tool.name for tool in (await session.list_tools()).tools}

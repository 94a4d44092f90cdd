"""Answers that programs call for and never fetch: bounded, dropped, and their work ended."""

import contextlib
import time

import gradio as gr
import httpx
import pytest

from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.programs.unread_answers import Unread
from tests.event_loop import run
from tests.waiting import until


@contextlib.contextmanager
def page(unread):
    """Serve a page with a quick function and an endless one; yield its client, and its queue."""
    ended = []

    async def quick(request: gr.Request | None = None) -> dict:
        unread.admit(request)
        return {"numbers": list(range(1000))}

    async def endless(request: gr.Request | None = None):
        unread.admit(request)
        try:
            while True:
                yield {"at": time.monotonic()}
        finally:
            ended.append(True)

    with gr.Blocks() as blocks:
        told = gr.JSON(visible=False)
        for function in (quick, endless):
            gr.Button(visible=False).click(function, [], told, api_name=function.__name__)
    _, address, _ = blocks.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    try:
        with httpx.Client(base_url=f"{address}gradio_api", timeout=30, trust_env=False) as client:
            yield client, blocks._queue, ended
    finally:
        blocks.close(verbose=False)


def call(client, name="quick"):
    return client.post(f"/call/{name}", json={"data": []}).json()["event_id"]


def fetch(client, event, name="quick"):
    return client.get(f"/call/{name}/{event}").text


def test_who_fetches_is_answered_and_nothing_is_left():
    with page(Unread(limit=2, sweep_seconds=0.1)) as (client, queue, _):
        for _ in range(6):
            assert "event: complete" in fetch(client, call(client))
        until(lambda: not queue.pending_messages_per_session)
        assert not queue.pending_event_ids_session


def test_who_fetches_nothing_is_refused_in_a_sentence_until_it_is_dropped():
    with page(Unread(limit=2, seconds=1, sweep_seconds=0.1)) as (client, queue, _):
        for _ in range(2):
            call(client)
        until(lambda: len(queue) == 0)
        assert "2 answers wait for your address. Fetch them" in fetch(client, call(client))
        until(lambda: not queue.pending_messages_per_session, patience=60)
        assert not queue.pending_event_ids_session
        assert "event: complete" in fetch(client, call(client))


def test_work_nobody_listens_to_ends():
    with page(Unread(seconds=0.5, sweep_seconds=0.1)) as (client, queue, ended):
        call(client, "endless")
        until(lambda: ended)
        until(lambda: not queue.pending_messages_per_session)


def test_sessions_that_gradio_itself_drops_are_forgotten(monkeypatch):
    kept = {"ann": True, "ben": True}
    monkeypatch.setattr(gradio_internals, "unread_sessions", lambda app: dict(kept))
    unread = Unread()
    unread._clients.update(dict.fromkeys(kept, "here"))
    run(unread._drop_old(None))
    del kept["ben"]
    run(unread._drop_old(None))
    assert [*unread._clients] == [*unread._unread_since] == ["ann"]


@pytest.mark.parametrize("request_of", [None, gr.Request()])
def test_a_call_from_within_is_not_counted(request_of):
    Unread(limit=0).admit(request_of)

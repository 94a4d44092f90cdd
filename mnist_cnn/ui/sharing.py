"""The public link, for people who are not on this network."""

from __future__ import annotations

import threading

import gradio as gr
from gradio import networking

TIMEOUT = 10  # seconds; behind a filtering firewall the tunnel would hang for ever


def public_link(demo: gr.Blocks) -> str:
    """Open Gradio's tunnel; return the line with the link, or why there is none, in ten seconds."""
    outcome: list[str] = []

    def connect() -> None:
        try:
            link = networking.setup_tunnel(
                demo.server_name, demo.server_port, demo.share_token, None, None
            )
            outcome.append(f"Public link {link}")
        except Exception as error:  # noqa: BLE001  whatever it is, the page is served locally
            outcome.append(f"No public link: {error or type(error).__name__}")

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    sentence = outcome[0] if outcome else f"No public link: no answer in {TIMEOUT} seconds"
    return " ".join(sentence.split())

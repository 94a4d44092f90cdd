"""The drawing route, but training in a thread of the server, as a Gradio event handler does.

    python -m tests.benchmarks.training_thread PORT

It says "idle" when it serves. Each line that comes in lets it train or stand still, in turn; it
says which.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

from tests.serving import ROOT, free_port

LONG = {"epochs": 200}  # of the lesson


@contextlib.contextmanager
def serve_thread() -> Iterator[tuple[str, Callable[[], None]]]:
    """Run this module; yield the address of its WebSocket, and what switches the training."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.training_thread", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "idle\n"

            def switch() -> None:
                print(file=process.stdin, flush=True)
                assert process.stdout.readline() in ("idle\n", "training\n")

            yield f"ws://127.0.0.1:{port}", switch
        finally:
            process.terminate()


def main(port: int) -> None:
    """Serve until the process is ended."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

    # isort: split
    import gradio as gr

    from mnist_cnn import training_data
    from mnist_cnn.options import Options
    from mnist_cnn.reading import Reader
    from mnist_cnn.training_run import TrainingRun
    from mnist_cnn.ui import live
    from mnist_cnn.ui.networks import Networks

    reader = Reader.load()
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.Markdown("Only the drawing route matters here.")
    demo.launch(
        server_port=port,
        app_kwargs={"routes": live.routes(Networks(reader))},
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    live.configure(demo.server)
    print("idle", flush=True)
    sys.stdin.readline()
    options = Options.parse(LONG)
    run = TrainingRun(options, training_data.load(options))
    going, steps = threading.Event(), run.events()
    next(steps)

    def train() -> None:
        for _ in steps:
            going.wait()

    threading.Thread(target=train, daemon=True).start()
    while True:
        going.set()
        print("training", flush=True)
        sys.stdin.readline()
        going.clear()
        print("idle", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(int(sys.argv[1]))

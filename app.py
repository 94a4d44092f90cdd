"""Draw a digit, watch the network think: ``python app.py``, then open the address it prints."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from pathlib import Path


def main() -> int:
    """Start the page and serve it until Ctrl+C; return the exit status."""
    options = parser().parse_args()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing leaves this machine
    taken = _why_not(options.host, options.port)
    if taken:
        print(taken, file=sys.stderr)
        return 1

    from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

    # isort: split
    from mnist_cnn import weights
    from mnist_cnn.classroom import Classroom, Rules
    from mnist_cnn.reading import Reader
    from mnist_cnn.runs import Runs
    from mnist_cnn.ui import classroom as class_routes
    from mnist_cnn.ui import live, page, sharing

    try:
        reader = Reader.load(options.weights or weights.DEFAULT)
    except weights.WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        card = weights.load_card(options.weights or weights.DEFAULT)
    except weights.WeightsError:
        card = None  # weights from elsewhere: they read all the same, and nothing is said of them
    runs = Runs(workers=options.train_workers)
    classroom = Classroom(rules=Rules(at_once=options.train_workers))
    class_routes.enforce(classroom, runs)
    demo = page.build(reader, card, training=True, teaching=True)
    demo.launch(
        server_name=options.host,
        server_port=options.port,
        theme=page.theme(),
        css_paths=[page.STYLE],
        app_kwargs={"routes": live.routes(reader, runs, classroom)},
        footer_links=["api"],
        ssr_mode=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    live.configure(demo.server)
    address = _address(options.host, options.port)
    print(f"Open {address}", flush=True)
    print(f"Teacher: {address}/?teacher={classroom.token}", flush=True)
    if options.share:
        print(sharing.public_link(demo), flush=True)
    print("Stop with Ctrl+C", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
    runs.close()
    demo.close(verbose=False)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the options."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--host", default="127.0.0.1", help="0.0.0.0 lets other machines in (default 127.0.0.1)"
    )
    options.add_argument("--port", type=int, default=7860, help="default 7860")
    options.add_argument("--share", action="store_true", help="make a public link")
    options.add_argument("--weights", type=Path, metavar="FILE.keras", help="other trained weights")
    options.add_argument(
        "--train-workers", type=int, default=1, metavar="N", help="trainings at once (default 1)"
    )
    return options


def _why_not(host: str, port: int) -> str | None:
    """Return why the address cannot be served, or None when it is free."""
    if not 1 <= port <= 65535:
        return f"--port must be a number from 1 to 65535, not {port}."
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # as the server does: a port just left is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except socket.gaierror:
        return f"--host {host} is not an address of this machine."
    except OSError as error:
        return (
            f"Port {port} on {host} cannot be used ({error.strerror}). Close the program that "
            f"uses it, or choose another port: python app.py --port {port + 1}"
        )
    return None


def _address(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


if __name__ == "__main__":
    sys.exit(main())

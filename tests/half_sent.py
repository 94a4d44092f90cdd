"""Thousands of connections with half a request each, from one address. Linux only."""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time

HALF = b"GET /health HTTP/1.1\r\nHost: x\r\nX-Half:"


class Flood:
    """A process that holds half-sent requests open, until its block ends."""

    def __init__(self, port: int, count: int, again: int):
        self._process = multiprocessing.Process(target=hold, args=(port, count, again), daemon=True)

    def __enter__(self) -> None:
        self._process.start()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def hold(port: int, count: int, again: int) -> None:
    """Keep ``count`` half-sent requests open, of which so many a second are opened anew."""
    import resource  # which Windows has not

    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
    selector, left, then = selectors.DefaultSelector(), float(count), time.monotonic()
    while True:
        while left >= 1:
            left -= 1
            begin(selector, port)
        for key, events in selector.select(0.02):
            if not alive(key.fileobj, events, selector):
                selector.unregister(key.fileobj)
                key.fileobj.close()
        now = time.monotonic()
        left = min(left + again * (now - then), count - len(selector.get_map()))
        then = now


def begin(selector: selectors.BaseSelector, port: int) -> None:
    """Begin to connect from 127.0.0.2."""
    one = socket.socket()
    one.setblocking(False)
    one.bind(("127.0.0.2", 0))
    one.connect_ex(("127.0.0.1", port))
    selector.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE)


def alive(one: socket.socket, events: int, selector: selectors.BaseSelector) -> bool:
    """Send half a request on what is connected now; return whether the server has not ended it."""
    try:
        if events & selectors.EVENT_WRITE:
            one.send(HALF)
            selector.modify(one, selectors.EVENT_READ)
        return not events & selectors.EVENT_READ or bool(one.recv(4096))
    except OSError:
        return False

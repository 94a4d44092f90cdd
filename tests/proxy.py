"""A TCP proxy on the loopback that can be slow, hang, or break like a bad line."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_PIECE = 2**20  # bytes: an answer that is ready is passed on in one piece
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, as a line that breaks


@dataclass
class Line:
    """The line between browser and server; its faults may change while it is in use."""

    target: tuple[str, int]
    delay: float = 0.0  # seconds until an answer is passed on
    _dead: set[socket.socket] = field(default_factory=set)
    _open: set[socket.socket] = field(default_factory=set)
    _silent: bool = False
    _cut: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fall_silent(self) -> None:
        """Swallow everything, like a machine that hangs; open connections stay silent for ever."""
        with self._lock:
            self._silent = True
            self._dead |= self._open

    def cut(self) -> None:
        """Break all connections, and new ones."""
        with self._lock:
            self._cut = True
            broken, self._open = self._open, set()
        for connection in broken:
            _break(connection)

    def mend(self) -> None:
        """Serve new connections again."""
        with self._lock:
            self._silent = self._cut = False

    def serve(self, browser: socket.socket) -> None:
        """Forward a connection in both directions until one side hangs up."""
        with self._lock:
            if self._cut:
                _break(browser)
                return
            server = socket.create_connection(self.target)
            self._open |= {browser, server}
            if self._silent:
                self._dead |= {browser, server}
        for source, sink, delay in ((browser, server, False), (server, browser, True)):
            threading.Thread(target=self._pass, args=(source, sink, delay), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, delayed: bool) -> None:
        with contextlib.suppress(OSError):  # the other thread, or cut(), has closed it
            while True:
                source.recv(1, socket.MSG_PEEK)  # waits until something comes
                time.sleep(self.delay if delayed else 0)
                piece = source.recv(MAX_PIECE)
                if not piece:
                    break
                if source not in self._dead:
                    sink.sendall(piece)
        for connection in (source, sink):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        with self._lock:
            self._open -= {source, sink}
            self._dead -= {source, sink}


def _break(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RD)  # wakes the thread that waits for it
    connection.close()


@contextlib.contextmanager
def proxy(address: str) -> Iterator[tuple[str, Line]]:
    """Put a line in front of the server at ``address``; yield the line's address, and the line."""
    host, port = address.removeprefix("http://").split(":")
    line = Line((host, int(port)))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):  # the listener is closed at the end
                while True:
                    line.serve(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", line
        line.cut()
        listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts

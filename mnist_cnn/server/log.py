"""What reaches the terminal: announcements as they are, and the log on standard error.

    2026-11-24 10:14:07 INFO training 3f9a51 begins: lesson, max, 60000 digits

An event is one line. Trainings, a teacher's decisions, who signs in and refused requests are always
logged; all requests, without their queries, with ``--verbose``. What libraries print, Gradio a
traceback for each call that fails, becomes a line too. Visitors have a say in all of these: so what
is no plain character is escaped, and each source has 50 short lines at once, or 5 tracebacks, and
then one a second, or in 12 seconds.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from mnist_cnn.server.http.fairness import OverloadError, Rate, Rates
from mnist_cnn.system import signals

OTHER_LOGGERS = ("uvicorn", "uvicorn.error", "asyncio")
LINES = Rate(50, 1)  # of one source
LONGEST = 6000  # characters of a line: the traceback of a call has 5,000
SHORT = 500  # characters that count as a line
GATHER_SECONDS = 0.2  # in which what a thread prints is one event, as a traceback is
TELL_SECONDS = 10.0  # until it is told how many lines were not shown
FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure(verbose: bool) -> Terminal:
    """Log everything of ``mnist_cnn`` to standard error; return what writes there."""
    top, terminal = logging.getLogger("mnist_cnn"), Terminal(_own(sys.stderr))
    top.handlers[:] = [terminal]
    top.setLevel(logging.DEBUG if verbose else logging.INFO)
    top.propagate = False
    return terminal


def adopt(terminal: Terminal) -> None:
    """Log whatever else has something to say in the same form; call it after the launch."""
    for name in OTHER_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [terminal]
        logger.propagate = False
    sys.stdout, sys.stderr = printed = Printed(sys.stdout, terminal), Printed(sys.stderr, terminal)
    for stream in printed:
        atexit.register(stream.hand_on)
        signals.on_exit.append(stream.hand_on)


def say(sentence: str) -> None:
    """Announce something on standard output as it is, at once."""
    stream = sys.stdout.original if isinstance(sys.stdout, Printed) else sys.stdout
    print(sentence, file=stream, flush=True)


class Terminal(logging.Handler):
    """Writes each record as a line, whatever a visitor has put into it, within ``LINES``."""

    def __init__(self, stream: TextIO):
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%d %H:%M:%S"))
        self._stream = stream
        self._rates = Rates(LINES)
        self._not_shown: Counter[str] = Counter()  # records by their source

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record, or count it; somebody who asks for ``--verbose`` gets everything."""
        source = f"{record.name}, {record.levelname}"
        try:
            line = _shortened(_escaped(_shortened(self.format(record))))
        except Exception:  # noqa: BLE001  as all handlers do: a wrong record breaks nothing else
            return self.handleError(record)
        if record.levelno <= logging.DEBUG or self._has_room(source, line):
            return self._write(line)
        if not self._not_shown:
            _later(TELL_SECONDS, self._count)
        self._not_shown[source] += 1

    def _count(self) -> None:
        """Say how many lines were not shown."""
        self.acquire()
        try:
            for source, count in self._not_shown.items():
                self._write(self.format(_warning(f"{count} more lines were not shown ({source})")))
            self._not_shown.clear()
        finally:
            self.release()

    def _has_room(self, source: str, line: str) -> bool:
        try:
            self._rates.spend(source, 1 + len(line) // SHORT)
        except OverloadError:
            return False
        return True

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone: who could be told?
            self._stream.write(line + "\n")
            self._stream.flush()


class Printed(io.TextIOBase):
    """Standard output, or error, as others find it: what they print becomes records."""

    def __init__(self, original: TextIO, terminal: Terminal):
        """Take the place of ``original``, which announcements still go to."""
        self.original, self._terminal = original, terminal
        self._texts: dict[int, str] = {}  # of threads
        self._lock = threading.RLock()  # collecting garbage may print, too

    def write(self, text: str) -> int:
        """Keep ``text`` until what its thread prints is whole."""
        thread = threading.get_ident()
        with self._lock:
            if not self._texts:
                _later(GATHER_SECONDS, self.hand_on)
            kept = self._texts.get(thread, "") + text
            if len(kept) > 4 * LONGEST:  # the middle will not be shown
                kept = kept[:LONGEST] + kept[-LONGEST:]
            self._texts[thread] = kept
        return len(text)

    def hand_on(self) -> None:
        """Log what has been printed."""
        with self._lock:
            texts, self._texts = self._texts, {}
        for text in texts.values():
            if text.strip():
                self._terminal.handle(_warning(text.rstrip()))

    def flush(self) -> None:
        """Do nothing: a part of an event is not shown before the others."""

    def fileno(self) -> int:
        """Return the descriptor, which child processes inherit."""
        return self.original.fileno()

    def writable(self) -> bool:
        """Return True."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Which characters can be announced."""
        return self.original.encoding


def _own(stream: TextIO) -> TextIO:
    """Return another stream to where ``stream`` goes.

    Its descriptor is taken away for the seconds of TensorFlow's import, see ``quiet_tensorflow``.
    """
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:  # it has none
        return stream
    return open(descriptor, "w", encoding=stream.encoding, errors="backslashreplace", buffering=1)


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    with contextlib.suppress(RuntimeError):  # the interpreter ends
        timer.start()


def _warning(text: str) -> logging.LogRecord:
    return logging.LogRecord("printed", logging.WARNING, "", 0, text, None, None)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} … (shortened) … {text[-half:]}"


def _escaped(text: str) -> str:
    """Return text without control characters, line ends, and what turns the direction of others."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)

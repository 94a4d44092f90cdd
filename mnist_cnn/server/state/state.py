"""What lives as long as the server and is shared by its routes: ``state_of(request)``."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from mnist_cnn.classroom.rules import Classroom
from mnist_cnn.classroom.survey import Survey
from mnist_cnn.lesson.survey import QUESTIONS
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.gate.endpoints import COMMANDS, NOT_TEACHER
from mnist_cnn.server.gate.sign_in import Answers
from mnist_cnn.server.http.addresses import Addresses
from mnist_cnn.server.http.fairness import Rate, Rates
from mnist_cnn.server.http.outgoing import Sending
from mnist_cnn.server.state.decoding import Decoding
from mnist_cnn.server.state.feed import Feed
from mnist_cnn.server.state.networks import Networks
from mnist_cnn.server.state.passwords import Passwords
from mnist_cnn.server.state.readings import Readings
from mnist_cnn.server.state.teachers import Teachers

# Digits from one address: a class of 60 puts one up each at once, and then one a second.
DIGITS_PUT_UP = Rate(60, 1)


@dataclass(frozen=True)
class State:
    """The state of one server, in ``app.state.server``."""

    addresses: Addresses
    classroom: Classroom
    runs: Runs
    networks: Networks
    readings: Readings
    decoding: Decoding
    sending: Sending
    feed: Feed
    survey: Survey = field(default_factory=lambda: Survey(QUESTIONS))
    teachers: Teachers = field(default_factory=Teachers)
    passwords: Passwords = field(default_factory=Passwords)
    answers: Answers = field(default_factory=Answers)
    not_teacher: Rates = field(default_factory=lambda: Rates(NOT_TEACHER))
    commands: Rates = field(default_factory=lambda: Rates(COMMANDS))
    digits_put_up: Rates = field(default_factory=lambda: Rates(DIGITS_PUT_UP))

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Give this state to the routes of ``app``, and close it when the server stops."""
        app.state.server = self
        try:
            yield
        finally:
            await run_in_threadpool(self.close)

    def close(self) -> None:
        """End all trainings and the process that decodes files."""
        self.runs.close()
        self.decoding.sandbox.close()


def state_of(connection: HTTPConnection) -> State:
    """Return the state of the server that a request or a WebSocket has come to."""
    state: State = connection.app.state.server
    return state

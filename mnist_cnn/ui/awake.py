"""All of the page that needs TensorFlow: imported while the page is already served."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from mnist_cnn.ui import one_thread  # noqa: F401  first, before TensorFlow is imported

# isort: split
import uvicorn
from starlette.routing import BaseRoute

from mnist_cnn import weights
from mnist_cnn.classroom import Classroom
from mnist_cnn.reading import Reader
from mnist_cnn.runs import Runs
from mnist_cnn.ui import live, telling, training, web
from mnist_cnn.ui.classroom import enforce
from mnist_cnn.ui.networks import Networks
from mnist_cnn.worker import Worker


@dataclass(frozen=True)
class Awake:
    """What there is when the network is awake."""

    reader: Reader
    runs: Runs
    routes: list[BaseRoute]
    configure: Callable[[uvicorn.Server], None]  # called once with Gradio's server
    closing: tuple[Callable[[], None], ...] = ()  # called when the server ends


def wake(
    path: str | os.PathLike,
    train_workers: int,
    classroom: Classroom,
    worker: Callable[..., Worker] = Worker,
) -> Awake:
    """Load the weights at ``path``, and let as many trainings as that run at the same time.

    The trainings keep to what the teacher of ``classroom`` rules; ``worker`` is what trains, by
    default a process for each.

    Raises:
        WeightsError: see ``weights.load``.
    """
    reader = Reader.load(path)
    runs = Runs(workers=train_workers, worker=worker)
    networks = Networks(reader, runs)
    enforce(classroom, runs)
    try:
        card = weights.load_card(path)
    except weights.WeightsError:
        card = None  # weights from elsewhere: they read all the same, and nothing is said of them
    about = {"choices": training.choices(), "shipped": telling.shipped(reader, card)}
    routes = [training.about(about, web.PREFIX), *live.routes(networks, classroom)]
    return Awake(reader, runs, routes, live.configure, closing=(runs.close, networks.close))

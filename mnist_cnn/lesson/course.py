"""What the chapters work with: the network they are about, and those they compare it with."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn import model, translation, variants
from mnist_cnn.activations import Activations, Tracer
from mnist_cnn.adversarial import FlipSearch
from mnist_cnn.arithmetic import Arithmetic
from mnist_cnn.comparison import multiplications
from mnist_cnn.lesson.figures import figures
from mnist_cnn.model import layer_table
from mnist_cnn.receptive_field import receptive_fields

KEPT = 8  # sweeps kept: a question asks for the one its picture has just shown


@dataclass(frozen=True)
class Read:
    """One drawing, and what the network made of it."""

    drawing: np.ndarray  # uint8 (height, width), as it was sent
    image: np.ndarray  # uint8 (28, 28)
    activations: Activations


class Course:
    """One network and all that the chapters compute about it; the rest is made when first asked."""

    def __init__(self, tracer: Tracer):
        """Take a network that ``suits``; raises ``WeightsError`` without the variants' cards."""
        self.tracer = tracer
        self.network = tracer.network
        self.arithmetic = Arithmetic(tracer.network)
        self.rows = layer_table(tracer.network)
        self.fields = receptive_fields(tracer.network)
        self.figures = figures(tracer.network)
        self._lock = threading.Lock()
        self._tracers: dict[str, Tracer] = {}
        self._sweeps: OrderedDict[tuple[str, bytes], translation.Sweep] = OrderedDict()

    def variant(self, name: str) -> Tracer:
        """Return a variant of ``mnist_cnn.variants``, or ``"untrained"``."""
        with self._lock:
            if name not in self._tracers:
                made = model.build(seed=1) if name == "untrained" else variants.load(name)
                self._tracers[name] = Tracer(made)
            return self._tracers[name]

    @functools.cached_property
    def products(self) -> dict[str, int]:
        """How many multiplications each layer does for one picture."""
        upto = {
            row.name: multiplications(
                keras.Model(self.network.inputs, self.network.get_layer(row.name).output)
            )
            for row in self.rows
        }
        parts = np.diff([0, *upto.values()])
        return dict(zip(upto, map(int, parts), strict=True))

    @functools.cached_property
    def flips(self) -> FlipSearch:
        """The search for pixels that flip the answer."""
        return FlipSearch(self.network)

    def sweep(self, name: str, image: np.ndarray) -> translation.Sweep:
        """Return the answers at all shifts: of ``"network"``, or of a variant."""
        key = (name, image.tobytes())
        if key not in self._sweeps:
            network = self.network if name == "network" else self.variant(name).network
            found = translation.sweep(network, image)
            with self._lock:
                self._sweeps[key] = found
                while len(self._sweeps) > KEPT:
                    self._sweeps.popitem(last=False)
            return found
        return self._sweeps[key]


def suits(tracer: Tracer) -> bool:
    """Decide whether the lesson can be about this network: it has the lesson's layers."""
    own, lesson = map(layer_table, (tracer.network, model.build()))
    return [(row.name, row.shape) for row in own] == [(row.name, row.shape) for row in lesson]

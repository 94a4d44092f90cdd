"""What a training tells about itself, in the order it happens: plain values, no TensorFlow.

``Starting`` (once for each thing loaded), ``Prepared``, then ``Step``, ``Validated`` and
``Snapshot`` in turn, ``Paused`` and ``Resumed`` between them, ``Evaluating``, and at the end one
of ``Finished``, ``Stopped`` and ``Failed``. The command line, the page and TensorBoard only
render them. Shares are 0 to 1, seconds leave out pauses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Starting:
    """Something is being loaded before the first step: it may take seconds."""

    what: str  # tensorflow, mnist, generated, pens, drawings


@dataclass(frozen=True)
class Prepared:
    """All is loaded. What is learned from, and by what it is watched and tested."""

    source: str  # the file of MNIST, or "generated digits"
    digits: int  # learned from in an epoch
    drawings: int  # by pen, learned from beside them in an epoch
    held_out: int  # digits that validation reads
    held_out_from: str  # training: digits left out of it; test: every tenth test digit
    tested_on: str  # "MNIST test" or "generated digits"
    parameters: int
    steps: int  # in the whole run
    epochs: int
    notes: tuple[str, ...]  # sentences about what could not be had and what is used instead


@dataclass(frozen=True)
class Step:
    """Gradient steps are done; at least four of these come in a second.

    ``loss`` and ``accuracy`` are means over the epoch so far, on training pictures.
    """

    step: int  # from 1
    steps: int  # in the whole run
    epoch: int  # from 1
    loss: float
    accuracy: float
    seconds: float  # since the start of the run, the time before an interruption included
    recent_loss: float = 0.0  # mean since the event before: the raw curve
    recent_accuracy: float = 0.0
    digits_per_second: float = 0.0  # over the last seconds
    seconds_left: float = 0.0  # at this speed
    ends_epoch: bool = False  # loss and accuracy are those of the whole epoch


@dataclass(frozen=True)
class Validated:
    """The network has read the digits held out."""

    step: int
    epoch: int
    loss: float  # cross-entropy, without label smoothing
    accuracy: float
    digits: int
    seconds: float  # since the start of the run


@dataclass(frozen=True)
class Snapshot:
    """The weights after a step; step 0 is the untrained network."""

    step: int
    epoch: int  # 0 before the first step
    seconds: float
    weights: list[np.ndarray]  # float32, as ``network.get_weights()``
    kept: bool  # for the timeline; the others only show what the network knows by now


@dataclass(frozen=True)
class Kept:
    """A snapshot lies in the run's timeline: ``Run.snapshot(index)``. Only ``runs`` tells this."""

    index: int  # from 0, the untrained network
    step: int
    epoch: int
    seconds: float


@dataclass(frozen=True)
class Paused:
    """No step is done until ``Resumed``."""

    step: int


@dataclass(frozen=True)
class Resumed:
    """Training goes on."""

    step: int


@dataclass(frozen=True)
class Evaluating:
    """Training is over, after its last step or because it was stopped; the test begins."""

    step: int
    stopped: bool  # before the last step


@dataclass(frozen=True)
class Examined:
    """Test digits, and what the network made of them."""

    indices: np.ndarray  # int32 (n,), their places in the test set
    images: np.ndarray  # uint8 (n, 28, 28), ink is 255
    labels: np.ndarray  # uint8 (n,)
    probabilities: np.ndarray  # float32 (n, 10)


@dataclass(frozen=True)
class Corrected:
    """What a person's own digits were read as before they were taught, and are now."""

    labels: np.ndarray  # uint8 (n,), what they are
    read_before: np.ndarray  # uint8 (n,)
    read: np.ndarray  # uint8 (n,)
    confusion_before: np.ndarray  # int (10, 10), of the test digits; ``Finished.confusion`` is now


@dataclass(frozen=True)
class Finished:
    """The network is trained, or stopped, and tested."""

    step: int
    stopped: bool  # before the last step
    accuracy: float  # on the test digits
    confusion: np.ndarray  # int (10, 10): how many of digit i were read as j
    worst: Examined  # misread digits, the surest mistake first
    examples: Examined  # some of every cell of ``confusion``, the surest first
    weights: list[np.ndarray]  # float32, the final ones
    seconds: float  # spent on training
    card: str  # JSON, see ``mnist_cnn.card``
    corrected: Corrected | None = None  # of a correction


@dataclass(frozen=True)
class Stopped:
    """The training was stopped and, as asked, not tested."""

    step: int
    weights: list[np.ndarray] | None  # float32, as far as it came; None before the first step


@dataclass(frozen=True)
class Failed:
    """The training ended with an error."""

    reason: (
        str  # memory, disk, system, killed, data, diverged, error: for a page in another language
    )
    sentence: str  # in English: what happened and what to do


Event = (
    Starting
    | Prepared
    | Step
    | Validated
    | Snapshot
    | Kept
    | Paused
    | Resumed
    | Evaluating
    | Finished
    | Stopped
    | Failed
)
LAST = (Finished, Stopped, Failed)

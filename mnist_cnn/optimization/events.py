"""The events of a training, as plain values without TensorFlow.

They come in this order: ``Starting`` (for each thing loaded), ``Prepared``; then ``Step``,
``Validated`` and ``Snapshot`` in turn, with ``Paused`` and ``Resumed`` between them; then
``Evaluating``, and finally ``Finished``, ``Stopped`` or ``Failed``. The command line, the page and
TensorBoard only display them. Shares are 0 to 1; seconds do not include pauses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Starting:
    """Something is being loaded before the first step, which may take seconds."""

    what: str  # tensorflow, mnist, generated, pens, drawings


@dataclass(frozen=True)
class LabelledPictures:
    """Test digits, and what they are."""

    images: np.ndarray  # uint8 (n, 28, 28), ink is 255
    labels: np.ndarray  # uint8 (n,)


@dataclass(frozen=True)
class Prepared:
    """Everything is loaded: what is learned from, validated with and tested on."""

    source: str  # the file of MNIST, or "generated digits"
    digits: int  # in an epoch, learned from
    drawings: int  # pen drawings in an epoch, learned from too
    held_out: int  # digits for validation
    held_out_from: str  # "training": digits not learned from; "test": every tenth test digit
    tested_on: str  # "MNIST test" or "generated digits"
    parameters: int
    steps: int  # in the whole run
    epochs: int
    notes: tuple[str, ...]  # sentences about data that was not available, and what is used instead
    sample: LabelledPictures | None = None  # a few test digits to watch while it learns


@dataclass(frozen=True)
class Step:
    """Gradient steps are done; there are at least four of these events in a second.

    ``loss`` and ``accuracy`` are means over the epoch so far, on training pictures.
    """

    step: int  # from 1
    steps: int  # in the whole run
    epoch: int  # from 1
    loss: float
    accuracy: float
    seconds: float  # since the start of the run, including time before an interruption
    recent_loss: float = 0.0  # mean since the previous event
    recent_accuracy: float = 0.0
    digits_per_second: float = 0.0  # over the last 3 seconds
    seconds_left: float = 0.0  # at this speed
    ends_epoch: bool = False  # then loss and accuracy are those of the whole epoch


@dataclass(frozen=True)
class Validated:
    """The network has read the held-out digits, for the first time before the first step."""

    step: int  # 0 before the first step
    epoch: int  # 0 then, too
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
    kept: bool  # for the timeline; others only show what the network knows at the moment


@dataclass(frozen=True)
class Kept:
    """A snapshot was added to the timeline: ``Run.snapshot(index)``. Only ``runs`` emits it."""

    index: int  # from 0, the untrained network
    step: int
    epoch: int
    seconds: float


@dataclass(frozen=True)
class Paused:
    """Training pauses until ``Resumed``."""

    step: int


@dataclass(frozen=True)
class Resumed:
    """Training continues."""

    step: int


@dataclass(frozen=True)
class Evaluating:
    """Training is over, after the last step or because it was stopped, and testing begins."""

    step: int
    stopped: bool  # before the last step


@dataclass(frozen=True)
class Examined:
    """Test digits, and how the network reads them."""

    indices: np.ndarray  # int32 (n,), in the test set
    images: np.ndarray  # uint8 (n, 28, 28), ink is 255
    labels: np.ndarray  # uint8 (n,)
    probabilities: np.ndarray  # float32 (n, 10)


@dataclass(frozen=True)
class Corrected:
    """How a person's own digits are read, before and after the correction, and its price."""

    labels: np.ndarray  # uint8 (n,), the correct digits
    read_before: np.ndarray  # uint8 (n,)
    read: np.ndarray  # uint8 (n,)
    confusion_before: np.ndarray  # int (10, 10), of the test digits; after: ``Finished.confusion``
    forgotten: Examined  # some test digits that were read right before, and are misread now


@dataclass(frozen=True)
class Finished:
    """The network is trained, or was stopped, and is tested."""

    step: int
    stopped: bool  # before the last step
    accuracy: float  # on the test digits
    confusion: np.ndarray  # int (10, 10): how many of digit i were read as j
    worst: Examined  # misread digits, the surest mistake first
    examples: Examined  # some for each cell of ``confusion``, the surest first
    weights: list[np.ndarray]  # float32, the final ones
    seconds: float  # of training
    card: str  # JSON, see ``mnist_cnn.network.card``
    corrected: Corrected | None = None  # if this was a correction


@dataclass(frozen=True)
class Stopped:
    """The training was stopped, and not tested because that was not wanted."""

    step: int
    weights: list[np.ndarray] | None  # float32; None before the first step


@dataclass(frozen=True)
class Failed:
    """The training ended with an error."""

    reason: str  # for translation: memory, disk, system, killed, hung, data, diverged, error
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
LAST_EVENTS = (Finished, Stopped, Failed)

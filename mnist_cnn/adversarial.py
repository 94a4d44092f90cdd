"""The smallest change of pixels that flips the answer, counted two ways.

Fewest pixels: the network's Jacobian says which pixels move one logit past another most, as in
Papernot and others, The Limitations of Deep Learning in Adversarial Settings (2016). The best of
them are tried, the best of those is kept, and so on until the answer flips. Then every pixel that
turns out not to be needed is put back. It is a greedy search: fewer may be possible.

Smallest norm: DeepFool (Moosavi-Dezfooli, Fawzi and Frossard, 2016): again and again to where the
nearest boundary would be if the network were linear, here inside the box of possible pixels; then
as far back towards the picture as the answer stays flipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.model import CLASSES
from mnist_cnn.preprocess import IMAGE_SIZE

RIVALS = 3  # digits the answer may flip to, the likeliest: more are hardly ever nearer
TRIED = 32  # changes of a pixel tried in each step
MOST_PIXELS = 60  # changed before the search gives up
MOST_STEPS = 40  # of DeepFool
OVERSHOOT = 0.02  # beyond the boundary, as in the paper
BACK = 64  # places on the way back to the picture

Search = Callable[[np.ndarray, int, "int | None"], "np.ndarray | None"]


@dataclass(frozen=True)
class Flip:
    """A changed picture that the network reads as another digit."""

    image: np.ndarray  # uint8 (28, 28)
    pixels: np.ndarray  # int (n, 2): row and column of each changed pixel
    before: np.ndarray  # float32 (10,), probabilities of the picture
    after: np.ndarray  # float32 (10,), of the changed one
    digit: int  # what the picture is read as
    other: int  # what the changed one is read as
    norm: float  # root of the sum of squares of the changes, pixels in 0..1
    largest: float  # change of a pixel, 0 to 1


class FlipSearch:
    """A network, ready to be flipped: its logits and their Jacobian, traced."""

    def __init__(self, network: keras.Model):
        """Trace ``network``.

        Raises:
            TypeError: its last layer is not a dense layer with softmax.
        """
        logits = logits_of(network)
        pictures = tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE), tf.float32)
        picture = tf.TensorSpec((IMAGE_SIZE, IMAGE_SIZE), tf.float32)

        @tf.function(input_signature=[pictures], autograph=False)
        def read(images: tf.Tensor) -> tf.Tensor:
            return logits(images[..., None])

        @tf.function(input_signature=[picture], autograph=False)
        def jacobian(image: tf.Tensor) -> tf.Tensor:
            copies = tf.tile(image[None, ..., None], (CLASSES, 1, 1, 1))
            with tf.GradientTape() as tape:
                tape.watch(copies)
                each = logits(copies)
                own = tf.reduce_sum(tf.linalg.diag_part(each))  # logit i of copy i
            return each[0], tape.gradient(own, copies)[..., 0]

        self._read, self._jacobian = read, jacobian
        self._jacobian(np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32))  # trace before it is needed
        self._logits(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.float32))

    def fewest_pixels(self, image: np.ndarray, target: int | None = None) -> Flip | None:
        """Return a picture that is read otherwise, with few pixels set to paper or full ink.

        Args:
            image: uint8 ``(28, 28)``, ink is 255.
            target: the digit it shall be read as; without it, any other.

        Returns:
            None when ``MOST_PIXELS`` changes did not flip the answer, as towards a far target.

        Raises:
            ValueError: the picture has another shape or type, or is read as the target already.
        """
        return self._flip(image, target, self._greedy)

    def smallest_norm(self, image: np.ndarray, target: int | None = None) -> Flip | None:
        """Return a picture that is read otherwise, changed a little everywhere.

        Arguments and errors as ``fewest_pixels``; None when ``MOST_STEPS`` did not flip the answer.
        """
        return self._flip(image, target, self._deepfool)

    def _flip(self, image: np.ndarray, target: int | None, search: Search) -> Flip | None:
        if image.shape != (IMAGE_SIZE, IMAGE_SIZE) or image.dtype != np.uint8:
            raise ValueError(f"Expected uint8 (28, 28), got {image.dtype} {image.shape}.")
        before = self._logits(_pixels(image)[None])[0]
        digit = int(before.argmax())
        if target is not None and (target == digit or not 0 <= target < CLASSES):
            raise ValueError(f"The answer is {digit}; name another digit to flip to, not {target}.")
        changed = search(_pixels(image), digit, target)
        if changed is None:
            return None
        flipped = np.round(changed * 255).astype(np.uint8)
        after = self._logits(_pixels(flipped)[None])[0]
        difference = _pixels(flipped) - _pixels(image)
        return Flip(
            image=flipped,
            pixels=np.argwhere(difference),
            before=_softmax(before),
            after=_softmax(after),
            digit=digit,
            other=int(after.argmax()),
            norm=float(np.sqrt((difference.astype(float) ** 2).sum())),
            largest=float(np.abs(difference).max()),
        )

    def _greedy(self, start: np.ndarray, digit: int, target: int | None) -> np.ndarray | None:
        """Return the pixels with few of them changed, float32 ``(28, 28)``, or None."""
        pixels, untouched = start.copy(), np.ones(start.shape, bool)
        for _ in range(MOST_PIXELS):
            pictures, places = self._tries(pixels, untouched, digit, target)
            margins = _margins(self._logits(pictures), digit, target)
            best = int(margins.argmax())
            pixels = pictures[best]
            untouched.ravel()[places[best]] = False
            if margins[best] > 0:
                return self._without_needless(pixels, start, digit, target)
        return None

    def _tries(
        self, pixels: np.ndarray, untouched: np.ndarray, digit: int, target: int | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return pictures ``(n, 28, 28)`` with one more pixel changed, and which one that is."""
        scores, gradients = (part.numpy() for part in self._jacobian(pixels))
        gaps, slopes = (part[:RIVALS] for part in _race(scores, gradients, digit, target))
        room = np.where(slopes > 0, 1 - pixels, -pixels)  # to full ink, or to paper
        promises = np.where(untouched, slopes * room, -np.inf)
        promises -= gaps[:, None, None]
        best = np.argsort(-promises, axis=None, kind="stable")[:TRIED]
        rivals, places = np.divmod(best, pixels.size)
        pictures = np.repeat(pixels[None], len(best), axis=0)
        flat = pictures.reshape(len(best), -1)
        flat[np.arange(len(best)), places] += room.reshape(len(gaps), -1)[rivals, places]
        return pictures, places

    def _without_needless(
        self, pixels: np.ndarray, start: np.ndarray, digit: int, target: int | None
    ) -> np.ndarray:
        """Put pixels back as long as the answer stays flipped, the least needed first."""
        while True:
            places = np.argwhere(pixels != start)
            pictures = np.repeat(pixels[None], len(places), axis=0)
            for picture, place in zip(pictures, places, strict=True):
                picture[tuple(place)] = start[tuple(place)]
            margins = _margins(self._logits(pictures), digit, target)
            if margins.max() <= 0:
                return pixels
            pixels = pictures[int(margins.argmax())]

    def _deepfool(self, start: np.ndarray, digit: int, target: int | None) -> np.ndarray | None:
        """Return the pixels with little changed, float32 ``(28, 28)``, or None."""
        pixels = start.copy()
        for _ in range(MOST_STEPS):
            scores, gradients = (part.numpy() for part in self._jacobian(pixels))
            gaps, slopes = _race(scores, gradients, digit, target)
            free = np.where(slopes > 0, pixels < 1, pixels > 0)  # the rest is at its end
            slopes = np.where(free, slopes, 0)
            steepness = np.maximum((slopes**2).sum(axis=(1, 2)), 1e-12)
            nearest = int((np.maximum(gaps, 0) / np.sqrt(steepness)).argmin())
            length = (max(gaps[nearest], 0) + 1e-3) / steepness[nearest]
            pixels = np.clip(pixels + (1 + OVERSHOOT) * length * slopes[nearest], 0, 1)
            pictures = _back_to(start, pixels)
            margins = _margins(self._logits(pictures), digit, target)
            if margins.max() > 0:
                return pictures[int(np.flatnonzero(margins > 0)[0])]
        return None

    def _logits(self, pictures: np.ndarray) -> np.ndarray:
        return self._read(tf.constant(pictures, tf.float32)).numpy()


def _back_to(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return pictures on the way from ``start`` to ``end``, in whole grey levels of 255."""
    shares = np.linspace(0, 1, BACK + 1, dtype=np.float32)[1:, None, None]
    levels = np.round((start + shares * (end - start)) * 255)
    return (levels / 255).astype(np.float32)


def _race(
    scores: np.ndarray, gradients: np.ndarray, digit: int, target: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gaps ``(n,)`` to close, any of them, and how pixels close them ``(n, 28, 28)``.

    Without a target they are those of the other digits to the answer, the likeliest first. A
    target has to pass all others together, by their softmax: past one alone, the next leads.
    """
    if target is None:
        order = np.argsort(-scores, kind="stable")
        others = order[order != digit]
        return scores[digit] - scores[others], gradients[others] - gradients[digit]
    rest = np.delete(np.arange(len(scores)), target)
    top = scores[rest].max()
    together = top + np.log(np.exp(scores[rest] - top).sum())
    slope = gradients[target] - np.tensordot(_softmax(scores[rest]), gradients[rest], 1)
    return np.array([together - scores[target]]), slope[None]


def _margins(scores: np.ndarray, digit: int, target: int | None) -> np.ndarray:
    """Return how far logits ``(n, 10)`` are beyond the flip; above 0 it has happened."""
    wanted = digit if target is None else target
    others = np.delete(scores, wanted, axis=1).max(axis=1)
    return others - scores[:, digit] if target is None else scores[:, target] - others


def _pixels(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def logits_of(network: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function: pictures ``(n, 28, 28, 1)`` → logits ``(n, classes)``."""
    last = network.layers[-1]
    dense = isinstance(last, keras.layers.Dense)
    if not dense or last.activation is not keras.activations.softmax:
        raise TypeError(f"The last layer has to be Dense with softmax, not {last.name}.")
    body = keras.Model(network.input, last.input)
    return lambda pictures: tf.matmul(body(pictures, training=False), last.kernel) + last.bias

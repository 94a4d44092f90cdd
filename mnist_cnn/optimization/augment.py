"""Data augmentation inside the traced training step: vary pictures as different hands would.

Rotation, scale, shear, shift, elastic wobble and stroke width. Elastic distortion follows Simard,
Steinkraus and Platt, Best Practices for Convolutional Neural Networks Applied to Visual Document
Analysis (2003), with a smooth spline through a few control points instead of blurred noise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.optimization.recipes import Variation

MAX_SPECKS = 0.3  # of a picture's pixels
GRID = 5  # control points of the elastic wobble along each side


def _spline(count: int = GRID, size: int = IMAGE_SIZE) -> np.ndarray:
    """Return cubic B-spline weights ``(size, count + 2)``, to interpolate control points."""
    at = np.linspace(0, count - 1, size)
    left = np.minimum(at.astype(int), count - 2)
    t = at - left
    weights = np.zeros((size, count + 2))
    rows = np.arange(size)
    for offset, share in enumerate(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    ):
        weights[rows, left + offset] = share / 6
    return weights.astype(np.float32)


def vary_pictures(
    images: tf.Tensor, seed: tf.Tensor, variation: Variation, strength: tf.Tensor | float = 1.0
) -> tf.Tensor:
    """Return the pictures, each varied differently; for use inside a traced function.

    Args:
        images: float32 ``(n, 28, 28, 1)``, 0 to 1, ink is 1.
        seed: int32 ``(2,)``: the same seed gives the same pictures.
        variation: how much.
        strength: 0 to 1, multiplies ``variation``.
    """
    count = tf.shape(images)[0]
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 5))
    x, y = _sources(count, seeds[0], seeds[1], variation, strength)
    width = tf.random.stateless_normal((count, 1, 1), seeds[2]) * variation.width * strength
    softness = tf.random.stateless_uniform((count, 1, 1), seeds[3], *variation.softness)
    missing = _specks(count, seeds[4], variation.gaps * strength)
    varied = _repaint(images[..., 0], x, y, width, missing, softness)
    return varied[..., None]


def _specks(count: tf.Tensor, seed: tf.Tensor, gaps: tf.Tensor) -> tf.Tensor:
    """Return the share of each pixel to erase, float32 ``(n, 28, 28)``: 0 in most pictures."""
    chance = tf.random.stateless_uniform((count, 1, 1), seed)
    density = tf.where(chance < gaps, MAX_SPECKS * chance / tf.maximum(gaps, 1e-6), 0.0)
    noise = tf.random.stateless_uniform((count, IMAGE_SIZE, IMAGE_SIZE), seed + 1)
    return tf.where(noise < density, 0.8, 0.0)


def _sources(
    count: tf.Tensor,
    seed_affine: tf.Tensor,
    seed_wobble: tf.Tensor,
    variation: Variation,
    strength: tf.Tensor | float,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the source of each pixel in the original: x and y, each float32 ``(n, 28, 28)``."""
    strength = strength * tf.random.stateless_uniform((count, 1, 1), seed_affine)
    r = tf.random.stateless_normal((6, count, 1, 1), seed_affine)
    r = tf.unstack(strength * tf.clip_by_value(r, -2.0, 2.0))
    angle = r[0] * (variation.rotation * np.pi / 180)
    scale_x, scale_y = tf.exp(r[1] * variation.scale), tf.exp(r[2] * variation.scale)
    shear = r[3] * variation.shear
    centre = (IMAGE_SIZE - 1) / 2
    y, x = np.meshgrid(*2 * [np.arange(IMAGE_SIZE, dtype=np.float32) - centre], indexing="ij")
    x = (x + shear * y) * scale_x
    y = y * scale_y
    cosine, sine = tf.cos(angle), tf.sin(angle)
    x, y = cosine * x - sine * y, sine * x + cosine * y
    spline = tf.constant(_spline())
    controls = tf.random.stateless_normal((2, count, GRID + 2, GRID + 2), seed_wobble)
    wobble = tf.einsum("ai,knij,bj->knab", spline, controls, spline)
    wobble *= strength * variation.wobble
    return (
        x + centre + r[4] * variation.shift + wobble[0],
        y + centre + r[5] * variation.shift + wobble[1],
    )


@tf.function(jit_compile=True)  # fused by XLA: five times as fast
def _repaint(
    images: tf.Tensor,
    x: tf.Tensor,
    y: tf.Tensor,
    width: tf.Tensor,
    missing: tf.Tensor,
    softness: tf.Tensor,
) -> tf.Tensor:
    """Resample ``(n, 28, 28)`` at ``x``, ``y``; vary stroke width; erase specks; soften."""
    images = _resample(images, x, y)
    thick = _extreme(images, tf.maximum)
    thicker = _extreme(thick, tf.maximum)
    thin = _extreme(images, tf.minimum)
    images += tf.minimum(tf.nn.relu(width), 1.0) * (thick - images)
    images += tf.clip_by_value(width - 1.0, 0.0, 1.0) * (thicker - thick)
    images += tf.clip_by_value(-width, 0.0, 0.6) * (thin - images)
    images *= 1.0 - missing
    images += softness * (_mean(images) - images)
    brightest = tf.reduce_max(images, axis=(1, 2), keepdims=True)
    images /= tf.maximum(brightest, 0.5)  # thin strokes are as dark as thick ones
    return tf.clip_by_value(images, 0.0, 1.0)


def _resample(images: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Interpolate ``images`` bilinearly at ``x``, ``y``; outside is paper."""
    side = IMAGE_SIZE + 2
    padded = tf.pad(images, ((0, 0), (1, 2), (1, 2)))  # one extra for neighbours
    corners = tf.stack(
        [padded[:, r : r + side, c : c + side] for r in (0, 1) for c in (0, 1)], axis=-1
    )
    corners = tf.reshape(corners, (-1, side * side, 4))
    x = tf.clip_by_value(x + 1, 0.0, side - 1.001)
    y = tf.clip_by_value(y + 1, 0.0, side - 1.001)
    left, top = tf.floor(x), tf.floor(y)
    index = tf.cast(top * side + left, tf.int32)
    four = tf.gather(corners, tf.reshape(index, (-1, IMAGE_SIZE**2)), batch_dims=1)
    four = tf.reshape(four, (-1, IMAGE_SIZE, IMAGE_SIZE, 4))
    dx, dy = x - left, y - top
    upper = four[..., 0] + dx * (four[..., 1] - four[..., 0])
    lower = four[..., 2] + dx * (four[..., 3] - four[..., 2])
    return upper + dy * (lower - upper)


def _extreme(images: tf.Tensor, of: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]) -> tf.Tensor:
    """Return the maximum or minimum of each pixel and its four neighbours."""
    padded = tf.pad(images, ((0, 0), (1, 1), (1, 1)))
    across = of(padded[:, 1:-1, :-2], padded[:, 1:-1, 2:])
    down = of(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1])
    return of(images, of(across, down))


def _mean(images: tf.Tensor) -> tf.Tensor:
    """Return the mean of each 3×3 neighbourhood."""
    padded = tf.pad(images, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9

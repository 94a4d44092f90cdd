"""Calibration: make the network as sure as it is right, without changing any answer.

Temperature scaling (Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks,
2017) divides the logits by one number. Here the last layer's weights are divided instead, so the
network's architecture does not change.
"""

from __future__ import annotations

import keras
import numpy as np

BINS = 15  # of confidence, as in the paper
TEMPERATURES = np.geomspace(0.2, 5.0, 400)


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature that makes the labels most likely.

    Args:
        probabilities: float ``(n, 10)``, softmax for pictures the network has not seen.
        labels: integers ``(n,)``.
    """
    logits = np.log(np.maximum(probabilities, 1e-12))
    rows = np.arange(len(labels))

    def loss(t: float) -> float:
        scaled = logits / t
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]))

    return float(min(TEMPERATURES, key=loss))


def divide_logits(network: keras.Model, temperature: float) -> None:
    """Divide the weights of the last layer, and so the logits, by ``temperature``, in place."""
    last = network.layers[-1]
    last.set_weights([weight / temperature for weight in last.get_weights()])


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean gap between confidence and accuracy over bins of confidence, 0 to 1.

    (Naeini, Cooper and Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian
    Binning, 2015.)

    Args:
        probabilities: float ``(n, 10)``.
        labels: integers ``(n,)``.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=right.astype(float) - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))

"""The way from no ink to all of it, on which evidence is gathered: each step in its middle."""

import keras
import numpy as np
import pytest

from mnist_cnn.attribution import Attribution

EARLY, LATE = (5, 5), (20, 20)  # pixels further apart than shares are spread


def network(threshold):
    """Two pixels speak for digit 0, one of them only when it is darker than ``threshold``."""
    image = keras.Input((28, 28, 1))
    hidden = keras.layers.Dense(2, "relu")(keras.layers.Flatten()(image))
    built = keras.Model(image, keras.layers.Dense(10, "softmax")(hidden))
    kernel, votes = np.zeros((784, 2)), np.zeros((2, 10))
    kernel[np.ravel_multi_index(EARLY, (28, 28)), 0] = 1
    kernel[np.ravel_multi_index(LATE, (28, 28)), 1] = 1
    votes[:, 0] = 1
    built.set_weights([kernel, np.array([0, -threshold]), votes, np.zeros(10)])
    return built


@pytest.mark.parametrize(
    ("steps", "threshold", "share"),  # in how many of the steps the late pixel is dark enough
    [(1, 0.4, 1), (1, 0.6, 0), (2, 0.7, 1 / 2), (4, 0.3, 3 / 4), (4, 0.9, 0)],
)
def test_a_step_is_taken_in_its_middle(steps, threshold, share):
    image = np.zeros((28, 28), np.uint8)
    image[EARLY] = image[LATE] = 255
    evidence = Attribution(network(threshold), steps)(image, against=1)
    early, late = evidence.pixels[EARLY], evidence.pixels[LATE]
    assert late / early == pytest.approx(share, abs=1e-4)
    assert early + late == pytest.approx(2 - threshold, abs=1e-4)

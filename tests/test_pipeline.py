"""Of the test digits of a run, those are shown that tell most."""

import numpy as np

from mnist_cnn.training import pipeline


def surely(digit, share):
    """Probabilities that give a digit so large a share, and all others the same."""
    answer = np.full(10, (1 - share) / 9)
    answer[digit] = share
    return answer


def test_the_surest_mistakes_come_first():
    labels = np.array([3, 3, 8, 5, 1], np.uint8)
    shares = [(3, 0.9), (5, 0.6), (9, 0.9), (5, 0.4), (7, 0.3)]  # right, 3 mistakes, one right
    answers = np.array([surely(*share) for share in shares])
    assert pipeline.worst(answers, labels).tolist() == [2, 1, 4]


def test_no_more_mistakes_are_shown_than_anybody_looks_at():
    shares = np.linspace(0.2, 0.9, 2 * pipeline.MAX_WORST)
    answers = np.array([surely(1, share) for share in shares])
    found = pipeline.worst(answers, np.zeros(len(shares), np.uint8))
    assert found.tolist() == list(range(len(shares) - 1, pipeline.MAX_WORST - 1, -1))


def test_every_cell_of_the_confusion_matrix_has_its_surest_examples():
    count = pipeline.EXAMPLES_PER_CELL + 10
    labels = np.array(count * [4] + [4, 9], np.uint8)
    shares = [*np.linspace(0.2, 0.9, count), 0.7, 0.8]
    answers = np.array([surely(4, share) for share in shares[:-2]] + [surely(9, 0.7)] * 2)
    found = pipeline.examples(answers, labels).tolist()
    most = list(range(count - 1, count - 1 - pipeline.EXAMPLES_PER_CELL, -1))
    assert found == [*most, count, count + 1]

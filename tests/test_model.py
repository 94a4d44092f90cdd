"""The architecture is exactly the one the lesson teaches."""

from mnist_cnn import model

EXPECTED = [
    ("conv1", (26, 26, 32), 320),
    ("pool1", (13, 13, 32), 0),
    ("conv2", (11, 11, 64), 18_496),
    ("pool2", (5, 5, 64), 0),
    ("conv3", (3, 3, 64), 36_928),
    ("flatten", (576,), 0),
    ("dense1", (64,), 36_928),
    ("softmax", (10,), 650),
]


def test_layer_table_matches_the_lesson():
    rows = model.layer_table(model.build())
    assert [(row.name, row.shape, row.parameters) for row in rows] == EXPECTED


def test_parameter_totals():
    network = model.build()
    base = sum(network.get_layer(name).count_params() for name in ("conv1", "conv2", "conv3"))
    assert network.count_params() == 93_322
    assert base == 55_744

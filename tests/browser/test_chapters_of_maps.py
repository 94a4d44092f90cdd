"""The chapters about layers and maps, worked out a second time with TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.lesson import lesson_file, variants
from mnist_cnn.network import model
from tests.browser.experiments import Experiments, output
from tests.browser.modules import odd_network

OTHERS = ("dense", "max", "none")


@pytest.fixture(scope="module")
def others():
    """The networks that the shipped one is compared with, by name."""
    return {name: variants.load(name) for name in OTHERS}


@pytest.fixture(scope="module")
def facts():
    return lesson_file.facts()


@pytest.fixture(scope="module")
def lesson(modules, reader, others, facts):
    """The lesson about the shipped network."""
    return Experiments(modules, reader.tracer.network, others, facts)


@pytest.fixture
def network(reader):
    return reader.tracer.network


def reach_of(network, layer):
    """Rows of pixels that one number of a layer depends on: where its gradient is not 0."""
    bare = keras.models.clone_model(network)
    bare.set_weights([np.ones_like(array) for array in network.get_weights()])
    part = keras.Model(bare.inputs, bare.get_layer(layer).output)
    if layer == "softmax":  # all ten alike have no gradient: what the logits read
        part = keras.Model(bare.inputs, bare.get_layer(layer).input)
    # Max pooling passes one gradient of four: in other pictures, the others.
    images = tf.random.stateless_uniform((30, 28, 28, 1), (1, 8))
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(tf.reshape(part(images), [30, -1])[:, 0])
    gradients = tape.gradient(value, images).numpy()[..., 0]
    rows = np.flatnonzero((gradients != 0).any(axis=(0, 2)))
    return rows[-1] - rows[0] + 1


def products_of(layer):
    """Multiplications by the kernel of a layer of Keras: all of it at every place."""
    weights = layer.get_weights()
    return weights[0].size * np.prod(layer.output.shape[1:-1], dtype=int) if weights else 0


def assert_answer(lesson, chapter, drawing, answer, tolerance=0.0, **state):
    """The answer, and what is off by no more than ``tolerance``, is right; more is not."""
    for off in (0, tolerance, -tolerance):
        assert lesson.ask(chapter, drawing, str(answer + off), **state)["right"], answer + off
    for off in (tolerance + 0.01, -tolerance - 0.01, 1):
        assert not lesson.ask(chapter, drawing, str(answer + off), **state)["right"], answer + off


def assert_row(row, network, image):
    """A row of the layer table says of its layer what Keras says."""
    layer = network.get_layer(row["name"])
    numbers = output(network, row["name"], image)
    arrays = layer.get_weights()
    assert row["parameters"] == layer.count_params()
    assert numbers[tuple(row["cell"])] == pytest.approx(numbers.max(), rel=1e-5)
    assert row["shape"] == list(numbers.shape)
    assert row["products"] == products_of(layer)
    shape = "×".join(map(str, arrays[0].shape)) if arrays else ""
    assert row["arithmetic"] == (f"{shape} + {arrays[1].size}" if arrays else "")
    shown = numbers[..., row["cell"][-1]] if numbers.ndim == 3 else numbers[None]
    most = max(numbers.max(), 1e-9)
    assert np.allclose(np.array(row["picture"]) / 255, np.maximum(shown, 0) / most, atol=0.01)


def test_the_table_counts_what_keras_counts(lesson, network, drawing, image):
    rows = lesson.draw("network", "layers", drawing)
    assert [row["name"] for row in rows] == [layer.name for layer in network.layers[1:]]
    for row in rows:
        assert_row(row, network, image)
        assert row["field"] == reach_of(network, row["name"])
    wider = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 5)])
    assert_answer(lesson, "network", drawing, wider.count_params())
    assert lesson.ask("network", drawing)["working"] == "5×5×1×32 + 32 = 832"


def test_the_table_of_odd_windows(modules, drawing, image):
    network = odd_network("relu")
    rows = Experiments(modules, network).draw("network", "layers", drawing)
    for row in rows:
        assert_row(row, network, image)
    # Each window w of stride s: field + (w − 1) × step, step × s.
    assert [row["field"] for row in rows[:4]] == [5, 5 + 2 * 2, 9 + 2 * 2, 13 + 1 * 6]


@pytest.mark.parametrize("layer", ["conv1", "conv2", "conv3"])
def test_the_strongest_channel_is_the_network_s(lesson, network, drawing, image, layer):
    numbers = output(network, layer, image)
    found = lesson.draw("filters", "channels", drawing, layer=layer)
    assert found["layer"] == layer
    maxima = [channel["maximum"] for channel in found["channels"]]
    assert np.allclose(maxima, numbers.max(axis=(0, 1)), atol=1e-5)
    kernels = network.get_layer(layer).kernel.numpy()
    side, stride = {"conv1": (3, 1), "conv2": (8, 2), "conv3": (18, 4)}[layer]
    for i, channel in enumerate(found["channels"]):
        row, column, own = channel["cell"]
        assert own == i
        assert numbers[row, column, i] == pytest.approx(channel["maximum"], abs=1e-5)
        levels = np.array(channel["map"]) / 255
        assert np.allclose(levels, numbers[..., i] / numbers.max(), atol=0.01)
        top, left = stride * row, stride * column
        assert np.array_equal(channel["patch"], image[top : top + side, left : left + side])
        assert (channel["kernel"] is None) == (layer != "conv1")
        if layer == "conv1":
            assert np.array_equal(channel["kernel"], kernels[:, :, 0, i])
    order = np.argsort(-numbers.max(axis=(0, 1)), kind="stable")
    assert_answer(lesson, "filters", drawing, int(order[0]), layer=layer)
    asked = lesson.ask("filters", drawing, layer=layer)
    assert asked["values"] == {"layer": f"`{layer}`"}
    assert [part.split("]")[0] for part in asked["working"].split(" > ")] == [
        f"[{channel}" for channel in order[:3]
    ]


def test_most_of_the_work_is_done_where_keras_says(lesson, network, drawing):
    work = {layer.name: products_of(layer) for layer in network.layers}
    asked = ["conv1", "conv2", "dense1"]
    most = max(asked, key=work.get)
    share = f"{100 * work[most] / sum(work.values()):.0f}%"
    predicted = lesson.predict("network", "parameters", drawing)
    assert predicted["right"] == asked.index(most)
    assert predicted["values"] == {"layer": f"`{most}`", "count": f"{work[most]:,}", "share": share}
    forgotten = lesson.ask("network", drawing, "800")  # 832 with their biases
    assert (forgotten["right"], forgotten["mistake"]) == (False, "bias")


def test_filters_answer_that_say_more_to_ink_than_to_paper(lesson, network, drawing, image):
    here, paper = (output(network, "conv1", one) for one in (image, np.zeros_like(image)))
    count = int((here.max(axis=(0, 1)) > paper.max(axis=(0, 1))).sum())
    predicted = lesson.predict("filters", "kernels", drawing)
    assert predicted == {
        "right": int(count >= 10) + int(count > 20),
        "values": {"count": str(count)},
    }


def test_a_number_of_conv2_adds_up_all_channels_of_conv1(lesson, network, drawing, image):
    found = lesson.draw("filters", "depth", drawing)
    maps = output(network, "conv2", image)
    row, column, channel = found["cell"]
    assert maps[row, column, channel] == pytest.approx(maps.max(), rel=1e-5)
    before = output(network, "pool1", image)[row : row + 3, column : column + 3]
    kernel, bias = network.get_layer("conv2").get_weights()
    sums = (before * kernel[..., channel]).sum(axis=(0, 1))
    assert sorted(found["channels"]) == list(range(32))
    np.testing.assert_allclose(found["sums"], sums[found["channels"]], atol=1e-5)
    np.testing.assert_allclose(found["patches"][0], before[..., found["channels"][0]], atol=1e-6)
    assert found["total"] == pytest.approx(sums.sum() + bias[channel], abs=1e-4)
    assert found["value"] == pytest.approx(maps.max(), rel=1e-4)


def rolled(image, dx, dy):
    """The picture moved, by padding and cutting."""
    padded = np.pad(image, 28)
    return padded[28 - dy : 56 - dy, 28 - dx : 56 - dx]


def followed(map, down, right):
    """The map moved by whole cells, what moves in is 0."""
    rows, columns = map.shape
    padded = np.pad(map, max(rows, columns))
    top, left = max(rows, columns) - down, max(rows, columns) - right
    return padded[top : top + rows, left : left + columns]


def agreement(a, b):
    return 1 - np.abs(a - b).sum() / (np.abs(a) + np.abs(b)).sum()


def read(network, pictures):
    return network(tf.constant(np.stack(pictures)[..., None] / 255.0, tf.float32)).numpy()


def test_how_far_the_answer_holds_to_the_right(lesson, network, drawing, image):
    digits = read(network, [rolled(image, dx, 0) for dx in range(11)]).argmax(axis=1)
    same = digits == digits[0]
    far = 10 if same.all() else int(same.argmin()) - 1
    assert_answer(lesson, "translation", drawing, far)
    asked = lesson.ask("translation", drawing)
    told = [f"+{dx}: {digit}" for dx, digit in enumerate(digits[: far + 2])]
    assert asked["working"] == " · ".join(told)
    assert asked["values"] == {"reach": "10"}


@pytest.mark.parametrize("odd", [False, True])
def test_where_and_why_the_answer_breaks(modules, lesson, network, others, drawing, image, odd):
    """The nearest shift with another answer, and how much of the layers moved along there."""
    if odd:
        network = odd_network("relu")
        brought = Experiments(modules, network, {"dense": others["dense"]})
        found = brought.draw("translation", "everywhere", drawing)
    else:
        found = lesson.draw("translation", "everywhere", drawing)
    assert list(found) == ["network", "dense"]
    reach = range(-10, 11)
    pictures = np.stack([rolled(image, dx, dy) for dy in reach for dx in reach])
    ink = pictures.sum(axis=(1, 2)).reshape(21, 21) / image.sum()
    for name, one in found.items():
        reading = network if name == "network" else others["dense"]
        shares = read(reading, pictures)
        digits = shares.argmax(axis=1).reshape(21, 21)
        assert np.array_equal(one["digits"], digits)
        held = digits == digits[10, 10]
        sure = shares.max(axis=1).reshape(21, 21)
        assert np.allclose(one["sure"], sure, atol=1e-4)
        assert one["heldOfWhole"] == pytest.approx(held[ink == 1].mean())
        broken = one["breaks"]
        dx, dy = broken["dx"], broken["dy"]
        far = ((np.indices((21, 21)) - 10) ** 2).sum(axis=0)
        assert dx * dx + dy * dy == far[~held].min()
        assert broken["digit"] == digits[dy + 10, dx + 10] != digits[10, 10]
        assert broken["probability"] == pytest.approx(sure[dy + 10, dx + 10], abs=1e-4)
        assert broken["ink"] == pytest.approx(ink[dy + 10, dx + 10])
        moved = rolled(image, dx, dy)
        assert np.array_equal(broken["image"], moved)
        units = [output(reading, "dense1", picture) for picture in (image, moved)]
        assert broken["units"] == pytest.approx(agreement(*units), abs=1e-4)
        assert (broken["maps"] is None) == (name == "dense")
        if broken["maps"] is not None and not odd:
            here = lesson.draw("translation", "moved", drawing, dx=str(dx), dy=str(dy))
            assert broken["maps"] == here["agreements"][-1]["agreement"]


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (-4, 4), (1, 3)])
def test_agreement_is_between_moved_maps_and_maps_of_the_moved(
    lesson, network, others, drawing, image, dx, dy
):
    found = lesson.draw("translation", "moved", drawing, dx=str(dx), dy=str(dy))
    moved = rolled(image, dx, dy)
    assert np.array_equal(found["image"], moved)
    assert (found["dx"], found["dy"], found["reach"]) == (dx, dy, 10)
    before, after = (output(network, "conv1", picture) for picture in (image, moved))
    assert [shown["layer"] for shown in found["maps"]] == ["conv1", "pool1"]
    for shown in found["maps"]:
        both = [output(network, shown["layer"], picture) for picture in (image, moved)]
        channel = shown["channel"]
        assert both[0][..., channel].max() == both[0].max()
        for name, maps in zip(("before", "after"), both, strict=True):
            assert np.allclose(shown[name], maps[..., channel], atol=1e-5)
        agreed = next(one for one in found["agreements"] if one["layer"] == shown["layer"])
        down, right = agreed["moved"]
        assert np.allclose(shown["moved"], followed(both[0][..., channel], down, right), atol=1e-5)
    channel = found["maps"][0]["channel"]
    rows, columns = slice(max(0, dy), 26 + min(0, dy)), slice(max(0, dx), 26 + min(0, dx))
    back = slice(max(0, -dy), 26 + min(0, -dy)), slice(max(0, -dx), 26 + min(0, -dx))
    first = found["agreements"][0]
    assert (first["layer"], first["moved"]) == ("conv1", [dy, dx])
    assert first["agreement"] == pytest.approx(
        agreement(before[back], after[rows, columns]), abs=1e-5
    )
    steps = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "conv3": 4}
    assert [each["layer"] for each in found["agreements"]] == list(steps)
    for each in found["agreements"]:
        layers = [output(network, each["layer"], picture) for picture in (image, moved)]
        assert each["unmoved"] == pytest.approx(agreement(*layers), abs=1e-4)
        step = steps[each["layer"]]
        assert each["exact"] == (dx % step == 0 and dy % step == 0)
    for name, reading in (("network", network), ("dense", others["dense"])):
        shares = read(reading, [moved])[0]
        assert found["answers"][name]["digit"] == shares.argmax()
        assert found["answers"][name]["probability"] == pytest.approx(shares.max(), abs=1e-4)


def test_one_pixel_moves_conv1_s_maps_exactly_and_pool1_s_roughly(lesson, network, drawing, image):
    """The prediction: pool1's maps agree best when left in place or moved by one cell."""
    pooled = [output(network, "pool1", picture) for picture in (image, rolled(image, 1, 0))]
    best = max(agreement(pooled[0], pooled[1]), agreement(pooled[0][:, :-1], pooled[1][:, 1:]))
    found = lesson.predict("translation", "pooling", drawing)
    assert found["right"] == (0 if best > 0.99999 else 1 if best >= 0.5 else 2) == 1
    assert float(found["values"]["agreement"].rstrip("%")) == pytest.approx(100 * best, abs=0.06)


def test_which_network_keeps_its_answer_longer(lesson, network, others, drawing, image):
    reach = range(-10, 11)
    pictures = np.stack([rolled(image, dx, dy) for dy in reach for dx in reach])
    whole = pictures.sum(axis=(1, 2)) == image.sum()
    held = []
    for reading in (network, others["dense"]):
        digits = read(reading, pictures).argmax(axis=1)
        held.append((digits == digits[220])[whole].mean())
    found = lesson.predict("translation", "squares", drawing)
    assert found["right"] == (0 if held[0] > held[1] else 1)
    told = [float(found["values"][name].rstrip("%")) for name in ("conv", "dense")]
    assert told == pytest.approx([100 * share for share in held], abs=0.06)


@pytest.mark.parametrize("state", [{"dx": "11"}, {"dy": "-11"}, {"dx": "2.5"}, {"dy": "far"}])
def test_a_shift_beyond_the_reach_is_refused(lesson, drawing, state):
    with pytest.raises(Exception, match="must be a whole number from -10 to 10"):
        lesson.draw("translation", "moved", drawing, **state)


def test_both_networks_read_the_drawing(lesson, others, facts, drawing, image):
    found = lesson.draw("why-downsample", "sides", drawing)
    assert np.array_equal(found["image"], image)
    assert [side["name"] for side in found["networks"]] == ["max", "none"]
    for side in found["networks"]:
        network = others[side["name"]]
        probabilities = read(network, [image])[0]
        assert side["parameters"] == network.count_params()
        assert side["digit"] == probabilities.argmax()
        assert side["probability"] == pytest.approx(probabilities.max(), abs=1e-4)
        assert side["lastMap"] == list(network.get_layer("conv3").output.shape[1:])
        assert side["field"] == reach_of(network, "conv3")
        assert side["products"] == sum(products_of(layer) for layer in network.layers)
        card = facts["cards"][side["name"]]
        assert (side["accuracy"], side["trials"]) == (card["accuracy"], card["trials"])
        assert side["mean"] == pytest.approx(np.mean(card["accuracies"]))
        assert side["dense"] == network.get_layer("dense1").count_params()
        maps = output(network, "conv3", image)
        row, column, channel = side["strongest"]["cell"]
        assert side["strongest"]["value"] == pytest.approx(maps.max(), rel=1e-4)
        assert maps[row, column, channel] == pytest.approx(maps.max(), rel=1e-4)
        step, size = (4, 18) if side["name"] == "max" else (1, 7)
        left, top = step * column, step * row
        assert side["strongest"]["region"] == [left, top, left + size, top + size]
        shown = np.array(side["strongest"]["map"]) / 255
        assert np.allclose(shown, maps[..., channel] / maps.max(), atol=0.01)
    flat = others["none"].get_layer("flatten").output.shape[1]
    assert_answer(lesson, "why-downsample", drawing, flat)
    assert lesson.ask("why-downsample", drawing)["working"] == "22×22×64 = 30,976"


def test_how_many_times_the_parameters_pooling_saves(lesson, others, drawing):
    times = others["none"].count_params() / others["max"].count_params()
    found = lesson.predict("why-downsample", "cost", drawing)
    assert found == {"right": 2, "values": {"times": f"{times:.1f}"}}
    assert times > 20


def test_the_time_of_a_picture_is_measured_once_a_network(lesson, drawing):
    """Or every drawing would time the other drawings along."""
    first, second = (lesson.draw("why-downsample", "sides", drawing) for _ in range(2))
    times = [[side["milliseconds"] for side in found["networks"]] for found in (first, second)]
    assert times[0] == times[1]
    assert min(times[0]) > 0


@pytest.mark.parametrize("channel", [None, "5"])
def test_the_three_ways_are_tensorflow_s(lesson, others, facts, network, drawing, image, channel):
    state = {} if channel is None else {"channel": channel}
    found = lesson.draw("how-to-downsample", "ways", drawing, **state)
    layer = output(network, "conv1", image)
    strongest = int(np.unravel_index(layer.argmax(), layer.shape)[2])
    assert found["channel"] == int(channel or strongest)
    assert found["channels"] == 32
    numbers = layer[None, ..., found["channel"], None]
    assert np.allclose(found["map"], numbers[0, ..., 0], atol=1e-5)
    average = tf.nn.avg_pool2d(numbers, 2, 2, "VALID")[0, ..., 0].numpy()
    expected = {
        "max": tf.nn.max_pool2d(numbers, 2, 2, "VALID")[0, ..., 0],
        "average": average,
        "stride": numbers[0, ::2, ::2, 0],
    }
    assert [reduced["how"] for reduced in found["reduced"]] == list(expected)
    active = expected["max"].numpy() > 0
    for reduced in found["reduced"]:
        small = np.array(reduced["map"])
        assert np.allclose(small, expected[reduced["how"]], atol=1e-5)
        assert reduced["peak"] == pytest.approx(small.max() / numbers.max(), abs=1e-5)
        assert reduced["missed"] == pytest.approx((small[active] == 0).mean(), abs=1e-6)
    for trained in found["trained"]:
        built = model.build(downsampling=trained["name"])
        assert trained["parameters"] == built.count_params()
        runs = [trial.accuracy for trial in variants.load_card(trained["name"]).trials]
        assert trained["accuracies"] == runs
        assert trained["mean"] == pytest.approx(np.mean(runs))
        assert (
            trained["accuracy"] == f"{100 * np.mean(runs):.2f}% ± {100 * np.std(runs, ddof=1):.2f}"
        )
    assert [trained["name"] for trained in found["trained"]] == list(expected)
    assert found["verdicts"] == facts["verdicts"]
    assert {verdict["other"] for verdict in found["verdicts"]} == {"average", "stride"}
    asked = lesson.ask("how-to-downsample", drawing, **state)
    row, column = int(asked["values"]["row"]), int(asked["values"]["column"])
    block = found["block"]
    assert (2 * block["row"], 2 * block["column"]) == (row, column)
    cells = numbers[0, row : row + 2, column : column + 2, 0]
    assert np.allclose(block["cells"], cells, atol=1e-5)
    assert [asked["values"][name] for name in "abcd"] == [f"{cell:.2f}" for cell in cells.ravel()]
    mean = float(average[row // 2, column // 2])
    assert asked["working"] == f"({' + '.join(f'{c:.2f}' for c in cells.ravel())}) ÷ 4 = {mean:.2f}"
    assert_answer(lesson, "how-to-downsample", drawing, mean, tolerance=0.0099, **state)


def test_the_block_that_is_asked_for_has_four_numbers_that_differ(lesson, drawing):
    cells = np.sort(np.ravel(lesson.draw("how-to-downsample", "ways", drawing)["block"]["cells"]))
    assert cells[3] - cells[2] >= 0.05


def test_which_way_reads_best_is_what_the_trainings_tell(lesson, facts, drawing):
    found = lesson.predict("how-to-downsample", "compare", drawing)
    against = {verdict["other"]: verdict["holds"] for verdict in facts["verdicts"]}
    expected = 0 if all(against.values()) else 1 if against["average"] is False else 2
    assert found["right"] == expected
    for name, accuracy in found["values"].items():
        assert accuracy == facts["cards"][name]["accuracy"]


@pytest.mark.parametrize(
    ("holds", "right"),
    [((True, True), 0), ((None, True), 2), ((False, True), 1), ((True, None), 2)],
)
def test_no_way_is_called_best_that_luck_may_have_made_so(modules, reader, facts, holds, right):
    pairs = zip(("average", "stride"), holds, strict=True)
    told = [{"better": "max", "other": other, "holds": one} for other, one in pairs]
    lesson = Experiments(modules, reader.tracer.network, facts={**facts, "verdicts": told})
    drawing = np.zeros((28, 28), np.uint8)
    drawing[5:20, 14] = 255
    assert lesson.predict("how-to-downsample", "compare", drawing)["right"] == right


def test_wrong_numbers_of_a_window_are_told_apart(lesson, drawing):
    cells = np.ravel(lesson.draw("how-to-downsample", "ways", drawing)["block"]["cells"])
    for typed, mistake in ((cells.max(), "largest"), (cells.sum(), "sum"), (-99, None)):
        assert lesson.ask("how-to-downsample", drawing, str(typed))["mistake"] == mistake


@pytest.mark.parametrize("channel", ["32", "-1", "x"])
def test_a_channel_that_is_not_there_is_refused(lesson, drawing, channel):
    said = lesson.refused("how-to-downsample", drawing, channel=channel)
    assert "channel must be a whole number from 0 to 31" in said

"""The pictures and questions of the lesson, worked out a second time with TensorFlow."""

import dataclasses
import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn import architecture, keras_model, strokes, variants
from mnist_cnn.activations import Tracer
from mnist_cnn.filtering import KERNELS
from mnist_cnn.lesson.chapters import HOLES, MODULES
from mnist_cnn.lesson.course import Course, Read, suits
from mnist_cnn.lesson.state import StateError
from mnist_cnn.preprocess import preprocess

DRAWINGS = {
    7: [[(70, 60), (210, 56), (168, 140), (126, 238)]],
    1: [[(140, 50), (140, 230)]],
    4: [[(100, 56), (84, 154), (196, 154)], [(174, 56), (168, 238)]],
}


@pytest.fixture(scope="module")
def course(reader):
    return Course(reader.tracer)


@pytest.fixture(scope="module", params=DRAWINGS)
def read(request, course):
    """One drawing on the whole pad."""
    lines = [np.array(stroke, float) for stroke in DRAWINGS[request.param]]
    drawing = strokes.render(lines, size=80)
    image = preprocess(drawing).image
    return Read(drawing, image, course.tracer(image))


def picture(read):
    return tf.constant(read.image[None, ..., None] / 255.0, tf.float32)


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


def of_the_card(name):
    """The accuracy as it is written, and of how many trainings it is the mean."""
    card = json.loads((variants.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    runs = 100 * np.array([trial["accuracy"] for trial in card["trials"]])
    spread = f" ± {runs.std(ddof=1):.2f}" if len(runs) > 1 else ""
    return f"{runs.mean():.2f}%{spread}", len(runs)


def output(network, layer, pictures):
    return keras.Model(network.inputs, network.get_layer(layer).output)(pictures).numpy()


def question(name, course, read, **state):
    return MODULES[name].question(course, read, state)


def shown(name, which, course, read, **state):
    return MODULES[name].PICTURES[which](course, read, state)


@pytest.mark.parametrize("name", MODULES)
def test_a_question_fills_its_holes_and_accepts_its_answer(course, read, name):
    asked = question(name, course, read)
    assert set(asked.values) == HOLES[name]
    assert asked.accepts(f"{asked.answer:.2f}")
    assert not asked.accepts(str(asked.answer + 1))
    assert asked.working


@pytest.mark.parametrize("kernel", [*KERNELS, "1,2,-1,0,0.5,0,-1,0,1"])
@pytest.mark.parametrize("bias", ["0", "-0.5"])
def test_the_filter_s_map_is_a_convolution(course, read, kernel, bias):
    found = shown("convolution", "sliding", course, read, kernel=kernel, bias=bias, relu="0")
    expected = tf.nn.conv2d(
        tf.cast(read.image[None, ..., None], tf.float64) / 255,
        found.kernel[..., None, None],
        1,
        "VALID",
    )
    assert np.allclose(found.map, expected[0, ..., 0] + float(bias))
    asked = question("convolution", course, read, kernel=kernel, bias=bias)
    cell = int(asked.values["row"]), int(asked.values["column"])
    assert asked.answer == pytest.approx(max(0, expected[(0, *cell, 0)].numpy() + float(bias)))


@pytest.mark.parametrize("state", [{"kernel": "1,2"}, {"kernel": "a"}, {"bias": "1e9"}])
def test_what_is_no_filter_is_refused(course, read, state):
    with pytest.raises(StateError):
        question("convolution", course, read, **state)


def test_the_table_counts_what_keras_counts(course, read):
    rows = shown("network", "layers", course, read)
    assert [(row.name, row.parameters) for row in rows] == [
        (layer.name, layer.count_params()) for layer in course.network.layers[1:]
    ]
    seen = {name: reach_of(course.network, name) for name in (row.name for row in rows)}
    for row in rows:
        layer = course.network.get_layer(row.name)
        numbers = output(course.network, row.name, picture(read))[0]
        assert numbers[row.cell] == pytest.approx(numbers.max(), rel=1e-5)
        assert row.shape == numbers.shape
        arrays = layer.get_weights()
        places = np.prod(numbers.shape[:-1], dtype=int)
        assert row.products == (arrays[0].size * places if arrays else 0)
        shape = "×".join(map(str, arrays[0].shape)) if arrays else ""
        assert row.arithmetic == (f"{shape} + {arrays[1].size}" if arrays else "")
        assert row.field == seen[row.name]
        shown_map = numbers[..., row.cell[-1]] if numbers.ndim == 3 else numbers[None]
        assert np.allclose(row.picture / 255, np.maximum(shown_map, 0) / numbers.max(), atol=0.01)
    wider = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 5)])
    assert question("network", course, read).answer == wider.count_params()


@pytest.mark.parametrize("layer", ["conv1", "conv2", "conv3"])
def test_the_strongest_channel_is_the_network_s(course, read, layer):
    numbers = output(course.network, layer, picture(read))[0]
    found = shown("filters", "channels", course, read, layer=layer)
    assert np.allclose([c.maximum for c in found.channels], numbers.max(axis=(0, 1)), atol=1e-5)
    kernels = course.network.get_layer(layer).kernel.numpy()
    for i, channel in enumerate(found.channels):
        assert numbers[channel.cell] == pytest.approx(channel.maximum, abs=1e-5)
        assert np.allclose(channel.map / 255, numbers[..., i] / numbers.max(), atol=0.01)
        assert (channel.kernel is None) == (layer != "conv1")
        if layer == "conv1":
            assert np.array_equal(channel.kernel, kernels[:, :, 0, i])
            row, column, _ = channel.cell
            assert np.array_equal(channel.patch, read.image[row : row + 3, column : column + 3])
    asked = question("filters", course, read, layer=layer)
    assert asked.answer == numbers.max(axis=(0, 1)).argmax()


def rolled(read, dx, dy):
    """The picture moved, by padding and cutting."""
    padded = np.pad(read.image, 28)
    return padded[28 - dy : 56 - dy, 28 - dx : 56 - dx]


def test_moved_pictures_are_read_by_the_network(course, read):
    pictures = np.stack([rolled(read, dx, 0) for dx in range(11)])[..., None] / 255.0
    digits = course.network(tf.constant(pictures, tf.float32)).numpy().argmax(axis=1)
    same = digits == digits[0]
    far = 10 if same.all() else int(same.argmin()) - 1
    assert question("translation", course, read).answer == far
    everywhere = shown("translation", "everywhere", course, read)
    assert np.array_equal(everywhere["network"].digits[10, 10:], digits)
    dense = variants.load("dense")(tf.constant(pictures, tf.float32)).numpy().argmax(axis=1)
    assert np.array_equal(everywhere["dense"].digits[10, 10:], dense)


def agreement(a, b):
    return 1 - np.abs(a - b).sum() / (np.abs(a) + np.abs(b)).sum()


def test_where_and_why_the_answer_breaks(course, read):
    """The nearest shift with another answer, and how much of the layers moved along there."""
    for name, found in shown("translation", "everywhere", course, read).items():
        network = course.network if name == "network" else variants.load(name)
        reach = range(-10, 11)
        pictures = np.stack([rolled(read, dx, dy) for dy in reach for dx in reach])
        shares = network(tf.constant(pictures[..., None] / 255.0, tf.float32)).numpy()
        digits = shares.argmax(axis=1).reshape(21, 21)
        assert np.array_equal(found.digits, digits)
        assert np.array_equal(found.held, digits == digits[10, 10])
        sure = shares.max(axis=1).reshape(21, 21)
        assert np.allclose(found.sure / 255, sure, atol=0.005)
        ink = pictures.sum(axis=(1, 2)).reshape(21, 21) / read.image.sum()
        assert found.held_of_whole == pytest.approx(found.held[ink == 1].mean())
        far = {(dx, dy): dx * dx + dy * dy for dy in reach for dx in reach}
        wrong = {
            shift: d for shift, d in far.items() if not found.held[shift[1] + 10, shift[0] + 10]
        }
        broken = found.breaks
        dx, dy = broken.dx, broken.dy
        assert wrong[dx, dy] == min(wrong.values())
        assert broken.digit == digits[dy + 10, dx + 10]
        assert broken.probability == pytest.approx(sure[dy + 10, dx + 10], abs=1e-4)
        assert broken.ink == pytest.approx(ink[dy + 10, dx + 10])
        moved = tf.constant(rolled(read, dx, dy)[None, ..., None] / 255.0, tf.float32)
        units = [output(network, "dense1", images) for images in (picture(read), moved)]
        assert broken.units == pytest.approx(agreement(*units), abs=1e-4)
        assert (broken.maps is None) == (name == "dense")


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (-4, 4), (1, 3)])
def test_agreement_is_between_moved_maps_and_maps_of_the_moved(course, read, dx, dy):
    found = shown("translation", "moved", course, read, dx=str(dx), dy=str(dy))
    assert np.array_equal(found.image, rolled(read, dx, dy))
    before = output(course.network, "conv1", picture(read))[0]
    moved = tf.constant(rolled(read, dx, dy)[None, ..., None] / 255.0, tf.float32)
    after = output(course.network, "conv1", moved)[0]
    rows, columns = slice(max(0, dy), 26 + min(0, dy)), slice(max(0, dx), 26 + min(0, dx))
    back = slice(max(0, -dy), 26 + min(0, -dy)), slice(max(0, -dx), 26 + min(0, -dx))
    a, b = before[back], after[rows, columns]
    first = found.agreements[0]
    assert (first.layer, first.moved) == ("conv1", (dy, dx))
    assert first.agreement == pytest.approx(agreement(a, b), abs=1e-5)
    for each in found.agreements:
        layers = [output(course.network, each.layer, images) for images in (picture(read), moved)]
        assert each.unmoved == pytest.approx(agreement(*layers), abs=1e-4)
        step = {"conv1": 1, "pool1": 2, "conv2": 2, "pool2": 4, "conv3": 4}[each.layer]
        assert each.exact == (dx % step == 0 and dy % step == 0)
    for name, network in (("network", course.network), ("dense", variants.load("dense"))):
        shares = network(moved).numpy()[0]
        assert found.answers[name].digit == shares.argmax()
        assert found.answers[name].probability == pytest.approx(shares.max(), abs=1e-4)


def test_what_each_layer_sees_moves_its_number(course, read):
    """Pixels outside of the window change nothing."""
    for sight in shown("hierarchy", "sights", course, read).layers:
        left, top, right, bottom = sight.strongest.region
        noise = np.random.default_rng(28).random((28, 28), np.float32)
        noise[top:bottom, left:right] = read.image[top:bottom, left:right] / 255.0
        numbers = output(course.network, sight.layer, tf.constant(noise[None, ..., None]))[0]
        assert numbers[sight.strongest.cell] == pytest.approx(sight.strongest.value, rel=1e-4)


def test_the_field_of_one_more_convolution(course, read):
    """Its window holds three by three windows of conv3, each a stride apart."""
    conv3 = course.fields["conv3"]
    starts = [conv3.start[0] + step * conv3.stride[0] for step in range(3)]
    far = starts[-1] + conv3.size[0]
    assert question("hierarchy", course, read).answer == far - starts[0]


def test_both_networks_read_the_drawing(course, read):
    for side in shown("why-downsample", "sides", course, read).networks:
        network = variants.load(side.name)
        probabilities = network(picture(read)).numpy()[0]
        assert side.parameters == network.count_params()
        assert side.digit == probabilities.argmax()
        assert side.probability == pytest.approx(probabilities.max(), abs=1e-4)
        assert side.last_map == network.get_layer("conv3").output.shape[1:]
        assert side.field == reach_of(network, "conv3")
        kernels = [layer for layer in network.layers if layer.get_weights()]
        places = [layer.output.shape[1:-1] for layer in kernels]
        multiplied = [
            layer.kernel.numpy().size * np.prod(at, dtype=int)
            for layer, at in zip(kernels, places, strict=True)
        ]
        assert side.products == sum(multiplied)
        assert (side.accuracy, side.trials) == of_the_card(side.name)
        assert side.milliseconds > 0
        maps = output(network, "conv3", picture(read))[0]
        assert maps[side.strongest.cell] == pytest.approx(maps.max(), rel=1e-4)
    flat = variants.load("none").get_layer("flatten").output.shape[1]
    assert question("why-downsample", course, read).answer == flat


@pytest.mark.parametrize("channel", [None, "5"])
def test_the_three_ways_are_tensorflow_s(course, read, channel):
    state = {} if channel is None else {"channel": channel}
    found = shown("how-to-downsample", "ways", course, read, **state)
    numbers = output(course.network, "conv1", picture(read))[..., found.channel, None]
    by_name = {reduced.how: reduced.map for reduced in found.reduced}
    largest = tf.nn.max_pool2d(numbers, 2, 2, "VALID")[0, ..., 0]
    average = tf.nn.avg_pool2d(numbers, 2, 2, "VALID")[0, ..., 0]
    assert np.allclose(by_name["max"], largest, atol=1e-5)
    assert np.allclose(by_name["average"], average, atol=1e-5)
    assert np.allclose(by_name["stride"], numbers[0, ::2, ::2, 0], atol=1e-5)
    blocks = numbers[0, :26, :26, 0].reshape(13, 2, 13, 2).max(axis=(1, 3))
    for reduced in found.reduced:
        small = by_name[reduced.how]
        assert reduced.peak == pytest.approx(small.max() / numbers.max(), abs=1e-5)
        assert reduced.missed == pytest.approx((small[blocks > 0] == 0).mean(), abs=1e-6)
    for trained in found.trained:
        network = variants.load(trained.name)
        assert trained.parameters == network.count_params()
        assert (trained.accuracy, len(trained.accuracies)) == of_the_card(trained.name)
    best = max(found.trained, key=lambda trained: np.mean(trained.accuracies))
    assert [(v.difference > 0) for v in found.verdicts] == [best.name == "max"] * 2
    for verdict in found.verdicts:
        runs = [t.accuracies for t in found.trained if t.name in ("max", verdict.other)]
        assert verdict.difference == pytest.approx(np.mean(runs[0]) - np.mean(runs[1]))
    asked = question("how-to-downsample", course, read, **state)
    cell = int(asked.values["row"]) // 2, int(asked.values["column"]) // 2
    assert asked.answer == pytest.approx(float(average[cell]), abs=1e-5)


def test_a_stride_computes_what_is_left_of_the_map(course, read):
    """A convolution with stride 2 is one with stride 1, every second number of it."""
    layer = course.network.get_layer("conv1")
    strided = tf.nn.relu(tf.nn.conv2d(picture(read), layer.kernel, 2, "VALID") + layer.bias)
    full = output(course.network, "conv1", picture(read))
    assert np.allclose(strided[0], full[0, ::2, ::2], atol=1e-5)


def test_flatten_puts_the_strongest_number_where_the_question_says(course, read):
    asked = question("flatten", course, read)
    maps = output(course.network, "conv3", picture(read))[0]
    flat = output(course.network, "flatten", picture(read))[0]
    cell = tuple(int(asked.values[name]) for name in ("row", "column", "channel"))
    assert maps[cell] == maps.max() == flat[int(asked.answer)]


def test_softmax_adds_up(course, read):
    found = shown("flatten", "decision", course, read)
    kernel, bias = course.network.get_layer("softmax").get_weights()
    logits = tf.matmul(found.units[None], kernel)[0] + bias
    assert np.allclose(found.logits, logits, atol=1e-4)
    assert np.allclose(found.exponentials / found.denominator, tf.nn.softmax(logits), atol=1e-6)
    assert np.allclose(found.probabilities, tf.nn.softmax(logits), atol=1e-5)


def test_losses_are_keras_s(course, read):
    found = shown("training", "learning", course, read)
    for reading in (found.before, found.after):
        loss = keras.losses.sparse_categorical_crossentropy(
            tf.constant([found.digit]), reading.probabilities[None].astype(np.float64)
        )
        assert reading.loss == pytest.approx(float(loss[0]), abs=1e-4)


def test_the_curves_shown_are_those_of_the_file(course, read):
    shipped = json.loads((variants.FOLDER / "curves.json").read_text(encoding="utf-8"))["curves"]
    found = shown("training", "learning", course, read).curves
    assert [dataclasses.asdict(curve) for curve in found] == shipped


def test_the_steps_of_an_epoch_are_the_batches_of_the_data(course, read, mnist):
    batches = tf.data.Dataset.from_tensor_slices(mnist.train_labels).batch(64)
    assert question("training", course, read).answer == int(batches.cardinality())


def test_left_out_steps_are_read_by_the_network(course, read):
    whole, *others = shown("failures", "without", course, read)
    assert np.array_equal(whole.image, read.image)
    pictures = np.stack([one.image for one in others])[..., None] / 255.0
    digits = course.network(tf.constant(pictures, tf.float32)).numpy().argmax(axis=1)
    assert [one.digit for one in others] == digits.tolist()
    asked = question("failures", course, read)
    assert asked.answer == (digits == whole.digit).sum()
    assert asked.values == {"count": str(len(others)), "digit": str(whole.digit)}


def test_the_changed_pixels_turn_the_answer(course, read):
    found = shown("failures", "flips", course, read)
    for flip in (found.fewest, found.smallest):
        if flip is None:
            continue
        changed = tf.constant(flip.image[None, ..., None] / 255.0, tf.float32)
        assert course.network(changed).numpy()[0].argmax() == flip.other != flip.digit
        assert (flip.image != read.image).sum() == len(flip.pixels)


def test_the_lesson_is_about_networks_with_its_layers(course):
    assert suits(course.tracer)
    assert not suits(course.variant("stride"))
    named = {layer.name: layer for layer in architecture.variant("max")}
    wider = replace(named["conv1"], shape=(26, 26, 8))
    pool = replace(named["pool1"], before=wider.shape, shape=(13, 13, 8))
    conv2 = replace(named["conv2"], before=pool.shape)
    layers = [*(named | {"conv1": wider, "pool1": pool, "conv2": conv2}).values()]
    arrays = [np.zeros(shape, np.float32) for layer in layers for shape in layer.arrays]
    assert not suits(Tracer(keras_model.of(layers, arrays)))

"""Files that people's own Keras writes answer here as they answer there; what cannot is told."""

import io
import zipfile

import keras
import numpy as np
import pytest
import tf_keras

from mnist_cnn.network import architecture, importer, keras_file, keras_model, model
from mnist_cnn.network.keras_file import UnsupportedNetworkError
from mnist_cnn.network.model import as_input
from tests.drawings import IMAGES
from tests.hostile_files import NETWORKS

KERAS = {"Keras 3": keras, "Keras 2": tf_keras}


PICTURES = np.stack([*IMAGES.values()][:7])


def lesson(k, first=(), last="softmax", dropout=False, **options):
    """The lesson's network as a notebook writes it."""
    of = k.layers
    middle, end = ([of.Dropout(0.5)], [of.Dropout(0.25)]) if dropout else ([], [])
    return [
        *first,
        of.Conv2D(32, 3, activation="relu", **options),
        of.MaxPooling2D(),
        of.Conv2D(64, (3, 3), activation="relu", **options),
        of.MaxPooling2D((2, 2)),
        *middle,
        of.Conv2D(64, 3, activation="relu", **options),
        of.Flatten(),
        of.Dense(64, activation="relu", **options),
        *end,
        of.Dense(10, activation=last, **options),
    ]


def separate(k):
    """The lesson's network with every activation a layer of its own."""
    of = k.layers
    layers = []
    for layer in lesson(k, last=None):
        layers.append(layer)
        if isinstance(layer, of.Conv2D | of.Dense):
            layer.activation = k.activations.linear
            layers.append(of.ReLU() if len(layers) % 2 else of.Activation("relu"))
    return [*layers[:-1], of.Softmax()]


# What comes to the lesson's own network; (its input's shape, its layers).
LESSON = {
    "as in the notebook": ((28, 28, 1), lesson),
    "with dropout": ((28, 28, 1), lambda k: lesson(k, dropout=True)),
    "logits": ((28, 28, 1), lambda k: lesson(k, last=None)),
    "softmax apart": ((28, 28, 1), lambda k: [*lesson(k, last=None), k.layers.Softmax()]),
    "softmax as activation": (
        (28, 28, 1),
        lambda k: [*lesson(k, last=None), k.layers.Activation("softmax")],
    ),
    "activations apart": ((28, 28, 1), separate),
    "without biases": ((28, 28, 1), lambda k: lesson(k, use_bias=False)),
    "784 numbers": ((784,), lambda k: lesson(k, [k.layers.Reshape((28, 28, 1))])),
    "28 by any": ((784,), lambda k: lesson(k, [k.layers.Reshape((28, -1, 1))])),
    "28 by 28": ((28, 28), lambda k: lesson(k, [k.layers.Reshape((28, 28, 1))])),
    "noise": ((28, 28, 1), lambda k: lesson(k, [k.layers.GaussianNoise(0.1)])),
    "rescaling": ((28, 28, 1), lambda k: lesson(k, [k.layers.Rescaling(1 / 255)])),
    "rescaled before it is reshaped": (
        (784,),
        lambda k: lesson(k, [k.layers.Rescaling(1 / 127.5, -1), k.layers.Reshape((28, 28, 1))]),
    ),
}


def neighbour(*names):
    """Layers by what is said of them: see ``NONDIGITS``."""

    def make(k):
        return [getattr(k.layers, name)(*arguments, **named) for name, arguments, named in names]

    return make


def layer(kind, *arguments, **named):
    return kind, arguments, named


conv, dense = (
    lambda *a, **n: layer("Conv2D", *a, **({"activation": "relu"} | n)),
    lambda *a, **n: layer("Dense", *a, **({"activation": "relu"} | n)),
)
pool, flat = layer("MaxPooling2D"), layer("Flatten")
end = layer("Dense", 10, activation="softmax")
norm = layer("BatchNormalization")
OTHERS = {
    "LeNet-5": (
        conv(6, 5, padding="same", activation="tanh"),
        layer("AveragePooling2D", 2),
        conv(16, 5, activation="tanh"),
        layer("AveragePooling2D", 2),
        flat,
        dense(120, activation="tanh"),
        dense(84, activation="tanh"),
        end,
    ),
    "VGG with norms before the activation": (
        *(conv(8, 3, padding="same", activation=None, use_bias=False), norm, layer("ReLU")),
        *(conv(8, 3, padding="same", activation=None), norm, layer("Activation", "relu"), pool),
        *(conv(16, 3, padding="same", activation=None), norm, layer("ReLU"), pool, flat, end),
    ),
    "norms after the activation": (
        *(conv(8, 3), norm, conv(8, 3), norm, pool, layer("Dropout", 0.3)),
        *(conv(8, 3, padding="same"), norm, layer("AveragePooling2D", 2), flat),
        *(dense(32), norm, end),
    ),
    "norm of the picture": (norm, conv(4, 3, padding="same"), flat, end),
    "norm of the picture, without padding": (norm, conv(4, 3), norm, flat, norm, end),
    "norm without scale or centre": (
        *(conv(4, 3), layer("BatchNormalization", scale=False)),
        *(conv(4, 3), layer("BatchNormalization", center=False), flat, end),
    ),
    "strides": (conv(8, (5, 3), strides=(2, 3), padding="same"), conv(8, 4, strides=2), flat, end),
    "kernels of 1 to 7": (conv(4, 7), conv(8, (1, 2)), conv(8, 6), pool, flat, end),
    "zeros around": (
        *(layer("ZeroPadding2D", 1), conv(4, 3), layer("ZeroPadding2D", ((1, 0), (2, 1)))),
        *(conv(4, 5), layer("ZeroPadding2D", 1), conv(4, 4, strides=2, padding="same"), flat, end),
    ),
    "a norm before zeros": (conv(4, 3), norm, layer("ZeroPadding2D", 1), conv(4, 3), flat, end),
    "global average": (conv(8, 3), pool, conv(16, 3), layer("GlobalAveragePooling2D"), end),
    "global maximum after a norm": (conv(8, 3), norm, layer("GlobalMaxPooling2D"), end),
    "convolutions alone": (
        *(conv(8, 5, strides=2), conv(10, 3, activation=None)),
        *(layer("GlobalAveragePooling2D"), layer("Softmax")),
    ),
    "dense alone": (flat, dense(128), layer("Dropout", 0.2), dense(64, activation="sigmoid"), end),
    "one layer": (flat, end),
    "pools of pools": (
        *(layer("MaxPooling2D", 3, strides=2, padding="same"), conv(4, 3), pool),
        *(layer("AveragePooling2D", (2, 3), padding="same"), flat, end),
    ),
    "activation after the pool": (conv(8, 3, activation=None), pool, layer("ReLU"), flat, end),
    "activation after activation": (
        conv(8, 3), layer("ReLU"), layer("Activation", "tanh"), flat, dense(9), norm, end
    ),
    "leaky": (
        conv(8, 3, activation=None), layer("LeakyReLU"), flat, dense(9, activation="elu"), end
    ),
    "at most 6": (conv(4, 3, activation=None), layer("ReLU", 6.0), flat, end),
    "smooth": (
        *(conv(4, 3, activation="gelu"), conv(4, 3, activation="swish")),
        *(flat, dense(9, activation="softplus"), dense(9, activation="selu"), end),
    ),
    "a rescaling that shifts": (
        *(layer("Rescaling", 1 / 127.5, -1), conv(4, 3, padding="same"), flat, end),
    ),
    "a rescaling of 0 to 1": (layer("Rescaling", 2.0, -1.0), conv(4, 3), flat, end),
}  # fmt: skip
OTHERS = {name: ((28, 28, 1), neighbour(*layers)) for name, layers in OTHERS.items()}
OTHERS["784 numbers, dense"] = ((784,), neighbour(dense(32), end))
OTHERS["28 by 28, dense"] = ((28, 28), neighbour(flat, dense(32), end))


def trained(k, shape, make, functional=False):
    """A network of Keras 2 or 3 whose numbers are no longer those it begins with."""
    k.utils.set_random_seed(3)
    layers = make(k)
    if functional:
        image = x = k.Input(shape)
        for one in layers:
            x = one(x)
        network = k.Model(image, x)
    else:
        network = k.Sequential([k.Input(shape), *layers] if k is keras else layers)
        network.build((None, *shape))
    random = np.random.default_rng(5)
    for one in network.layers:
        if type(one).__name__ == "BatchNormalization":
            found = [random.normal(0.5, 0.5, array.shape) for array in one.get_weights()]
            found[-1] = np.square(found[-1]) + 0.1  # the variance
            one.set_weights(found)
    return network


def answers(network, shape):
    """The probabilities that plain Keras gives to pictures as this network was taught them."""
    rescaled = [one for one in network.layers if type(one).__name__ == "Rescaling"]
    levels = rescaled and rescaled[0].scale < 0.1
    pictures = as_input(PICTURES) * (255 if levels else 1)
    found = np.asarray(network(pictures.reshape(-1, *shape), training=False))
    if abs(found.sum(1) - 1).max() < 1e-4 and (found >= 0).all():
        return found
    return np.asarray(keras.ops.softmax(found.astype(np.float64)))


def read(content):
    """The same of the network that is found in a file."""
    layers, weights = importer.read(content)
    importer.check(layers)
    return np.asarray(keras_model.build(layers, weights)(as_input(PICTURES))), layers


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("version", KERAS)
@pytest.mark.parametrize("kind", LESSON)
def test_the_lesson_s_network_however_it_is_written(kind, version, suffix, tmp_path):
    shape, make = LESSON[kind]
    network = trained(KERAS[version], shape, make, functional=kind == "noise")
    path = tmp_path / f"mine.{suffix}"
    network.save(path)
    found, layers = read(path.read_bytes())
    assert layers == model.variant("max")
    np.testing.assert_allclose(found, answers(network, shape), rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", OTHERS)
def test_small_networks_answer_as_in_keras(kind, tmp_path):
    shape, make = OTHERS[kind]
    for number, (k, suffix) in enumerate([(keras, "keras"), (tf_keras, "h5")]):
        network = trained(k, shape, make, functional=number == 1)
        path = tmp_path / f"{number}.{suffix}"
        network.save(path)
        found, layers = read(path.read_bytes())
        np.testing.assert_allclose(found, answers(network, shape), rtol=0, atol=1e-6)
        assert [one.kind for one in layers].count("Flatten") == 1
        again, _ = importer.from_model(keras_model.build(layers, importer.read(path)[1]))
        assert [one.shape for one in again] == [one.shape for one in layers]


@pytest.mark.parametrize(
    ("kind", "outline"),
    [
        ("LeNet-5", "Conv 6–Pool–Conv 16–Pool–Dense 120–Dense 84–Dense 10"),
        ("VGG with norms before the activation", "Conv 8–Conv 8–Pool–Conv 16–Pool–Dense 10"),
        ("784 numbers, dense", "Dense 32–Dense 10"),
    ],
)
def test_what_can_be_folded_is_no_layer(kind, outline):
    shape, make = OTHERS[kind]
    layers, _ = importer.from_model(trained(keras, shape, make))
    assert architecture.outline(layers) == outline
    assert "BatchNormalization" not in {one.kind for one in layers}


def test_a_trained_one_brings_its_optimizer_along(tmp_path):
    shape, make = OTHERS["norms after the activation"]
    for k, suffix in ((keras, "keras"), (keras, "h5"), (tf_keras, "keras"), (tf_keras, "h5")):
        network = trained(k, shape, make)
        network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        network.fit(np.zeros((8, 28, 28, 1)), np.zeros(8), verbose=0)
        network.save(tmp_path / f"trained.{suffix}")
        found, _ = read((tmp_path / f"trained.{suffix}").read_bytes())
        expected = answers(network, shape)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_functions_of_tensorflow_are_known_by_name(tmp_path):
    import tensorflow as tf

    of = keras.layers
    layers = [of.Conv2D(4, 3, activation=tf.nn.relu), of.Flatten(), of.Dense(10, tf.nn.softmax)]
    network = trained(keras, (28, 28, 1), lambda k: layers)
    network.save(tmp_path / "mine.keras")
    found, layers = read((tmp_path / "mine.keras").read_bytes())
    assert layers[0].activation == "relu"
    expected = answers(network, (28, 28, 1))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_the_first_files_of_keras_2_have_another_group(tmp_path):
    network = trained(keras, (28, 28, 1), lesson)
    network.save(tmp_path / "new.keras")
    import h5py

    with zipfile.ZipFile(tmp_path / "new.keras") as new:
        with h5py.File(io.BytesIO(new.read("model.weights.h5"))) as numbers:
            file = io.BytesIO()
            with h5py.File(file, "w") as old:
                numbers.copy("layers", old, "_layer_checkpoint_dependencies")
        with zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
            archive.writestr("config.json", new.read("config.json"))
            archive.writestr("model.weights.h5", file.getvalue())
    found = importer.read(tmp_path / "old.keras")[1]
    for one, other in zip(found, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


SAID = {
    "last": (
        [flat, dense(512)],
        "ends with Dense 512, relu; it must end with Dense 10, with softmax or without",
    ),
    "sigmoid": ([flat, layer("Dense", 10, activation="sigmoid")], "ends with Dense 10, sigmoid"),
    "channels first": (
        [layer("Conv2D", 4, 1, name="first", data_format="channels_first"), flat, end],
        "has a Conv2D, first, with data_format channels_first; it must be channels_last",
    ),
    "groups": ([conv(4, 3), conv(4, 3, groups=2), flat, end], "with groups 2; it must be 1"),
    "dilation": ([conv(4, 3, dilation_rate=2), flat, end], "with dilation_rate (2, 2)"),
    "large kernel": ([conv(4, 9), flat, end], "kernel_size [9, 9]; it must be 1 to 7"),
    "depthwise": ([layer("DepthwiseConv2D", 3), flat, end], "has a DepthwiseConv2D, depthwise"),
    "maps to dense": ([conv(4, 3), end], "that reads 26×26×4; there must be a Flatten"),
    "softsign": ([conv(4, 3, activation="softsign"), flat, end], "with activation softsign"),
    "softmax inside": ([flat, layer("Dense", 9, activation="softmax"), end], "a softmax in Dense"),
    "half precision": ([flat, dense(9, dtype="mixed_bfloat16"), end], "computes in mixed_bfloat16"),
    "many layers": ([layer("Activation", "tanh")] * 120 + [flat, end], "has 123 layers; up to 100"),
    "wide": ([conv(3000, 1), layer("GlobalAveragePooling2D"), end], "computes 2,358"),
    "norm of rows": ([layer("Reshape", (28, 28)), norm, flat, end], "it must read maps"),
    "odd reshape": (
        [flat, layer("Activation", "tanh"), layer("Reshape", (28, 28, 1)), flat, end],
        "a Reshape",
    ),
    "zeros for a pool": ([layer("ZeroPadding2D", 1), pool, flat, end], "a Conv2D must follow it"),
    "too large": ([flat, dense(3000), end], "has 2,385,010 parameters; up to 2,100,000"),
    "too slow": (
        [conv(64, 7, padding="same"), *[conv(64, 7, padding="same")] * 2, flat, end],
        "317,664,256 multiplications ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_what_does_not_fit_is_told(kind, tmp_path):
    layers, sentence = SAID[kind]
    network = keras.Sequential([keras.Input((28, 28, 1)), *neighbour(*layers)(keras)])
    network.save(tmp_path / "mine.keras")
    with pytest.raises(UnsupportedNetworkError) as caught:
        importer.read(tmp_path / "mine.keras")
    assert sentence in str(caught.value)
    assert caught.value.key in keras_file.REFUSALS


def test_what_cannot_be_shown_is_shown_as_that(tmp_path):
    network = trained(keras, (28, 28, 1), lesson)
    network.save(tmp_path / "mine.h5")
    content = (tmp_path / "mine.h5").read_bytes()
    with pytest.raises(UnsupportedNetworkError, match=r"has a \?ense, ") as caught:
        importer.read(content.replace(b'"Dense"', b'"\xd2ense"'))
    assert caught.value.values["kind"] == "?ense"


@pytest.mark.parametrize("shape", [(32, 32, 1), (28, 28, 3), (28, 28, 1, 1), (100,)])
def test_other_pictures_are_told(shape, tmp_path):
    network = keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(10)])
    network.save(tmp_path / "mine.keras")
    with pytest.raises(UnsupportedNetworkError, match="it must read 28×28, 28×28×1 or 784"):
        importer.read(tmp_path / "mine.keras")


def test_a_network_that_branches_is_told(tmp_path):
    of = keras.layers
    image = keras.Input((28, 28, 1))
    x = of.Conv2D(4, 3, padding="same", name="left")(image)
    both = of.Concatenate(name="both")([x, of.Conv2D(4, 3, padding="same", name="right")(image)])
    keras.Model(image, of.Dense(10)(of.Flatten()(both))).save(tmp_path / "mine.keras")
    with pytest.raises(UnsupportedNetworkError, match="branches at right"):
        importer.read(tmp_path / "mine.keras")


def test_several_outputs_and_calls_as_in_training_are_told(tmp_path):
    of = keras.layers
    image = keras.Input((28, 28, 1))
    first = of.Dense(10, name="first")(of.Flatten()(image))
    keras.Model(image, [first, of.Dense(10)(first)]).save(tmp_path / "two.keras")
    normed = of.BatchNormalization(name="own")(image, training=True)
    keras.Model(image, of.Dense(10)(of.Flatten()(normed))).save(tmp_path / "training.keras")
    for name, sentence in (("two", "has 2 outputs"), ("training", "own, with training True")):
        with pytest.raises(UnsupportedNetworkError, match=sentence):
            importer.read(tmp_path / f"{name}.keras")


def test_what_is_intact_is_never_damaged(tmp_path, monkeypatch):
    network = trained(keras, (28, 28, 1), lesson)
    network.save(tmp_path / "whole.keras")
    network.quantize("int8")
    network.save(tmp_path / "int8.keras")
    lora = trained(keras, (28, 28, 1), lesson)
    lora.layers[-1].enable_lora(2)
    lora.save(tmp_path / "lora.h5")
    (tmp_path / "text.keras").write_text("seven")
    sentences = {
        "int8.keras": "that computes in int8",
        "lora.h5": "with get_weights",
        "text.keras": "is not a Keras file",
    }
    for name, sentence in sentences.items():
        with pytest.raises(UnsupportedNetworkError, match=sentence):
            importer.read(tmp_path / name)
    monkeypatch.setattr(keras_file, "MAX_BYTES", 10_000)
    with pytest.raises(UnsupportedNetworkError, match="Save it without its optimizer"):
        importer.read(tmp_path / "whole.keras")


@pytest.mark.parametrize("slope", ["NaN", "1e999"])
def test_a_slope_that_is_no_number_is_damage(slope, tmp_path):
    shape, make = OTHERS["leaky"]
    trained(keras, shape, make).save(tmp_path / "mine.keras")
    with zipfile.ZipFile(tmp_path / "mine.keras") as sound:
        members = {name: sound.read(name) for name in sound.namelist()}
    config = members["config.json"].replace(
        b'"negative_slope": 0.3', b'"negative_slope": %s' % slope.encode()
    )
    assert config != members["config.json"]
    with zipfile.ZipFile(tmp_path / "odd.keras", "w") as odd:
        for name, content in (members | {"config.json": config}).items():
            odd.writestr(name, content)
    with pytest.raises(ValueError, match="a slope of"):
        importer.read(tmp_path / "odd.keras")


def test_a_network_of_another_kind_is_told(tmp_path):
    class Mine(keras.Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.dense = keras.layers.Dense(10)

        def call(self, x):
            return self.dense(keras.layers.Flatten()(x))

    own = Mine()
    own(np.zeros((1, 28, 28, 1)))
    own.save(tmp_path / "own.keras")
    nested = keras.Sequential([keras.Input((28, 28, 1)), trained(keras, (28, 28, 1), lesson)])
    nested.save(tmp_path / "nested.keras")
    trained(keras, (28, 28, 1), lesson).save_weights(tmp_path / "alone.weights.h5")
    with zipfile.ZipFile(tmp_path / "torch.pt", "w") as archive:
        archive.writestr("archive/data.pkl", "")
    (tmp_path / "lite.tflite").write_bytes(b"\x1c\0\0\0TFL3")
    sentences = {
        "own.keras": "is a Mine, a custom class",
        "nested.keras": "has a network as a layer, sequential",
        "alone.weights.h5": "holds only weights",
        "torch.pt": r"is not a Keras file \(PyTorch\)",
        "lite.tflite": r"is not a Keras file \(LiteRT\)",
    }
    for name, sentence in sentences.items():
        with pytest.raises(UnsupportedNetworkError, match=sentence):
            importer.read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("archive of many entries", "more than 1000 entries"),
        ("whole of a large config", "its layers have more than 1,048,576 bytes"),
        ("whole of many names", "more than 1000 arrays of a layer"),
    ],
)
def test_what_would_take_long_is_refused_at_once(name, sentence):
    with pytest.raises(ValueError, match=sentence):
        importer.read(NETWORKS[name]())


def test_what_is_wrong_with_a_file_is_said_in_a_line_that_is_not_long():
    found = keras_file.one_line(ValueError("\x1b[31m" + "x" * 10**6 + "\nmore"))
    assert found == "?[31m" + "x" * (keras_file.MAX_DETAIL - 5)

"""Digits without a network connection are labelled, varied, new, and good enough to learn from."""

import hashlib
import json
import zipfile

import numpy as np
import pytest

from mnist_cnn.digits import generated, mnist_files
from mnist_cnn.digits.generated import Generator
from mnist_cnn.evaluation import measures
from mnist_cnn.making import generator_training
from mnist_cnn.network import keras_file, weights

MEGABYTES_2 = 2_000_000  # bytes


@pytest.fixture(scope="module")
def generator():
    return Generator.load()


@pytest.fixture(scope="module")
def digits(generator):
    return generator.digits(2000, seed=1)


def nearest(images, others):
    """Euclidean distance of each image, 0 to 1 a pixel, to the nearest of the others: (n,)."""
    a, b = (x.reshape(len(x), -1).astype(np.float32) / 255 for x in (images, others))
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    if images is others:
        np.fill_diagonal(squares, np.inf)
    return np.sqrt(np.maximum(squares.min(axis=1), 0))


# --- the digits ---------------------------------------------------------------------------


def test_digits_are_pictures_with_labels(digits):
    images, labels = digits
    assert images.dtype == labels.dtype == np.uint8
    assert images.shape == (2000, 28, 28)
    assert labels.shape == (2000,)
    assert (images.max(axis=(1, 2)) > 128).all()
    assert images[:, [0, -1]].mean() < 1  # paper at the edge, as in MNIST


@pytest.mark.parametrize("count", [0, 1, 10, 1003])
def test_every_digit_comes_equally_often(generator, count):
    images, labels = generator.digits(count, seed=3)
    counts = np.bincount(labels, minlength=10)
    assert len(images) == len(labels) == counts.sum() == count
    assert counts.max() - counts.min() <= 1


def test_the_seed_decides(generator):
    images, labels = generator.digits(200, seed=5)
    again, labels_again = Generator.load().digits(200, seed=5)
    np.testing.assert_array_equal(images, again)
    np.testing.assert_array_equal(labels, labels_again)
    other, other_labels = generator.digits(200, seed=6)
    assert (labels != other_labels).any()
    assert nearest(images, other).min() > 0.5


def test_the_shipped_network_reads_them_as_their_labels(digits):
    images, labels = digits
    score = measures.score(weights.load(), images, labels)
    assert score.accuracy >= 0.98
    assert score.per_digit.min() >= 0.94


def test_digits_are_as_varied_as_real_ones(digits, mnist):
    images, labels = digits
    for digit in range(10):
        ours = images[labels == digit]
        real = mnist.train_images[mnist.train_labels == digit][: len(ours)]
        ratio = nearest(ours, ours).mean() / nearest(real, real).mean()
        assert 0.75 < ratio < 1.25, digit


def test_real_test_digits_have_generated_ones_near(generator, mnist):
    """Coverage: as near, or nearly, as among as many real training digits."""
    images, _ = generator.digits(10_000, seed=2)
    tested = mnist.test_images[:1000]
    to_generated = nearest(tested, images).mean()
    assert to_generated < 1.1 * nearest(tested, mnist.train_images[:10_000]).mean()


def test_no_digit_is_a_copy_of_a_training_digit(digits, mnist):
    """None is nearer to a training digit than real test digits happen to be."""
    ours = nearest(digits[0][:1000], mnist.train_images)
    real = nearest(mnist.test_images[:1000], mnist.train_images)
    assert ours.min() > 0.5
    assert np.quantile(ours, 0.01) > np.quantile(real, 0.01) / 2


# --- the file -----------------------------------------------------------------------------


def test_the_file_is_small():
    assert generated.DEFAULT.stat().st_size <= MEGABYTES_2


def test_the_card_says_what_the_generator_is():
    text = weights.card_path(generated.DEFAULT).read_text(encoding="utf-8")
    card = json.loads(text)
    assert card["bytes"] == generated.DEFAULT.stat().st_size
    sums = "".join(mnist_files.IDX_SHA256.values())
    assert card["data_checksum"] == hashlib.sha256(sums.encode()).hexdigest()
    assert card["fresh_network_accuracy"] >= 0.98
    assert card["libraries"].keys() == {"tensorflow", "keras", "numpy"}


def test_a_saved_generator_makes_the_same_digits(generator, tmp_path):
    file = tmp_path / "new folder" / "generator.npz"
    generator.save(file)
    assert [path.name for path in file.parent.iterdir()] == ["generator.npz"]
    for one, other in zip(generator.digits(50, 1), Generator.load(file).digits(50, 1), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_missing_file_is_named_with_the_way_out(tmp_path):
    file = tmp_path / "generator.npz"
    with pytest.raises(weights.WeightsError) as caught:
        Generator.load(file)
    assert str(caught.value) == (f"There is no generator at {file}. Check its name and its folder.")


def cut(file, arrays):
    file.write_bytes(file.read_bytes()[:1000])


def emptied(file, arrays):
    file.write_bytes(b"")


def text(file, arrays):
    file.write_text("not a generator")


def flipped(file, arrays):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def other_arrays(file, arrays):
    np.savez(file, x_train=np.zeros(3))


def other_shape(file, arrays):
    np.savez(file, **arrays | {"means": arrays["means"][:, 1:]})


def other_type(file, arrays):
    np.savez(file, **arrays | {"means": arrays["means"].astype(np.float32)})


def not_finite(file, arrays):
    np.savez(file, **arrays | {"means": arrays["means"] * np.float16(np.nan)})


def nothing_drawn(file, arrays):
    np.savez(file, **arrays | {"shares": 0 * arrays["shares"]})


def pickled(file, arrays):
    np.savez(file, **arrays | {"means": np.array([{}], object)})


def other_zip(file, arrays):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("means.npy", "no array")


@pytest.mark.parametrize(
    "alter",
    [
        *(cut, emptied, text, flipped, other_zip, pickled),
        *(other_arrays, other_shape, other_type, not_finite, nothing_drawn),
    ],
)
def test_a_damaged_file_is_named_with_the_way_out(alter, generator, tmp_path):
    file = tmp_path / "generator.npz"
    generator.save(file)
    alter(file, generator.arrays)
    with pytest.raises(weights.WeightsError) as caught:
        Generator.load(file)
    message = str(caught.value)
    assert message.startswith(f"{file} is damaged (")
    assert message.endswith("). Choose another file: this one is left as it is.")
    assert "\n" not in message


def test_the_shipped_file_can_also_be_restored(monkeypatch, tmp_path):
    monkeypatch.setattr(keras_file, "WEIGHTS", tmp_path)
    with pytest.raises(weights.WeightsError, match="git checkout -- weights/generator"):
        Generator.load(tmp_path / "generator.npz")


# --- making it ----------------------------------------------------------------------------


def blobs(count, seed=0):
    """Pictures with a soft spot whose place tells the digit, a little apart each time."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    x = 8 + 3 * (labels % 5) + random.normal(0, 0.5, count)
    y = 9 + 9 * (labels // 5) + random.normal(0, 0.5, count)
    at = np.arange(28)
    across = np.exp(-((at - x[:, None]) ** 2) / 6)
    down = np.exp(-((at - y[:, None]) ** 2) / 6)
    return np.rint(255 * down[:, :, None] * across[:, None, :]).astype(np.uint8), labels


@pytest.fixture
def few_groups(monkeypatch):
    """Let a generator be fitted to few pictures."""
    monkeypatch.setattr(generated, "COMPONENTS", 10)
    monkeypatch.setattr(generator_training, "COMPONENTS", 10)
    monkeypatch.setattr(generator_training, "BATCH", 50)


def told_apart(generator, images, labels):
    """The share of 500 made digits that are nearest to the mean picture of their label."""
    made, made_labels = generator.digits(500, seed=1)
    average = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
    apart = ((made[:, None].astype(float) - average) ** 2).sum(axis=(2, 3))
    return (apart.argmin(axis=1) == made_labels).mean()


def test_fitting_learns_most_labels_of_few_pictures(few_groups):
    images, labels = blobs(2400)
    generator = generator_training.fit(images, labels, seed=4, epochs=4, report=lambda line: None)
    assert told_apart(generator, images, labels) > 0.7  # a guess is right one time in ten


@pytest.mark.slow
def test_fitting_learns_the_labels_and_repeats_itself(few_groups):
    images, labels = blobs(3000)
    lines = []
    one, other = (
        generator_training.fit(images, labels, seed=4, epochs=4, report=lines.append)
        for _ in range(2)
    )
    for name, array in one.arrays.items():
        np.testing.assert_allclose(array, other.arrays[name], atol=0.02, err_msg=name)
    assert len(lines) == 8
    assert lines[3].startswith("epoch 4/4: ")
    assert told_apart(one, images, labels) > 0.95


def test_too_few_of_a_digit_are_refused():
    images, labels = blobs(23_990)
    with pytest.raises(ValueError, match="Got 2399 pictures of a digit: give at least 2400"):
        generator_training.fit(images, labels)


def test_k_means_finds_groups_and_leaves_none_too_small():
    random = np.random.default_rng(1)
    centres = 20 * random.standard_normal((6, 4))
    points = np.repeat(centres, 50, axis=0) + random.standard_normal((300, 4))
    points[0] += 1000  # alone far away
    groups = generator_training.k_means(points, 8, random)
    assert np.bincount(groups, minlength=8).min() >= generator_training.MIN_GROUP


def test_a_mixture_has_the_mean_and_covariance_of_the_codes():
    random = np.random.default_rng(2)
    latent, components = generated.LATENT, generated.COMPONENTS
    means = random.standard_normal((6000, latent)) * np.linspace(0.2, 1, latent)
    variances = random.uniform(0.05, 0.1, (6000, latent))
    shares, centres, factors = generator_training.mixture(means, variances, random)
    lower = np.zeros((components, latent, latent))
    rows, columns = np.tril_indices(latent)
    lower[:, rows, columns] = factors
    within = np.einsum("k,kij,klj->il", shares, lower, lower)
    between = np.einsum("k,ki,kj->ij", shares, centres, centres)
    expected = means.T @ means / len(means) + np.diag(variances.mean(axis=0))
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares @ centres, means.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(within + between, expected, atol=0.02)


def test_a_network_begins_to_read_real_digits_by_few_of_them(generator, mnist, monkeypatch):
    monkeypatch.setattr(generator_training, "DIGITS", 3000)
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    accuracy, seconds = generator_training.trial(generator, images, labels, seed=7)
    assert accuracy >= 0.8
    assert seconds > 0


@pytest.mark.slow
def test_a_fresh_network_learns_to_read_real_digits(generator, mnist):
    accuracy, _ = generator_training.trial(generator, mnist.test_images, mnist.test_labels, seed=7)
    assert accuracy >= 0.98

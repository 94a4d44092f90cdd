"""The test digits that come with the page are those that the shipped network misreads."""

import json
import logging

import keras
import numpy as np
import pytest

from mnist_cnn.__main__ import main
from mnist_cnn.digits.styles import STYLES
from mnist_cnn.evaluation import measures
from mnist_cnn.lesson import misread_file, network_bound_file
from mnist_cnn.network import importer, model, weights
from mnist_cnn.optimization.events import Examined


@pytest.fixture(scope="module")
def described():
    """The layers and the weights that are shipped."""
    return importer.read(weights.DEFAULT)


@pytest.fixture(scope="module")
def shipped(described):
    return misread_file.load(*described)


def parts(content):
    """The head and the pictures of the form for the page."""
    length = int.from_bytes(content[:4], "little")
    head = json.loads(content[4 : 4 + length])
    return head, np.frombuffer(content[4 + length :], np.uint8).reshape(len(head), 28, 28)


def test_they_are_exactly_those_that_are_misread(shipped, mnist):
    answers = measures.probabilities(weights.load(), mnist.test_images)
    assert shipped.indices.tolist() == [
        *np.flatnonzero(answers.argmax(axis=1) != mnist.test_labels)
    ]
    np.testing.assert_array_equal(shipped.images, mnist.test_images[shipped.indices])
    np.testing.assert_array_equal(shipped.labels, mnist.test_labels[shipped.indices])
    np.testing.assert_allclose(shipped.probabilities, answers[shipped.indices], atol=1e-4)


def test_the_shipped_network_misreads_each_of_them(shipped):
    answers = measures.probabilities(weights.load(), shipped.images)
    assert (answers.argmax(axis=1) != shipped.labels).all()
    card = weights.find_card(weights.DEFAULT)
    assert len(shipped.labels) == round(10_000 * (1 - card.test_accuracy))
    assert misread_file.DEFAULT.stat().st_size < 15_000


def test_the_page_gets_them_with_what_people_said(described, shipped):
    head, pictures = parts(misread_file.encoded(*described))
    np.testing.assert_array_equal(pictures, shipped.images)
    answers = shipped.probabilities.argmax(axis=1)
    for i, told in enumerate(head):
        assert (told["index"], told["label"]) == (shipped.indices[i], shipped.labels[i])
        assert told["answer"] == answers[i]
        assert told["sureness"] == pytest.approx(shipped.probabilities[i].max(), abs=1e-4)
    asked = {told["index"]: told["people"] for told in head if told["people"]}
    assert asked.keys() == misread_file.PEOPLE.keys()  # all of them were offered its answer
    assert {sum(votes) for votes in asked.values()} == {5}
    assert asked[2462] == [0, 4, 1]


def test_people_who_were_offered_another_digit_are_not_quoted(described, tmp_path):
    rows = np.eye(10, dtype=np.float32)[[4, 5]]  # 1901: they chose between a 9 and a 4
    twice = Examined(
        np.array([1901, 1901], np.int32),
        np.zeros((2, 28, 28), np.uint8),
        np.array([9, 9], np.uint8),
        rows,
    )
    styled = misread_file.load_styled(*described)
    misread_file.save(twice, styled, *described, tmp_path / "misread.npz")
    head, _ = parts(misread_file.encoded(*described, tmp_path / "misread.npz"))
    assert [told["people"] for told in head] == [[2, 3, 0], None]


def test_another_network_has_none(described, tmp_path):
    layers, arrays = described
    assert misread_file.encoded(layers, [*arrays[:-1], arrays[-1] + 0.01]) is None
    assert misread_file.encoded(layers, arrays, tmp_path / "none.npz") is None


def truncate(path, _):
    path.write_bytes(misread_file.DEFAULT.read_bytes()[:-30])


def leave_out(path, described):
    network_bound_file.save({"indices": np.zeros(1, np.int32)}, *described, path)


@pytest.mark.parametrize("damage", [truncate, leave_out], ids=lambda f: f.__name__)
def test_a_damaged_file_is_reported(described, tmp_path, caplog, damage):
    path = tmp_path / "misread.npz"
    damage(path, described)
    with caplog.at_level(logging.WARNING):
        assert misread_file.encoded(*described, path) is None
    assert f"{path} is damaged" in caplog.text


def test_the_two_styles_are_those_that_the_card_says_are_worst(described):
    sets = weights.load_card().sets
    styled = misread_file.load_styled(*described)
    kinds = misread_file.surest_styles(sets)
    assert list(dict.fromkeys(styled.styles.tolist())) == kinds
    worst = max(found["surely_wrong"] for name, found in sets.items() if name[7:] in STYLES)
    assert sets[f"styles.{kinds[0]}"]["surely_wrong"] == worst


def test_equal_shares_are_ordered_by_all_that_is_misread():
    shares = {"plain_1": (0.01, 0.9), "open_4": (0.01, 0.8), "open_9": (0.02, 0.99)}
    sets = {f"styles.{k}": {"surely_wrong": s, "ink": i} for k, (s, i) in shares.items()}
    assert misread_file.surest_styles(sets) == ["open_9", "open_4"]
    assert misread_file.surest_styles({"mnist": {"ink": 1.0}}) == []


def test_the_drawings_are_misread_and_the_surest_come_first(described):
    styled = misread_file.load_styled(*described)
    network = weights.load()
    answers = measures.probabilities(network, styled.drawings)
    np.testing.assert_allclose(styled.answers, answers, atol=1e-4)
    digits = np.array([int(style[-1]) for style in styled.styles.tolist()])
    assert (answers.argmax(axis=1) != digits).all()
    for kind in set(styled.styles.tolist()):
        assert (np.diff(answers[styled.styles == kind].max(axis=1)) < 1e-4).all()
    inside = keras.Model(network.input, network.get_layer("dense1").output)
    features = inside(model.as_input(styled.drawings)).numpy()
    np.testing.assert_allclose(styled.features, features, atol=1e-3)


def test_the_page_gets_the_drawings_with_figures_of_the_card(described):
    sets = weights.load_card().sets
    styled = misread_file.load_styled(*described)
    content = misread_file.encoded_styled(*described, sets)
    length = int.from_bytes(content[:4], "little")
    head, rest = json.loads(content[4 : 4 + length]), content[4 + length :]
    count = len(styled.drawings)
    assert rest == styled.drawings.tobytes() + styled.features.astype("<f4").tobytes()
    assert (head["count"], head["units"], len(head["drawings"])) == (500, 64, count)
    for told, style, row in zip(head["drawings"], styled.styles, styled.answers, strict=True):
        assert (told["digit"], told["answer"]) == (int(style[-1]), row.argmax())
        assert told["sureness"] == pytest.approx(row.max(), abs=1e-4)
        kind = head["styles"][told["style"]]
        assert kind["share"] == sets[f"styles.{style}"]["surely_wrong"]
        assert kind["names"].keys() == {"en", "zh-CN"}
    assert misread_file.encoded_styled(*described, {}) is None


def test_the_command_makes_the_file_that_is_shipped(described, shipped, mnist, tmp_path, capsys):
    path = tmp_path / "misread.npz"
    assert main(["misread", "--output", str(path)]) == 0
    assert f"{len(shipped.labels)} of 10,000 test digits are misread" in capsys.readouterr().out
    made = misread_file.load(*described, path)
    for name in ("indices", "images", "labels"):
        np.testing.assert_array_equal(getattr(made, name), getattr(shipped, name))
    styled, own = misread_file.load_styled(*described, path), misread_file.load_styled(*described)
    np.testing.assert_array_equal(styled.styles, own.styles)
    np.testing.assert_array_equal(styled.drawings, own.drawings)

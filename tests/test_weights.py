"""Weights are written whole or not at all, and what is loaded is this project's network."""

import dataclasses
import io
import json
import os
import shutil
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from mnist_cnn.network import keras_file, model, weights
from mnist_cnn.optimization import recipes
from mnist_cnn.system.atomic_files import write_atomically

CARD = weights.Card(
    recipe="lesson",
    seed=3,
    epochs=2,
    data_checksum="0123abcd",
    drawings="none",
    parameters=93_322,
    temperature=1.0,
    tested_on="MNIST test",
    test_accuracy=0.9876,
    training_seconds=12.5,
    libraries={"keras": "3.0", "numpy": "2.0"},
)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A network and its card, saved; nothing changes these files."""
    file = tmp_path_factory.mktemp("saved") / "mine.keras"
    weights.save(model.build(1), CARD, file)
    return file


@pytest.fixture
def saved(once, tmp_path):
    """A copy of them."""
    for file in (once, once.with_suffix(".json")):
        shutil.copy(file, tmp_path)
    return tmp_path / once.name


def test_saved_weights_come_back_and_read_alike(tmp_path):
    network = model.build(2)
    file = tmp_path / "new folder" / "mine.keras"
    weights.save(network, CARD, file)
    loaded = weights.load(file)
    for one, other in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    pictures = np.random.default_rng(1).random((3, 28, 28, 1), np.float32)
    np.testing.assert_allclose(network(pictures), loaded(pictures), atol=1e-6)
    assert sorted(path.name for path in file.parent.iterdir()) == ["mine.json", "mine.keras"]


def test_a_card_comes_back_as_it_was(saved):
    assert weights.load_card(saved) == CARD
    assert weights.load_card(str(saved)) == CARD
    assert json.loads(saved.with_suffix(".json").read_text()) == dataclasses.asdict(CARD)


def test_others_may_read_what_was_written(once):
    assert [path.stat().st_mode & 0o777 for path in once.parent.iterdir()] == [0o644, 0o644]


def test_saving_again_replaces_both_files(saved):
    weights.save(model.build(9), dataclasses.replace(CARD, seed=9), saved)
    kernel = model.build(9).get_weights()[0]
    np.testing.assert_array_equal(weights.load(saved).get_weights()[0], kernel)
    assert weights.load_card(saved).seed == 9


def test_a_save_that_is_ended_between_its_two_files_leaves_no_card_of_others(saved, monkeypatch):
    def end(*_):
        raise SystemExit

    monkeypatch.setattr(weights, "save_card", end)
    with pytest.raises(SystemExit):
        weights.save(model.build(9), dataclasses.replace(CARD, seed=9), saved)
    kernel = model.build(9).get_weights()[0]
    np.testing.assert_array_equal(weights.load(saved).get_weights()[0], kernel)
    assert weights.load_card(saved).seed == 9
    assert [file.name for file in saved.parent.iterdir()] == ["mine.keras"]


def fail_before_writing(path):
    raise OSError("No space left on device")


def fail_half_way(path):
    Path(path).write_bytes(b"PK half a file")
    raise OSError("No space left on device")


def stop_half_way(path):
    Path(path).write_bytes(b"PK half a file")
    raise KeyboardInterrupt


@pytest.mark.parametrize("fail", [fail_before_writing, fail_half_way, stop_half_way])
def test_a_failed_save_leaves_the_old_files_and_nothing_else(fail, saved, monkeypatch):
    before = {path.name: path.read_bytes() for path in saved.parent.iterdir()}
    network = model.build(5)
    monkeypatch.setattr(network, "save", fail)
    with pytest.raises((OSError, KeyboardInterrupt)):
        weights.save(network, dataclasses.replace(CARD, seed=5), saved)
    assert {path.name: path.read_bytes() for path in saved.parent.iterdir()} == before


def test_what_is_written_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    """Else a machine that loses its power would have the name, and half of what it names."""
    path, named = tmp_path / "some.keras", []
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (named.append(path.exists()), flush(file)))
    write_atomically(path, lambda aside: aside.write_bytes(b"all of it"))
    assert named == [False]
    assert path.read_bytes() == b"all of it"


@pytest.mark.parametrize("name", ["mine.h5", "mine", "mine.keras.bak"])
def test_another_ending_is_refused_before_anything_is_written(name, tmp_path):
    file = tmp_path / "folder" / name
    with pytest.raises(weights.WeightsError) as caught:
        weights.save(model.build(), CARD, file)
    assert str(caught.value) == f"{file}: give the file a name that ends in .keras."
    assert not file.parent.exists()


# --- files that cannot be used ------------------------------------------------------------


def refused(file):
    """The message of the error, which names the file and the way out."""
    with pytest.raises(weights.WeightsError) as caught:
        weights.load(file)
    message = str(caught.value)
    assert message.startswith(f"{file} ") or f" at {file}. " in message
    assert "train" not in message.rpartition(". ")[2]  # that would write over somebody's own file
    assert "\n" not in message
    return message


def test_missing_weights_are_named(tmp_path):
    file = tmp_path / "none.keras"
    assert refused(file).startswith(f"There are no weights at {file}. ")


def test_a_folder_is_no_weights(tmp_path):
    folder = tmp_path / "folder.keras"
    folder.mkdir()
    assert refused(folder).startswith(f"There are no weights at {folder}. ")


def test_the_shipped_weights_are_restored_with_git(monkeypatch, tmp_path):
    monkeypatch.setattr(keras_file, "WEIGHTS", tmp_path)
    file = tmp_path / "mnist_cnn.keras"
    with pytest.raises(weights.WeightsError) as caught:
        weights.load(file)
    assert "Restore it with: git checkout -- weights/mnist_cnn.keras" in str(caught.value)
    command = "python -m mnist_cnn train --output weights/mnist_cnn.keras"
    assert str(caught.value).endswith(f"or train anew with: {command}")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
def test_truncated_weights_are_damaged(share, saved):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    assert refused(saved).startswith(f"{saved} is damaged (")


def change_member(name, change):
    """Rewrite one member of the file, so that its checksum is right again."""

    def rewrite(file):
        with zipfile.ZipFile(file) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        with zipfile.ZipFile(file, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, change(content) if member == name else content)

    return rewrite


def change_byte(find, offset, value):
    """Change one byte, ``offset`` after the last place ``find`` is found."""

    def rewrite(file):
        content = bytearray(file.read_bytes())
        content[content.rindex(find) + offset] = value
        file.write_bytes(content)

    return rewrite


def wider():
    def clone(layer):
        config = layer.get_config()
        if layer.name == "conv2":
            config["filters"] = 65
        return layer.__class__.from_config(config)

    return keras.models.clone_model(model.build(), clone_function=clone)


def values_of_wider(_):
    """The values of a network with 65 kernels in conv2."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "wider.weights.h5"
        wider().save_weights(file)
        return file.read_bytes()


def wrong_link(content):
    """Damage the table of names in HDF5, and leave its first page alone."""
    place = content.index(b"HEAP")
    return content[: place + 16] + b"\xff" * 8 + content[place + 24 :]


def promise_more(file):
    """Say in the zip's list that the configuration is longer than the rest of the file."""
    with zipfile.ZipFile(file) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    configuration = members.pop("config.json")
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in [*members.items(), ("config.json", configuration)]:
            archive.writestr(member, content)
    content = bytearray(file.read_bytes())
    sizes = content.rindex(b"PK\x01\x02") + 20
    content[sizes : sizes + 8] = struct.pack("<II", 100_000, 100_000)
    file.write_bytes(content)


ALTERATIONS = {
    "less than it promises": promise_more,
    "a size that no number holds": change_member(
        "model.weights.h5", lambda content: content[:49] + b"\xfb" + content[50:]
    ),
    "a byte in the middle": change_byte(b"relu", 0, ord("R")),
    "says it is encrypted": change_byte(b"model.weights.h5", 8 - 46, 1),  # in the zip's list
    "says unknown compression": change_byte(b"PK\x01\x02", 10, 99),
    "no configuration": change_member("config.json", lambda content: b""),
    "empty configuration": change_member("config.json", lambda content: b"{}"),
    "no description of layers": change_member("config.json", lambda c: b'{"config": {}}'),
    "values of another shape": change_member("model.weights.h5", values_of_wider),
    "values cut off": change_member("model.weights.h5", lambda content: content[:5000]),
    "names of values broken": change_member("model.weights.h5", wrong_link),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_altered_weights_are_damaged(alteration, saved):
    ALTERATIONS[alteration](saved)
    assert refused(saved).startswith(f"{saved} is damaged (")


def test_the_message_about_damage_is_made_of_whole_sentences(saved):
    saved.write_bytes(b"")
    assert refused(saved).endswith("). Choose another file: this one is left as it is.")


def never_called():
    return keras.Sequential([keras.layers.Dense(3)])


def several_outputs():
    series = keras.Input((4, 3))
    return keras.Model(series, keras.layers.LSTM(2, return_state=True)(series))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras: the model was never built
@pytest.mark.parametrize(
    ("build", "sentence"),
    [(never_called, "there must be a Flatten before it"), (several_outputs, "has 3 outputs")],
)
def test_a_network_that_cannot_be_shown_is_refused_in_a_sentence(build, sentence, tmp_path):
    file = tmp_path / "other.keras"
    build().save(file)
    assert refused(file).startswith(f"{file} ")
    assert sentence in refused(file)


def test_an_unknown_layer_is_not_made(saved):
    change_member("config.json", lambda content: content.replace(b"Conv2D", b"Conv9D"))(saved)
    assert "has a Conv9D, conv1, which cannot be shown here" in refused(saved)


def test_entries_that_other_versions_of_keras_write_do_not_matter(saved):
    add = b'"filters": 32, "entry_of_next_year": {"class_name": "Surprise"}'
    change_member("config.json", lambda content: content.replace(b'"filters": 32', add))(saved)
    np.testing.assert_array_equal(
        weights.load(saved).get_weights()[0], model.build(1).get_weights()[0]
    )


@pytest.mark.parametrize(
    "content",
    [None, "", "no JSON", "[]", "{}", '{"recipe": "lesson"}', '{"surprise": 1}'],
)
def test_a_card_that_is_none_is_named(content, saved):
    card = saved.with_suffix(".json")
    card.unlink()
    if content is None:
        model.build(1).save(saved)  # as Keras writes it, without a card inside
    else:
        card.write_text(content)
    with pytest.raises(weights.WeightsError) as caught:
        weights.load_card(saved)
    assert str(caught.value).startswith(f"{card} cannot be read (")
    assert str(caught.value).endswith((" left as it is.", " its folder."))


# --- variants, and cards packed into the file ---------------------------------------------


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_a_file_says_itself_which_variant_it_holds(downsampling, tmp_path):
    network = model.build(4, downsampling)
    file = tmp_path / "mine.keras"
    network.save(file)
    loaded = weights.load(file)
    assert model.layer_table(loaded) == model.layer_table(network)
    for one, other in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_variant_that_was_not_asked_for_is_refused(tmp_path):
    file = tmp_path / "mine.keras"
    model.build(4, "average").save(file)
    with pytest.raises(weights.WeightsError) as caught:
        weights.load(file, model.build)
    assert f"{file} is Conv 32–Pool" in str(caught.value)


def test_a_card_packed_into_the_file_comes_out_again_and_keras_takes_no_notice(tmp_path):
    network, file = model.build(5, "stride"), tmp_path / "mine.keras"
    weights.save(network, CARD, file)
    weights.card_path(file).unlink()
    assert weights.load_card(file) == CARD
    for load in (weights.load, keras.models.load_model):
        for one, other in zip(network.get_weights(), load(file).get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    weights.save_card(dataclasses.replace(CARD, seed=8), file)
    assert weights.load_card(file).seed == 8  # the one beside it is the newer


# --- files that mean harm -----------------------------------------------------------------


def zipped(changes, compression=zipfile.ZIP_STORED):
    """Write the members of a good file anew, some of them changed, and then perhaps more."""

    def rewrite(file):
        with zipfile.ZipFile(file) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        with zipfile.ZipFile(file, "w", compression) as archive:
            for name, content in (members | changes).items():
                archive.writestr(name, content)

    return rewrite


def numbers(write):
    """Change the HDF5 file within."""

    def rewrite(file):
        with zipfile.ZipFile(file) as archive:
            content = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(content, "r+") as arrays:
            write(arrays)
        zipped({"model.weights.h5": content.getvalue()})(file)

    return rewrite


def first_array(arrays):
    """The path of the first array in an HDF5 file."""
    found = []
    arrays.visititems(lambda name, item: found.append(name) if hasattr(item, "shape") else None)
    return found[0]


def replaced(make):
    def write(arrays):
        name = first_array(arrays)
        value = arrays[name][()]
        del arrays[name]
        make(arrays, name, value)

    return numbers(write)


def twice(file):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile: duplicate name
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("config.json", archive.read("config.json"))


BIG = bytes(keras_file.MAX_BYTES)


def declare_arrays(archive):
    """Add 100 arrays of 64 MiB that take no room in the file: HDF5 makes zeros of them."""
    late = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    late.set_alloc_time(h5py.h5d.ALLOC_TIME_LATE)
    for number in range(100):
        space = h5py.h5s.create_simple((2**24,))
        h5py.h5d.create(archive["layers"].id, b"%d" % number, h5py.h5t.IEEE_F32LE, space, late)


HARM = {
    "a file of 65 MB": (
        lambda file: file.write_bytes(BIG + bytes(2**20)),
        "68,157,440 bytes; up to 67,108,864 are read",
    ),
    "a zip bomb": (zipped({"more": BIG}, zipfile.ZIP_DEFLATED), "unpacked it has more than"),
    "a bomb of another packing": (zipped({}, zipfile.ZIP_LZMA), "is compressed in an unusual way"),
    "a configuration of 2 MB": (zipped({"config.json": bytes(2**21)}), "config.json has more than"),
    "a deeply nested configuration": (zipped({"config.json": b"[" * 10**6}), ""),
    "two configurations": (twice, "two entries have the same name"),
    "an array of another file": (
        replaced(lambda a, name, _: a.__setitem__(name, h5py.ExternalLink("/etc/hosts", "/"))),
        "a link to somewhere else",
    ),
    "a link to nowhere": (
        replaced(lambda a, name, _: a.__setitem__(name, h5py.SoftLink("/nowhere"))),
        "a link to somewhere else",
    ),
    "bytes of another file": (
        replaced(
            lambda a, name, v: a.create_dataset(
                name, v.shape, "f4", external=[("/etc/hosts", 0, v.nbytes)]
            )
        ),
        "an array that is not plain numbers",
    ),
    "an array that unpacks to a terabyte": (
        replaced(
            lambda a, name, _: a.create_dataset(name, (2**20, 2**18), "f4", compression="gzip")
        ),
        "an array that is not plain numbers",
    ),
    "an array of a terabyte": (
        replaced(lambda a, name, _: a.create_dataset(name, (2**20, 2**18), "f4")),
        "an array without its numbers",
    ),
    "an array of texts": (
        replaced(lambda a, name, _: a.create_dataset(name, data=[b"evil"])),
        "an array that is not plain numbers",
    ),
    "a group within itself": (
        numbers(lambda a: a.__setitem__("layers/again", a["layers"])),
        "more than 1000 groups and arrays",
    ),
    "arrays that are declared and not there": (numbers(declare_arrays), "without its numbers"),
    "values that are no numbers": (
        replaced(lambda a, name, v: a.create_dataset(name, data=np.full_like(v, np.nan))),
        "some of its numbers are not finite",
    ),
    "no values at all": (numbers(lambda a: a.__delitem__("layers")), ""),
}


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_file_that_means_harm_is_refused_with_a_sentence(harm, saved):
    alter, reason = HARM[harm]
    alter(saved)
    message = refused(saved)
    assert message.startswith((f"{saved} is damaged (", f"{saved} has 68,157,440 bytes"))
    assert reason in message


def test_code_in_a_file_is_never_run(tmp_path):
    trace, file = tmp_path / "it was run", tmp_path / "evil.keras"
    image = keras.Input((28, 28, 1))
    name = str(trace)
    evil = keras.layers.Lambda(lambda x: (open(name, "w"), x)[1], output_shape=(28, 28, 1))  # noqa: SIM115
    keras.Model(image, evil(image)).save(file)
    trace.unlink(missing_ok=True)
    assert "has a Lambda, lambda" in refused(file)
    assert not trace.exists()


# --- what is shipped ----------------------------------------------------------------------


def test_shipped_weights_are_the_network_of_the_lesson():
    network = weights.load()
    assert network.count_params() == 93_322
    assert all(np.isfinite(values).all() for values in network.get_weights())


def test_the_shipped_card_says_what_the_weights_are():
    card = weights.load_card()
    assert card.recipe == "best"
    assert card.epochs == recipes.RECIPES["best"].epochs
    assert card.parameters == 93_322
    assert (card.tested_on, card.test_accuracy >= 0.99) == ("MNIST test", True)
    assert card.libraries.keys() == {"tensorflow", "keras", "numpy"}


def test_the_shipped_weights_were_trained_on_mnist(mnist):
    assert weights.load_card().data_checksum == mnist.checksum

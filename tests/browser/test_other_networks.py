"""Networks that are not the lesson's: the page reads them, explains them and lays itself out."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.browser.modules import give_file
from tests.browser.other_networks import NETWORKS, bent, conv, flatten, network, read_with
from tests.browser.pointer import draw_digit, painted, settled, unfold
from tests.browser.test_looks import BOXES, SIZES
from tests.drawings import IMAGES

IMAGE = IMAGES["open 4"]
MUTABLE = ("Conv2D", "Dense", "BatchNormalization")
READ = """(image) => [...network.read(Uint8Array.from(image)).values()].map(
    ({shape, signed, values}) => ({shape, signed, values: [...values]}))"""
ADDED = """async ([image, muted]) => {
    const {Contributions} = await import("/explain/contributions.js");
    const picture = Uint8Array.from(image);
    const silent = new Map(muted.map(([name, channels]) => [name, new Set(channels)]));
    const layers = network.read(picture, silent);
    const account = new Contributions(network, silent).to({image: picture, layers}, 3);
    const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
    const hidden = network.layers.slice(0, -1);
    const weighted = network.layers.filter(({kind}) => kind === "Conv2D" || kind === "Dense");
    return {
        lead: account.lead, biases: account.biases, pixels: sum(account.pixels),
        layers: hidden.map(({name}) => {
            const {channels, off} = account.of(name);
            return [name, [...channels], off];
        }),
        flows: weighted.map(({name, shape}) => {
            const flows = account.into(name, [...Array(shape.at(-1)).keys()]);
            return [name, flows.map((flow) => [...flow])];
        }),
        ink: hidden.map(({name}) => [sum(account.ink(name, 0)), account.of(name).channels[0]]),
    };
}"""


@pytest.fixture(scope="module", params=NETWORKS)
def brought(request, modules):
    made = NETWORKS[request.param]()
    give_file(modules, made.file)
    return made


def test_every_number_is_tensorflow_s(modules, brought):
    built = brought.keras
    outputs = [built.get_layer(layer.name).output for layer in brought.layers]
    picture = IMAGE[None, ..., None] / np.float32(255)
    expected = [np.asarray(of)[0] for of in keras.Model(built.input, outputs)(picture)]
    found = modules.evaluate(READ, IMAGE.ravel().tolist())
    for layer, one, of in zip(brought.layers, found, expected, strict=True):
        assert one["shape"] == list(of.shape)
        tolerance = 1e-5 * max(1, np.abs(of).max())
        np.testing.assert_allclose(one["values"], of.ravel(), atol=tolerance, err_msg=layer.name)
        assert one["signed"] or (of >= 0).all(), layer.name


@pytest.mark.parametrize("mutes", [False, True])
def test_what_all_channels_bring_adds_up_to_the_lead_at_every_layer(modules, brought, mutes):
    hidden = [layer for layer in brought.layers[:-1] if layer.shape[-1] > 2]
    muted = [[layer.name, [0, 2]] for layer in hidden if mutes and layer.kind in MUTABLE]
    found = modules.evaluate(ADDED, [IMAGE.ravel().tolist(), muted])
    lead, biases = found["lead"], found["biases"]
    assert found["pixels"] + biases == pytest.approx(lead, abs=1e-3)
    for name, channels, off in found["layers"]:
        assert sum(channels) + off + biases == pytest.approx(lead, abs=1e-3), name
    below = [lead - biases]
    for name, flows in found["flows"]:
        into = np.array(flows)
        np.testing.assert_allclose(into.sum(axis=0), below, atol=1e-3, err_msg=name)
        below = into.sum(axis=1)
    for through, brings in found["ink"]:
        assert brings == 0 or through == pytest.approx(brings, abs=1e-3)


GRADIENT = """async ([image, wanted]) => {
    const {Gradients} = await import("/explain/gradients.js");
    const reading = {image: Uint8Array.from(image)};
    reading.layers = network.read(reading.image);
    const gradients = new Gradients(network).between(reading, reading, Float64Array.from(wanted));
    return [...gradients.picture()];
}"""


def logits_of(built):
    """A function: pictures ``(n, 28, 28, 1)`` → the last layer's sums."""
    last = built.layers[-1]
    body = keras.Model(built.input, last.input)
    return lambda pictures: tf.matmul(body(pictures, training=False), last.kernel) + last.bias


def test_between_a_picture_and_itself_slopes_are_tensorflow_s_gradient(modules, brought):
    """On a picture where no two numbers of a window are equal: either may be the largest."""
    random = np.random.default_rng(4)
    image = random.integers(256, size=(28, 28))
    wanted = random.normal(size=10).astype(np.float32)
    picture = tf.constant(image[None, ..., None] / np.float32(255))
    with tf.GradientTape() as tape:
        tape.watch(picture)
        said = tf.reduce_sum(logits_of(brought.keras)(picture) * wanted)
    expected = tape.gradient(said, picture).numpy().ravel()
    found = modules.evaluate(GRADIENT, [image.ravel().tolist(), wanted.tolist()])
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


CHANGED = """async ([image, changes]) => {
    const {Changes} = await import("/experiments/incremental/pixel-changes.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    const made = new Changes(network);
    const pixels = Float32Array.from(picture, (level) => level / 255);
    return changes.map(([place, level]) => [...made.sums(pixels, layers, place, level / 255)]);
}"""


def test_a_changed_pixel_is_read_as_tensorflow_reads_it(modules, brought):
    """Also in the corners, where padding is."""
    places = [0, 27, 756, 783, *np.random.default_rng(5).integers(784, size=12).tolist()]
    changes = [(place, 0 if IMAGE.flat[place] > 99 else 255) for place in places]
    pictures = np.repeat(IMAGE.reshape(1, -1), len(changes), axis=0)
    for picture, (place, level) in zip(pictures, changes, strict=True):
        picture[place] = level
    expected = logits_of(brought.keras)(pictures.reshape(-1, 28, 28, 1) / np.float32(255)).numpy()
    found = modules.evaluate(CHANGED, [IMAGE.ravel().tolist(), changes])
    np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, np.abs(expected).max()))


EXPLAIN = """async ([image, asked]) => {
    const {explain} = await import("/explain/arithmetic.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    const at = (shape, cell) => cell.reduce((found, place, axis) => found * shape[axis] + place, 0);
    return asked.map(([name, cell]) => {
        const {shape, sums} = layers.get(name);
        const terms = explain(network, picture, layers, name, cell);
        return {...terms, sum: sums[at(shape, cell)]};
    });
}"""


def test_the_terms_of_every_number_add_up_to_its_sum(modules, brought):
    random = np.random.default_rng(5)
    summed = [layer for layer in brought.layers if layer.kind != "Flatten"]
    asked = [
        [layer.name, [int(random.integers(side)) for side in layer.shape]]
        for layer in summed
        for _ in range(4)
    ]
    found = modules.evaluate(EXPLAIN, [IMAGE.ravel().tolist(), asked])
    for (name, _), terms in zip(asked, found, strict=True):
        kind, total = terms["kind"], terms["total"]
        if kind == "convolution":
            patches, kernels = np.array(terms["patches"]), np.array(terms["kernels"])
            added = (patches * kernels).sum() + terms["bias"]
        elif kind == "normalization":
            added = terms["read"] * terms["scale"] + terms["shift"]
        elif kind == "pooling":
            window = np.array(terms["window"])
            added = window.max() if terms["how"] == "max" else window.mean()
        else:
            added = np.dot(terms["values"], terms["weights"]) + terms["bias"]
        assert added == pytest.approx(total, abs=1e-5), name
        if kind != "softmax":
            assert total == pytest.approx(terms["sum"], abs=1e-4, rel=1e-5), name


GUESS = """async ([image, name, off]) => {
    const {choose, check, guessable} = await import("/explain/guess.js");
    const {explain} = await import("/explain/arithmetic.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    const at = (row) => explain(network, picture, layers, name, [row, 6, 0]);
    const cells = [0, 1, 2, 3, 4].map(at);
    const terms = cells.find(({total}) => total < -0.3);
    return [guessable(cells[0]), terms && check(terms, terms.total).mistake];
}"""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (bent(conv(1, (3, 3), activation="leaky_relu"), 0.2), [True, "activation"]),
        (conv(1, (3, 3), activation="relu"), [True, "relu"]),
        (conv(1, (3, 3), activation="linear"), [True, None]),
        (conv(1, (3, 3), activation="tanh"), [False, "activation"]),
        (conv(1, (7, 7), activation="relu"), [False, "relu"]),
    ],
)
def test_who_forgets_the_activation_is_told_and_no_tanh_is_guessed(modules, part, expected):
    made = network(part, flatten)
    made.weights[1] -= 1  # of most cells, the sum is below 0
    give_file(modules, made.file)
    assert modules.evaluate(GUESS, [IMAGE.ravel().tolist(), "conv1", 0]) == expected


FEWEST = """async (image) => {
    const {findFewestToMute} = await import("/explain/muting.js");
    const work = findFewestToMute(network, Uint8Array.from(image));
    for (;;) {
        const {done, value} = work.next();
        if (done) return value;
    }
}"""
MUTED = """([image, name]) => {
    const muted = new Map([[name, new Set([1])]]);
    const {shape, values} = network.read(Uint8Array.from(image), muted).get(name);
    const count = shape.at(-1);
    const own = (channel) => [...values].filter((_, i) => i % count === channel);
    return [own(0), own(1)].map((numbers) => numbers.every((number) => number === 0));
}"""


SINGLE = """(image) => {
    const digitOf = (muted) => {
        const {values} = [...network.read(Uint8Array.from(image), muted).values()].at(-1);
        return values.indexOf(Math.max(...values));
    };
    return [0, 1, 2, 3, 4].map((channel) => digitOf(new Map([["conv1", new Set([channel])]])));
}"""


@pytest.mark.parametrize(("name", "kind"), [("dense", "Dense"), ("shifted", "Conv2D")])
def test_the_fewest_flip_the_answer_also_of_units_and_behind_what_shifts(modules, name, kind):
    made = NETWORKS[name]()
    give_file(modules, made.file)
    picture = IMAGE.ravel().tolist()
    before = np.argmax(modules.evaluate(READ, picture)[-1]["values"])
    found = modules.evaluate(FEWEST, picture)
    assert found["digit"] != before
    kinds = {layer.name: layer.kind for layer in made.layers}
    assert {kinds[layer] for layer, _ in found["channels"]} == {kind}
    if name == "shifted":
        assert set(modules.evaluate(SINGLE, picture)) == {before}, "one alone does not"
        assert len(found["channels"]) == 2


def test_what_is_muted_says_nothing_whatever_its_activation_makes_of_nothing(modules):
    give_file(modules, NETWORKS["sigmoid"]().file)
    assert modules.evaluate(MUTED, [IMAGE.ravel().tolist(), "conv1"]) == [False, True]


# --- on the page ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(open_for_all):
    """A page with a 3."""
    page = open_for_all()
    draw_digit(page, 3)
    return settled(page)


@pytest.fixture(params=["LeNet-5", "dense", "softmax alone", "VGG", "tiny", "deep", "wide"])
def page(request, shared):
    """The same, read by another network."""
    if shared.locator("#lens .lens").is_visible():
        shared.locator("#lens .close").click()
    if shared.locator("#maps .fold").is_visible():
        shared.locator("#maps .fold").click()
    shared.set_viewport_size({"width": 1280, "height": 800})
    shared.network = NETWORKS[request.param]()
    read_with(shared, shared.network)
    return painted(settled(shared))


WORDS = """() => [...document.querySelectorAll("#river .label b")].map((word) => {
    const range = document.createRange();
    range.selectNodeContents(word);
    const { left, top, right, bottom } = range.getBoundingClientRect();
    return [left, top, right, bottom];
}).filter(([left, , right]) => right > left)"""


def apart(one, other):
    return other[2] <= one[0] or one[2] <= other[0] or other[3] <= one[1] or one[3] <= other[1]


@pytest.mark.parametrize("size", SIZES)
def test_the_river_has_room_for_every_column(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    painted(page)
    columns = {
        layer.name for layer in page.network.layers[:-1] if layer.kind in ("Conv2D", "Dense")
    }
    shown = page.locator("#river .tile").evaluate_all(
        "(all) => all.map((one) => one.dataset.layer)"
    )
    assert set(shown) == {"image", *columns}
    tiles = page.evaluate(BOXES, "#river .tile")
    for one, other in itertools.combinations(tiles, 2):
        assert apart(one, other), (one, other)
    crowds = page.evaluate(BOXES, "#river .crowd canvas:not([hidden])")
    for one, other in itertools.combinations(crowds, 2):
        assert apart(one, other), (one, other)
    for one, other in itertools.combinations(page.evaluate(WORDS), 2):
        assert apart(one, other), (one, other)
    inside = tiles + crowds + page.evaluate(BOXES, "#answer .bars > li")
    assert min(left for left, _, _, _ in inside) >= 0
    assert max(right for _, _, right, _ in inside) <= size[0]
    assert min(right - left for left, _, right, _ in tiles) >= 8, "large enough to be seen"
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert not page.locator("#network .words").evaluate(
        """(words) => {
            const own = words.getBoundingClientRect();
            const picture = document.querySelector("#river .tile.image").getBoundingClientRect();
            return picture.left < own.right && own.left < picture.right
                && picture.top < own.bottom && own.top < picture.bottom;
        }"""
    )


def number(text):
    return float(text.replace("−", "-"))


def test_the_sum_adds_up_for_every_network(page):
    terms = page.locator("#river .sum .piece b, #river .sum .term b").all_inner_texts()
    total = number(page.locator("#river .sum .total").inner_text().removeprefix("= "))
    assert sum(map(number, terms)) == pytest.approx(total, abs=0.006 * (1 + len(terms)))


HEADINGS = {
    "LeNet-5": ["what it reads", "edges", "parts", "votes 1", "votes 2"],
    "softmax alone": ["what it reads"],
    "tiny": ["what it reads", "edges"],
    "VGG": ["what it reads", "edges", "corners, arcs 1", "corners, arcs 2", "parts", "votes"],
}


@pytest.mark.parametrize("page", HEADINGS, indirect=True)
def test_each_column_is_called_what_it_finds(request, page):
    name = request.node.callspec.params["page"]
    assert page.locator("#river .label b").all_inner_texts() == HEADINGS[name]


def look_into(page, layer, cell):
    page.evaluate(
        """async ([layers, layer, cell]) => {
            const { load } = await window.mnistCnnModules;
            const { Network } = load("state/layers.js");
            load("state/events.js").emit("select", new Network(layers).place(layer, cell));
        }""",
        [page.evaluate("window.layersOfTheNetwork"), layer, cell],
    )


def test_every_layer_is_shown_and_its_numbers_are_looked_into(page):
    page.evaluate(
        """async () => {
            const { load } = await window.mnistCnnModules;
            window.layersOfTheNetwork = load("state/choice.js").reading().layers;
        }"""
    )
    names = [layer.name for layer in page.network.layers]
    assert (
        page.locator("#maps figure").evaluate_all("(all) => all.map((one) => one.dataset.layer)")
        == names
    )
    for layer in page.network.layers:
        look_into(page, layer.name, [0] * len(layer.shape))
        page.locator("#lens .technical").filter(has_text=f"{layer.name} ·").wait_for()
        assert page.locator("#lens .working .line b").first.inner_text()
        if layer.activation == "tanh":
            assert "→ tanh →" in page.locator("#lens .working .line").last.inner_text()
    page.locator("#lens .close").click()


@pytest.mark.parametrize("page", ["LeNet-5", "dense", "deep", "wide"], indirect=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_every_layer_of_the_wall_is_as_wide_as_the_page_at_most(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    unfold(painted(page), "dense1")
    for _, _, right, _ in page.evaluate(BOXES, "#maps .sheet"):
        assert right <= width
    heights = [bottom - top for _, top, _, bottom in page.evaluate(BOXES, "#maps canvas")]
    assert min(heights) >= 4
    assert max(heights) <= 900


LAYOUT = """async (asked) => {
    const { layout } = await import("/components/maps/sprite.js");
    return layout(...asked);
}"""


def test_a_layer_of_very_many_channels_is_as_wide_as_there_is_room(modules):
    laid = modules.evaluate(LAYOUT, [[28, 28, 512], 370, 330, 80])
    assert laid == {"columns": 12, "zoom": 1, "rows": 43}
    assert modules.evaluate(LAYOUT, [[28, 28, 1], 20, 330, 80])["columns"] == 1


@pytest.mark.parametrize("page", ["LeNet-5"], indirect=True)
def test_numbers_below_zero_are_orange_and_those_above_blue(page):
    unfold(page, "conv1")
    shown = page.evaluate(
        """async () => {
            const { load } = await window.mnistCnnModules;
            const events = load("state/events.js");
            const { answer } = await new Promise((resolve) => events.listen("answer", resolve));
            const { values } = answer.layers.get("conv1");
            const canvas = document.querySelector("#maps figure[data-layer=conv1] canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
            const cells = [...Array(784).keys()];
            return cells.map((i) => [values[i * 6], data[4 * i], data[4 * i + 2]]);
        }"""
    )
    below = [red > blue for value, red, blue in shown if value < -0.1]
    above = [red < blue for value, red, blue in shown if value > 0.1]
    assert len(below) > 20
    assert len(above) > 20
    assert all(below + above)


# --- while the pen moves -------------------------------------------------------------------

PACE = """async () => {
    const {onceAFrame} = await import("/painting/animation-frame.js");
    const log = [];
    const clock = performance.now;
    let now = 0;
    performance.now = () => (now += 5); // each step of work is half a slice
    const done = new Promise((resolve) => {
        const send = onceAFrame(function* (since) {
            for (let step = 0; step < 6; step++) yield;
            log.push(since);
            if (since === "last") resolve();
        });
        send("first");
        setTimeout(() => { log.push("pen"); send("second"); send("last"); });
        setTimeout(() => send("last"), 300);
    });
    await done;
    performance.now = clock;
    return log;
}"""


def test_long_work_rests_for_the_pen_and_is_done_for_what_came_meanwhile(modules):
    assert modules.evaluate(PACE) == ["pen", "first", "second", "last"]


def test_what_is_read_late_is_not_shown_on_an_empty_pad(open_page):
    page = open_page(script="window.clock = performance.now.bind(performance)")
    page.evaluate(
        """async () => {
            let ahead = 0;
            performance.now = () => clock() + (ahead += 20); // every step is a slice of its own
            window.answers = [];
            document.addEventListener("mnist_cnn:past", () => answers.push("past"));
            document.addEventListener("mnist_cnn:answer", ({ detail: { answer } }) =>
                answers.push(answer.empty ?? false));
        }"""
    )
    draw_digit(page, 3)
    page.evaluate("answers.length = 0")
    page.keyboard.press("Delete")
    page.wait_for_function("answers.at(-1) === true")
    after = page.evaluate("answers.slice(answers.indexOf('past') + 1)")
    assert set(after) == {True}

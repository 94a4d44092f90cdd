"""What takes long is done in a worker, which tells how far it is and can abandon it."""

import keras
import numpy as np
import pytest

from mnist_cnn.lesson import networks, variants
from tests.browser.chapters import act, open_chapter
from tests.browser.modules import give_file
from tests.drawings import IMAGES
from tests.test_lesson_words import decoded

WORK = """async ({job, values, abandoned}) => {
    const {load} = await window.mnistCnnModules;
    const {work} = load("worker/work.js");
    const network = await load("state/network-files.js").networkNamed("network");
    const drawing = {width: 28, height: 28, pixels: Uint8Array.from(values.drawing)};
    const control = new AbortController();
    const shares = [];
    const progress = (share) => {
        shares.push(share);
        if (abandoned) control.abort();
    };
    const asked = work(job, {...values, network, drawing}, {progress, signal: control.signal});
    try {
        return {result: await asked, shares};
    } catch ({message, refused}) {
        return {message, refused, shares};
    }
}"""
NEXT = """async (drawing) => {
    const {load} = await window.mnistCnnModules;
    const {work} = load("worker/work.js");
    const network = await load("state/network-files.js").networkNamed("network");
    const began = performance.now();
    const pad = {width: 28, height: 28, pixels: Uint8Array.from(drawing)};
    await work("ask", {chapter: "flatten", state: {}, network, drawing: pad});
    return performance.now() - began;
}"""
READ = """async (image) => {
    const layers = [...network.read(Uint8Array.from(image)).values()];
    return [...layers.at(-1).values];
}"""
SEVEN = IMAGES["crossed 7"].ravel().tolist()
FLIPS = {"chapter": "failures", "picture": "flips", "state": {}, "drawing": SEVEN}


@pytest.fixture(scope="module")
def page(open_for_all):
    return open_for_all()


def test_a_job_tells_how_far_it_is_and_returns_what_is_found(page):
    found = page.evaluate(WORK, {"job": "draw", "values": FLIPS})
    assert found["result"]["fewest"]["digit"] == 7
    assert found["shares"]
    assert found["shares"] == sorted(found["shares"])
    assert 0 <= found["shares"][0] <= found["shares"][-1] <= 1


def test_an_abandoned_job_ends_and_says_so(page):
    found = page.evaluate(WORK, {"job": "draw", "values": FLIPS, "abandoned": True})
    assert found["refused"] == "abandoned"
    assert len(found["shares"]) == 1
    # What is asked next is answered at once: the worker does not finish what nobody wants.
    alone = page.evaluate(NEXT, SEVEN)
    page.evaluate(WORK, {"job": "draw", "values": FLIPS, "abandoned": True})
    assert page.evaluate(NEXT, SEVEN) < 20 * alone + 200


def test_what_cannot_be_computed_is_refused_by_a_key_of_the_page_s_words(page):
    values = {"chapter": "filters", "picture": "channels", "state": {"layer": "x"}}
    found = page.evaluate(WORK, {"job": "draw", "values": {**values, "drawing": SEVEN}})
    assert found["refused"] == "lessonSetting"
    assert "layer must be one of conv1, conv2, conv3, got x" in found["message"]


@pytest.mark.parametrize("name", networks.COMPARED)
def test_a_packed_network_reads_as_keras_does_with_its_levels(modules, name):
    content = networks.encoded(name)
    packed = keras.models.clone_model(variants.load(name))
    packed.set_weights(decoded(content))
    give_file(modules, content)
    for image in IMAGES.values():
        expected = packed(image[None, ..., None] / np.float32(255)).numpy()[0]
        found = modules.evaluate(READ, image.ravel().tolist())
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_pen_goes_on_while_the_worker_searches(open_page):
    """A picture of the lesson that takes long leaves the page's own thread to the pen."""
    page = open_chapter(open_page, "failures", more="&card=flip")
    act(page)
    longest = page.evaluate(
        """async () => {
            let [longest, last] = [0, performance.now()];
            const end = last + 1500;
            while (performance.now() < end) {
                await new Promise((resolve) => setTimeout(resolve));
                longest = Math.max(longest, performance.now() - last);
                last = performance.now();
            }
            return longest;
        }"""
    )
    assert longest < 1000

"""What is asked beside the drawing survives a server that hangs: files, terms, evidence."""

import pytest

from tests.browser.conftest import opening
from tests.browser.pointer import draw_and_settle

PATIENCE = 20_000  # milliseconds; the page itself gives up after ten seconds


@pytest.fixture
def page(line, windows):
    with opening(line.address, windows) as open_page:
        yield draw_and_settle(open_page(viewport={"width": 1280, "height": 1000}), 7)
        line.mend()  # the window is emptied through it


@pytest.mark.slow
def test_a_file_that_never_comes_is_named_and_can_be_asked_for_again(page, line):
    line.fall_silent()
    page.locator("#actions .save").click()
    page.get_by_role("menuitem", name="All activations").click()
    page.locator("#actions .notice").get_by_text("Nothing was saved").wait_for(timeout=PATIENCE)
    line.mend()
    page.locator("#actions .save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="All activations").click()
    assert download.value.suggested_filename == "digit-7-activations.npz"


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["fall_silent", "cut"])
def test_a_number_is_explained_when_the_server_is_back(page, line, fault):
    getattr(line, fault)()
    page.locator("[data-layer=conv2] canvas").click(position={"x": 60, "y": 30})
    inspector = page.locator("#inspector")
    inspector.get_by_text("The server does not answer").wait_for(timeout=PATIENCE)
    line.mend()
    inspector.locator(".tile").first.wait_for(timeout=PATIENCE)
    assert inspector.get_by_text("The server does not answer").count() == 0


def test_the_evidence_comes_when_the_server_is_back(page, line):
    line.cut()
    page.locator("#actions .why").click()
    page.wait_for_timeout(500)
    legend = page.locator("#pad .legend")
    assert legend.is_hidden()
    line.mend()
    legend.get_by_text("speaks for 7").wait_for(timeout=PATIENCE)

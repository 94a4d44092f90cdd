"""Use the Train page: choose, start, wait."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

PATIENCE = 180_000  # milliseconds: a loaded machine is slow to import TensorFlow
SHORT = {"digits": "500", "epochs": "3"}
LONG = {"digits": "2000", "epochs": "200"}


def unfold(page: Page) -> Page:
    """Open what is folded below the button: all that a recipe is made of."""
    page.locator("#train details.change").evaluate("fold => { fold.open = true; }")
    return page


def choose(page: Page, **choices: str) -> None:
    """Fill in the form; by default with generated digits, which are always there."""
    unfold(page)
    for name, value in ({"data": "generated"} | choices).items():
        field = page.locator(f"#train-{name}")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("#train .plan").filter(has_text=f"{int(choices.get('digits', 0)):,}").wait_for()


def start(page: Page, **choices: str) -> None:
    """Start a training with these choices."""
    choose(page, **choices)
    page.locator("#train button.start").click()
    page.locator("#train .run").wait_for()


def state(page: Page) -> Locator:
    """Return the element that says what the run is doing."""
    return page.locator("#train .run .state")


def wait_for_state(page: Page, words: str) -> None:
    """Wait until the run's state contains ``words``."""
    state(page).filter(has_text=words).wait_for(timeout=PATIENCE)


def wait_for_steps(page: Page, count: int = 1) -> None:
    """Wait until ``count`` steps are done."""
    page.wait_for_function(
        """count => {
            const [, step] = document.querySelectorAll("#train .readout dd");
            return parseInt(step?.textContent.replaceAll(",", "")) >= count;
        }""",
        arg=count,
        timeout=PATIENCE,
    )


def probabilities(page: Page) -> list[str]:
    """Return the exact probabilities of the ten bars."""
    return page.locator("#answer li button").evaluate_all(
        "items => items.map((item) => item.title)"
    )


def settled_probabilities(page: Page) -> list[str]:
    """Return the probabilities once they are the same for a second."""
    said = probabilities(page)
    while True:
        page.wait_for_timeout(1000)
        before, said = said, probabilities(page)
        if said == before:
            return said


def leave_all(page: Page) -> None:
    """Leave all runs of this tab, so that the next test need not queue."""
    page.evaluate(
        """async () => {
            const {ask, steer} = (await window.mnistCnnModules).load("transport/http.js");
            const {runs} = await ask("trainings");
            await Promise.all(runs.map(({id}) => steer(id, "leave")));
        }"""
    )

"""A person on the Train page: chooses, starts, waits."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

PATIENCE = 180_000  # milliseconds: a loaded machine takes long to import TensorFlow
SHORT = {"digits": "500", "epochs": "3"}
LONG = {"digits": "1000", "epochs": "200"}


def choose(page: Page, **choices: str) -> None:
    """Fill in the form; without ``data`` with generated digits, which are always there."""
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
    """Return what says what the run is doing."""
    return page.locator("#train .run .state")


def wait_for_state(page: Page, words: str) -> None:
    """Wait until the run is doing that."""
    state(page).filter(has_text=words).wait_for(timeout=PATIENCE)


def wait_for_steps(page: Page, count: int = 1) -> None:
    """Wait until so many steps are done."""
    page.wait_for_function(
        """count => {
            const [, step] = document.querySelectorAll("#train .readout dd");
            return parseInt(step?.textContent.replaceAll(",", "")) >= count;
        }""",
        arg=count,
        timeout=PATIENCE,
    )


def probabilities(page: Page) -> list[str]:
    """Return what the ten bars say, exactly."""
    return page.locator("#answer li button").evaluate_all(
        "items => items.map((item) => item.title)"
    )


def settled_probabilities(page: Page) -> list[str]:
    """Return the same once they have stayed for a second: the last stroke is answered, too."""
    said = probabilities(page)
    while True:
        page.wait_for_timeout(1000)
        before, said = said, probabilities(page)
        if said == before:
            return said


def leave_all(page: Page) -> None:
    """Give up all runs of this tab, so that the next test has the line for itself."""
    page.evaluate(
        """async () => {
            const {ask, steer} = (await window.mnistCnnModules).load("transport/asking.js");
            const {runs} = await ask("trainings");
            await Promise.all(runs.map(({id}) => steer(id, "leave")));
        }"""
    )

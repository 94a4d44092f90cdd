"""The table of what the page's parts share: whoever listens late still hears what holds."""

import re

import pytest
from playwright.sync_api import Error

from mnist_cnn.page.build.assets import sources

TABLE = re.compile(r"^  (\w+): ", re.MULTILINE)
EMITTED = re.compile(r'\bemit\("(\w+)"')

HEARD = """async () => {
    const { emit, follow, listen, valueOf } = await import("/state/events.js");
    const said = [];
    emit("scale", { perChannel: true });
    listen("scale", ({ perChannel }) => said.push(`late ${perChannel}`));
    listen("why", (on) => said.push(`why ${on}`));
    follow(["asked"], () => said.push(`shown ${valueOf("asked").digit}`));
    await new Promise((resolve) => setTimeout(resolve));
    emit("asked", { digit: 3 });
    emit("language", "en");
    emit("why", true);
    document.dispatchEvent(new CustomEvent("mnist_cnn:asked", { detail: { digit: null } }));
    return said;
}"""


def test_late_listeners_hear_the_last_event_and_followers_redraw(modules):
    said = modules.evaluate(HEARD)
    first, *others = said
    assert first == "shown null", "a part is drawn at once, with what holds before any event"
    assert others[0] == "late true", "and nothing is said of why, which nobody has changed"
    assert others[1:] == ["shown 3", "shown 3", "why true", "shown null"]


@pytest.mark.parametrize(
    "asked",
    ['listen("nonsense", () => {})', 'valueOf("nonsense")', 'follow(["nonsense"], () => {})'],
)
def test_a_name_that_is_not_in_the_table_is_a_mistake(modules, asked):
    with pytest.raises(Error, match="No event is called nonsense"):
        modules.evaluate(f"""async () => (await import("/state/events.js")).{asked}""")


def test_every_event_of_the_page_is_in_the_table():
    modules = sources()
    table = set(TABLE.findall(modules["state/events.js"].split("\n};")[0]))
    emitted = {name for text in modules.values() for name in EMITTED.findall(text)}
    assert emitted - table == set()
    assert table - emitted == {"rules", "broadcast", "call"}, "what only the server says"

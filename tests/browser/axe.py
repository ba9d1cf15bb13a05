"""axe-core on a page that lets no foreign script in: it runs in a world of its own, beside the page's policy."""

import json
from functools import cache
from typing import Any, Final

from playwright.sync_api import Page

from mediation.settings import ROOT
from tests.browser.demonstration import DESK, PHONE, look, press

WORLD: Final = "axe"
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE: Final = {"type": "tag", "values": TAGS}
# A dark page differs from a light one in its colours alone.
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LOOKS: Final = [(size, *look) for size in (PHONE, DESK) for look in (("light", EVERY_RULE), ("dark", COLOURS))]


def run(rules: object) -> str:
    """The script that runs these rules and answers [[rule, [what is wrong where]]]."""
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    return f"""axe.run(document, {options}).then(({{violations}}) => JSON.stringify(violations.map(({{id, nodes}}) =>
        [id, nodes.map(({{target, failureSummary}}) => target.join(" ") + ": " + failureSummary)])))"""


@cache
def _source() -> str:
    return (ROOT / "static/node_modules/axe-core/axe.min.js").read_text("utf-8")


class Axe:
    """Looks at one page, as often as wanted; `found` lists what it objected to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.found: list[str] = []
        self.looked = 0

    def look(self, name: str) -> None:
        """Phone and desk, light and dark, of the state that the page is in now."""
        world = self._world()
        for size, scheme, rules in LOOKS:
            look(self.page, size, scheme)
            for rule, nodes in json.loads(self._evaluate(world, run(rules))):
                self.found.append(f"{name} {size[0]} {scheme} {rule}: {'; '.join(nodes)}")
            self.looked += 1

    def refused(self, button: str, state: str) -> None:
        """Send a form in which something is missing or wrong, and look at what the page says."""
        press(self.page, button)
        self.page.locator("#problem").wait_for()
        self.look(f"{state}, with a mistake")

    def _world(self) -> int:
        frame = self.session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        made = self.session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": WORLD})
        world = int(made["executionContextId"])
        if self._evaluate(world, "typeof axe") == "undefined":
            self._evaluate(world, f"{_source()};null")
        return world

    def _evaluate(self, world: int, expression: str) -> Any:
        asked = {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True}
        answer = self.session.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

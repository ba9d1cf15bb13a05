"""What a participant's phone has to fetch: within budget in bytes; how long it takes on a slow one is printed.

Bytes are those of the answers, without their headers: as they travel to a browser of today (brotli), and to one that
knows gzip alone. How long people's letters are is theirs: ciphertext comes on top.

`pytest -s tests/browser/test_budget.py` shows the figures. Chromium slows the page's thread alone, not its worker.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from mediation.client import Facilitator, Participant
from tests.browser.demonstration import Demonstration, anyone, demonstrated, settled, visit
from tests.browser.traffic import Traffic, forget_cache

KB: Final = 1024
FIRST: Final = 240 * KB
REPEAT: Final = 15 * KB
PLAIN: Final = 45 * KB
ANSWERS: Final = 18
LETTERS: Final = 20
SEALED: Final = ("blob", "ciphertext", "wrap")
# Slow 4G as Lighthouse has it: bytes a second, and milliseconds there and back.
SLOW: Final = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 750_000 / 8}

# As people see it: when the first letter that can be read was on the screen, and not when somebody asked for it.
WATCH: Final = """(() => {
    const watch = new MutationObserver(() => {
        if (!document.querySelector("#letters:not([hidden]) .md-letter__body p")) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => { globalThis.readable = performance.now(); }));
    });
    watch.observe(document, { childList: true, subtree: true, attributeFilter: ["hidden"] });
})();"""
TIMES: Final = """() => new Promise((resolve) => {
    const found = { readable: globalThis.readable, blocked: 0 };
    found.paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { found.blocked += one.duration - 50; }))
        .observe({ type: "longtask", buffered: true });
    setTimeout(() => resolve(found), 500);
})"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """With twenty letters between Marion and Callum, all of them opened."""
    with demonstrated(tmp_path_factory, compress=True) as found:
        _write_more(found)
        yield found


def _write_more(demonstration: Demonstration) -> None:
    fiona = Facilitator(demonstration.client("Fiona Hartley"))
    marion, callum = (Participant(demonstration.client(who)) for who in ("Marion Ellery", "Callum Ferris"))
    case = fiona.case(str(callum.me.case_id))
    mail = callum.letters()
    for number in range(LETTERS - len(mail.offers) - len(mail.own)):
        text = f"Dear Callum, this is what I have been thinking about since the last letter. {number} " * 8
        letter = marion.write([callum.participant_id], text)
        case.letters.release(letter, callum.participant_id)
        callum.open(letter)


def sealed_bytes(page: Page) -> int:
    """How much of the page is ciphertext: letters, the keys sealed to them, one's own memory. Nothing compresses it."""
    return _ciphertext(json.loads(page.locator("#data").text_content() or "null"))


def _ciphertext(value: Any) -> int:
    if isinstance(value, dict):
        own = sum(len(str(value[name])) * 3 // 4 for name in SEALED if value.get(name))
        return own + sum(map(_ciphertext, value.values()))
    return sum(map(_ciphertext, value)) if isinstance(value, list) else 0


def report(name: str, traffic: Traffic, sealed: int = 0) -> int:
    sizes = traffic.bodies()
    total = sum(sizes.values())
    print(f"\n{name}: {total / KB:.1f} KB in {len(sizes)} answers, of them ciphertext {sealed / KB:.1f} KB")
    print(f"    {traffic.heads() / KB:6.1f} KB  headers, not counted")
    for url, size in sorted(sizes.items(), key=lambda each: -each[1])[:6]:
        print(f"    {size / KB:6.1f} KB  {url.split('/', 3)[3][:80]}")
    return total


def test_letters_are_within_budget(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    page.goto("about:blank")
    forget_cache(page)
    traffic = Traffic(page.context)
    visit(page, "/letters")
    assert page.locator("#letters > li").count() == LETTERS
    sealed = sealed_bytes(page)
    first = report("letters, first", traffic, sealed)
    assert [url.endswith(".wasm") for url, size in traffic.bodies().items() if size > 50 * KB] == [True]
    gzipped = traffic.in_gzip()
    fetched = sum(size > 0 for size in traffic.bodies().values())
    print(f"\n{fetched} answers over the line")
    traffic.clear()
    visit(page, "/letters")
    again = report("letters, again", traffic, sealed)
    print(f"\nwithout ciphertext: first {(first - sealed) / KB:.1f} KB, again {(again - sealed) / KB:.1f} KB")
    print(f"all of it in gzip, without ciphertext: {(gzipped - sealed) / KB:.1f} KB")
    assert max(first, gzipped) - sealed <= FIRST
    assert again - sealed <= REPEAT
    assert fetched <= ANSWERS


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/accessibility", "/signed-out", "/sign-in"])
def test_pages_without_cryptography_are_small(browser: Browser, demonstration: Demonstration, path: str) -> None:
    page = anyone(browser, demonstration.base_url)
    traffic = Traffic(page.context)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    total = report(path, traffic)
    page.context.close()
    assert total <= PLAIN


@pytest.mark.parametrize("path", ["/pause", "/contact", "/recorded"])
def test_pages_that_need_no_keys_are_small(browser: Browser, demonstration: Demonstration, path: str) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    page.goto("about:blank")
    forget_cache(page)
    traffic = Traffic(page.context)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert report(path, traffic) <= PLAIN


def test_times_on_a_slow_phone_are_reported(browser: Browser, demonstration: Demonstration) -> None:
    page = demonstration.page(browser, "Callum Ferris")
    page.goto("about:blank")
    page.add_init_script(WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for name in ("cold", "warm"):
        page.goto("/letters", wait_until="commit")
        page.locator("#letters .md-letter__body p").first.wait_for()
        settled(page)
        print(f"\nletters, {name}, slow phone: {timing(page)}")
    session.detach()


def timing(page: Page) -> str:
    """First paint, when the first letter was there at the latest, and how long the page's thread was kept."""
    found = page.evaluate(TIMES)
    return ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in sorted(found.items()))

"""What a page really fetches, its worker included: bytes on the line, addresses, and what browsers complain about."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from playwright.sync_api import Request as Asked

COMPLAINTS = ("content security policy", "trustedhtml", "trustedscript", "trusted type", "refused to", "violates")


@dataclass
class Traffic:
    """Everything that a context fetched and said since the last `clear`."""

    context: BrowserContext
    requests: list[Asked] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self.started.append(request.url))
        self.context.on("requestfinished", lambda request: self.requests.append(request))
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.said.append(f"uncaught: {error.error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def clear(self) -> None:
        """Begin to count anew."""
        self.requests.clear()
        self.started.clear()

    def bodies(self) -> dict[str, int]:
        """Bytes of each answer's body as they went over the line, compressed; 0 from a cache."""
        sizes: dict[str, int] = {}
        for request in self.requests:
            sizes[request.url] = sizes.get(request.url, 0) + max(0, request.sizes()["responseBodySize"])
        return sizes

    def in_gzip(self) -> int:
        """Bytes of all that was got, asked for once more by somebody whose browser, or proxy, knows gzip alone."""
        cookies = "; ".join(f"{each.get('name')}={each.get('value')}" for each in self.context.cookies())
        headers = {"Accept-Encoding": "gzip", "Cookie": cookies}
        total = 0
        for url in {each.url for each in self.requests if each.method == "GET"}:
            with urlopen(Request(url, headers=headers), timeout=30) as answer:  # noqa: S310  # the server under test
                total += len(answer.read())
        return total

    def heads(self) -> int:
        """Bytes of all answers' headers."""
        return sum(request.sizes()["responseHeadersSize"] for request in self.requests)

    def foreign(self, base_url: str) -> set[str]:
        """Addresses elsewhere that anything was asked of."""
        home = urlsplit(base_url).netloc
        return {url for url in self.started if urlsplit(url).scheme != "data" and urlsplit(url).netloc != home}

    def complaints(self) -> list[str]:
        """What the browser said about a policy that was broken, or an error that nobody caught."""
        return [line for line in self.said if line.startswith("uncaught") or _complains(line.lower())]


def _complains(line: str) -> bool:
    return any(word in line for word in COMPLAINTS)


def forget_cache(page: Page) -> None:
    """What a browser has that was never here."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()

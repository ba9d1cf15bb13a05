"""What a provider calls us with, over HTTP and signed: receipts twice, in any order, not at all and forged, and STOP.

One text in twenty does not arrive; of one in twenty no receipt comes, so that the provider has to be asked.
"""

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
from twilio.request_validator import RequestValidator

from mediation.protocol.encoding import new_id
from mediation.sms.webhooks import STATUS_PATH
from tests.crashes.answering import PUBLIC
from tests.sms.carriers import TOKEN
from tests.sms.stand_in import StandIn, Taken

AT_ONCE: Final = 3
MOST: Final = 100
"""Texts of which receipts are posted before anything else is looked at."""
BUSY: Final = 20
"""How often a call that found the database busy (503) is repeated."""
Call = tuple[str, dict[str, str], str]
"""Path, parameters, and the token that signs them."""


class Receipts:
    """Posts receipts of what a stand-in took, each once it was taken. `count`: calls of each kind, by their answers."""

    def __init__(self, stand_in: StandIn, port: int, chance: random.Random) -> None:
        self.stand_in, self.chance, self.heard = stand_in, chance, 0
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        self.count: Counter[str] = Counter()

    def post(self) -> bool:
        """Post those of the next texts; False where there is none."""
        new = self.stand_in.taken[self.heard : self.heard + MOST]
        self.heard += len(new)
        ways = [self._calls(each) for each in new]
        self.chance.shuffle(ways)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for each in threads.map(self._tell, ways):
                self.count.update(each)
        return bool(new)

    def _calls(self, made: Taken) -> list[Call]:
        """What is posted of a text, in this order."""
        drawn = self.chance.random()
        made.status, made.code = ("undelivered", 30008) if drawn < 0.05 else ("delivered", None)
        right = self._receipt(made, made.status)
        calls = [right, self._receipt(made, "sent")]
        if 0.05 <= drawn < 0.1:
            calls = []
            self.count["silent"] += 1
        elif drawn < 0.4:
            calls.append(right)
            self.count["twice"] += 1
        self.chance.shuffle(calls)
        if self.chance.random() < 0.1:
            calls.insert(0, self._forged(made))
        if self.chance.random() < 0.05:
            calls.append(self._foreign())
        return calls

    def _receipt(self, made: Taken, status: str) -> Call:
        code = {"ErrorCode": str(made.code)} if status == "undelivered" else {}
        given = {"MessageSid": made.id, "MessageStatus": status, "To": made.number, **code}
        return f"{STATUS_PATH}{made.reference}", given, TOKEN

    def _forged(self, made: Taken) -> Call:
        path, given, _ = self._receipt(made, "failed")
        return path, {**given, "ErrorCode": "30007"}, "another token"

    def _foreign(self) -> Call:
        """Signed by our provider, of a text that is none of ours."""
        return f"{STATUS_PATH}{new_id()}", {"MessageSid": "SM" + "e" * 32, "MessageStatus": "delivered"}, TOKEN

    def _tell(self, calls: Sequence[Call]) -> list[str]:
        """One after the other; of what kind each was."""
        return [kind for path, given, token in calls for kind in self._call(path, given, token)]

    def stop(self, number: str) -> None:
        """A phone answers STOP."""
        word = self.chance.choice(["STOP", "stop", "Stopiwch"])
        given = {"MessageSid": f"SM{new_id()}", "From": number, "Body": word}
        self.count.update(self._call("/webhooks/twilio/received", given, TOKEN, ok=200))

    def _call(self, path: str, given: dict[str, str], token: str, ok: int = 204) -> list[str]:
        signature = RequestValidator(token).compute_signature(f"{PUBLIC}{path}", given)
        found: list[int] = []
        while not found or (found[-1] == 503 and len(found) < BUSY):
            found.append(self.client.post(path, data=given, headers={"X-Twilio-Signature": signature}).status_code)
        assert found[-1] == (ok if token == TOKEN else 403), found
        return ["busy"] * (len(found) - 1) + ["believed" if token == TOKEN else "forged"]

    def close(self) -> None:
        """No more calls."""
        self.client.close()

"""Signing in: the passphrase stays here; the server is shown what it cannot turn into the key that opens the bundle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mediation.client.own_memory import OwnMemory
from mediation.client.pins import Pins
from mediation.client.transport import Transport
from mediation.protocol import bundle, passphrase
from mediation.protocol.bundle import Keys
from mediation.protocol.encoding import b64, new_id, unb64
from mediation.protocol.passphrase import PARAMETERS, Derived
from mediation.protocol.primitives import box_public_key, random_bytes, sign_public_key
from mediation.protocol.words import six_words

Clock = Callable[[], datetime]
SALT_SIZE = 16


def utc_now() -> datetime:
    """Now, aware UTC, in whole seconds as everywhere in the protocol."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Unsent:
    """A sealed message that may not have reached the server: its body, and by its writer's key in the pins the entry
    to go back to if it is refused."""

    body: Mapping[str, Any] = field(repr=False)
    key: str
    former: Mapping[str, Any] | None


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in, with their keys open: `staff_id`, or `participant_id` and the `case_id` of theirs.

    `unsent`: messages whose way to the server broke, oldest first, until this conversation ends.
    """

    transport: Transport
    account_id: str
    staff_id: str | None
    participant_id: str | None
    case_id: str | None
    keys: Keys
    memory: OwnMemory
    pins: Pins
    clock: Clock
    unsent: list[Unsent] = field(default_factory=list, repr=False)

    @property
    def sign_pk(self) -> bytes:
        """The public signing key."""
        return sign_public_key(self.keys.sign_seed)

    @property
    def box_pk(self) -> bytes:
        """The public box key."""
        return box_public_key(self.keys.box_seed)

    @property
    def words(self) -> list[str]:
        """The six words that a newcomer says, for whoever admits them to compare."""
        return six_words(self.keys.root_pk, self.sign_pk, self.box_pk)

    def sign_out(self) -> None:
        """End the session on the server."""
        self.transport.delete("/session")
        self.transport.close()


@dataclass(frozen=True)
class NewAccount:
    """A new account before the server knows it: `record` is what it is sent."""

    account_id: str
    keys: Keys
    record: dict[str, Any]


def new_account(root_pk: bytes, phrase: str) -> NewAccount:
    """Fresh keys closed under a passphrase. Raises `passphrase-too-short`, `bad-passphrase`."""
    passphrase.check_own_passphrase(phrase)
    account_id, keys, salt = new_id(), bundle.new_keys(root_pk), random_bytes(SALT_SIZE)
    derived = passphrase.derive(phrase, salt, *PARAMETERS)
    record = {
        "account_id": account_id,
        "salt": b64(salt),
        "opslimit": PARAMETERS.opslimit,
        "memlimit": PARAMETERS.memlimit,
        "auth": b64(derived.auth),
        "bundle": b64(bundle.close(keys, derived.wrap, account_id, 1)),
        "revision": 1,
    }
    return NewAccount(account_id, keys, record)


def sign_in(transport: Transport, sign_in_name: str, phrase: str, clock: Clock = utc_now) -> SignedIn:
    """Sign in by name and passphrase.

    Raises ApiError (401 `sign-in-failed`, 429), `pwhash-bounds` before anything secret is sent, and what
    `bundle.open_` raises of a bundle that the server altered.
    """
    derived = _derive(transport, sign_in_name, phrase)
    answer = transport.post("/session", {"sign_in_name": sign_in_name, "auth": b64(derived.auth)})
    keys = bundle.open_(unb64(answer["bundle"]), derived.wrap, answer["account_id"], answer["revision"])
    return opened(transport, answer["account_id"], keys, clock)


def _derive(transport: Transport, sign_in_name: str, phrase: str) -> Derived:
    asked = transport.post("/sign-in/parameters", {"sign_in_name": sign_in_name})
    return passphrase.derive(phrase, unb64(asked["salt"], SALT_SIZE), asked["opslimit"], asked["memlimit"])


def opened(transport: Transport, account_id: str, keys: Keys, clock: Clock) -> SignedIn:
    """Somebody whose session has just begun, with the keys that they hold. Raises ApiError."""
    session = transport.get("/session")
    memory = OwnMemory(transport, account_id, keys.sign_seed)
    return SignedIn(
        transport=transport,
        account_id=account_id,
        staff_id=session.get("staff_id"),
        participant_id=session.get("participant_id"),
        case_id=session.get("case_id"),
        keys=keys,
        memory=memory,
        pins=Pins(memory),
        clock=clock,
    )

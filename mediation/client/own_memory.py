"""A person's own encrypted documents on the server: read, changed by compare-and-swap, and never taken back unnoticed.

The server cannot read or alter them (`protocol.memory`); what it can do is to hand out an older one, or none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mediation.client.errors import ApiError, ClientError
from mediation.client.transport import Transport
from mediation.protocol import memory
from mediation.protocol.encoding import b64, unb64

TRIES: Final = 4
CONFLICT: Final = "memory-conflict"


@dataclass(frozen=True)
class Document:
    """A document as it is stored; revision 0 and value None stand for one that is not there."""

    revision: int
    value: Any


NOTHING: Final = Document(0, None)


class OwnMemory:
    """The documents of one account, closed under its signing seed."""

    def __init__(self, transport: Transport, account_id: str, sign_seed: bytes) -> None:
        self._transport = transport
        self._account_id = account_id
        self._sign_seed = sign_seed
        self._newest: dict[str, int] = {}

    def read(self, name: str) -> Document:
        """The document. Raises `memory-rolled-back`, ApiError, and what `protocol.memory.open_` raises."""
        found = self._transport.find(f"/memory/{name}")
        if found is None:
            return self._seen(name, NOTHING)
        revision = found["revision"]
        value = memory.open_(self._sign_seed, self._account_id, name, revision, unb64(found["blob"]))
        return self._seen(name, Document(revision, value))

    def write(self, name: str, revision: int, value: object) -> Document:
        """Store a document under the revision after the stored one. Raises ApiError (409 `memory-conflict`)."""
        blob = memory.close(self._sign_seed, self._account_id, name, revision, value)
        self._transport.put(f"/memory/{name}", {"revision": revision, "blob": b64(blob)})
        return self._seen(name, Document(revision, value))

    def change(self, name: str, change: Callable[[Any], object]) -> Document:
        """Read, change and write, again if another device was faster. `change` is given None for a new document."""
        for _ in range(TRIES - 1):
            try:
                return self._change_once(name, change)
            except ApiError as error:
                if error.code != CONFLICT:
                    raise
        return self._change_once(name, change)

    def _change_once(self, name: str, change: Callable[[Any], object]) -> Document:
        found = self.read(name)
        return self.write(name, found.revision + 1, change(found.value))

    def forget(self, name: str) -> None:
        """Delete a document. Raises ApiError."""
        self._transport.delete(f"/memory/{name}")
        self._newest.pop(name, None)

    def _seen(self, name: str, document: Document) -> Document:
        if document.revision < self._newest.get(name, 0):
            raise ClientError("memory-rolled-back")
        self._newest[name] = document.revision
        return document
